package io.dragoman.session;

import java.util.List;

/** Which sessions the cluster carries, and where. Thread-safe. */
public interface SessionRegistry {

  /** Enters a session; false when its {@code sid} is in use on a live node. */
  boolean claim(SessionEntry entry);

  /** Removes a session. */
  void release(String sid);

  /** The sessions of all nodes. */
  List<SessionEntry> all();
}
