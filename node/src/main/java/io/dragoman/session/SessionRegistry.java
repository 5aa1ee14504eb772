package io.dragoman.session;

import java.util.List;

/**
 * Who carries which session, across the cluster. Thread-safe.
 *
 * <p>Every method may wait for the cluster, for seconds while a node fails, and throws {@link
 * Unavailable} when it does not answer.
 */
public interface SessionRegistry {

  /**
   * Takes a session id for this node.
   *
   * @return false when the id is in use on a live node; what a dead node left behind does not count
   */
  boolean claim(SessionEntry entry);

  /** Frees an id that this node holds; does nothing about any other. */
  void release(String sid);

  /** The sessions of all live nodes, in no order. */
  List<SessionEntry> all();

  /** The cluster's shared state does not answer. */
  final class Unavailable extends RuntimeException {
    public Unavailable(Throwable cause) {
      super("the cluster does not answer", cause);
    }
  }
}
