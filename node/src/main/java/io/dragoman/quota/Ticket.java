package io.dragoman.quota;

import org.jspecify.annotations.Nullable;

/**
 * A request that waits for its permit. Only accessed by the gate's thread.
 *
 * <p>A final waits for as long as it takes; a partial is dropped when its deadline has passed.
 */
public final class Ticket {

  /** What has become of a request. */
  public enum State {
    /** It waits, or was taken back. */
    WAITING,
    /** It has a permit: send it at once. */
    GRANTED,
    /** Its deadline passed: a newer partial is worth more. */
    DROPPED,
    /** The limit was lowered while it waited, and can never hold it any more. */
    IMPOSSIBLE
  }

  final FairQueue.Session session;
  final QuotaRequest.Priority priority;
  final long tokens;
  final long deadline;
  final long since;
  State state = State.WAITING;
  long permit = Gate.NONE;

  // Where it waits.
  @Nullable Line line;
  @Nullable Ticket before;
  @Nullable Ticket after;

  Ticket(
      FairQueue.Session session,
      QuotaRequest.Priority priority,
      long tokens,
      long deadline,
      long since) {
    this.session = session;
    this.priority = priority;
    this.tokens = tokens;
    this.deadline = deadline;
    this.since = since;
  }

  public State state() {
    return state;
  }

  /** The permit's id, once granted. */
  public long permit() {
    return permit;
  }

  /** Whose request it is. */
  public FairQueue.Session session() {
    return session;
  }

  /** What it reserves, an upper bound. */
  public long tokens() {
    return tokens;
  }

  public QuotaRequest.Priority priority() {
    return priority;
  }

  /** Since when it waits: nanoseconds on the node's monotonic clock. */
  public long since() {
    return since;
  }
}
