package io.dragoman.quota;

/** One session's place at the {@link QuotaGate}. Thread-safe. */
public interface SessionQuota extends AutoCloseable {

  /** Lines up for a permit, which may be there at once. Never waits. */
  Turn ask(QuotaRequest request);

  /** The session is over: whatever waits in its name is withdrawn. */
  @Override
  void close();
}
