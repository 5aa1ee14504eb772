package io.dragoman.quota;

import org.jspecify.annotations.Nullable;

/** One session's place at the {@link QuotaGate}. Thread-safe. */
public interface SessionQuota extends AutoCloseable {

  /** Lines up for a permit, which may be there at once. Never waits. */
  Turn ask(QuotaRequest request);

  /**
   * Counts what the session used on another node, before it moved here, against its share. To be
   * called once, at any time; what it was given here meanwhile stands.
   */
  void brought(RecentUse use);

  /** Why the request waits that is next of this session's; null where none does. */
  @Nullable Delay why();

  /**
   * The session is over: whatever waited in its name is withdrawn. A permit that was there at once
   * stays with whoever asked, to be taken or withdrawn.
   */
  @Override
  void close();
}
