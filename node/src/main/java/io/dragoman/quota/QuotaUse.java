package io.dragoman.quota;

import org.jspecify.annotations.Nullable;

/**
 * How much of a quota is in use, in the whole cluster.
 *
 * @param state whether permits are granted
 * @param used what counts against the limit now; null where nobody can tell
 * @param limit the most that may count, in any rolling window
 */
public record QuotaUse(State state, @Nullable Load used, Load limit) {

  /** What becomes of a request for a permit. */
  public enum State {
    /** It is granted as long as there is room. */
    GRANTING,
    /** The cluster's shared state does not answer, so none is granted. */
    UNREACHABLE
  }

  /** What one of so many sessions may count on, all being equal. */
  public Load fairShare(long sessions) {
    long shares = Math.max(1, sessions);
    return new Load(limit.requests() / shares, limit.tokens() / shares);
  }
}
