package io.dragoman.quota;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How the cluster's quota stands, as a node was told last.
 *
 * @param state what becomes of a request for a permit
 * @param remaining until that ends by itself; zero where it does not, or nobody can tell
 * @param votes how many nodes vote for the ledger's owner
 * @param needed how many must, for anything to be granted
 * @param used what counts against the limit now; null where nobody can tell
 * @param limit the most that may count, in any rolling window
 * @param ceiling the same, or less where the upstream named less lately
 */
public record QuotaUse(
    State state,
    Duration remaining,
    int votes,
    int needed,
    @Nullable Load used,
    Load limit,
    Load ceiling) {

  /** What becomes of a request for a permit. */
  public enum State {
    /** It is granted as long as there is room. */
    NORMAL,
    /** The ledger has a new owner, which waits for a majority of the nodes. */
    GATHERING,
    /** A part of the limit is held back: nodes that are gone may have used it. */
    QUARANTINE,
    /** None is granted for a while: the upstream refused a request for overuse. */
    REFUSED,
    /** None is granted: fewer than a majority of the nodes see each other. */
    NO_MAJORITY,
    /** The ledger's owner leaves, and the next one is about to go on. */
    SEALED,
    /** This node is refused: it is configured with other durations than the ledger's owner. */
    CONFIGURATION,
    /** This node has not been answered for a while: what it was granted has lapsed. */
    UNREACHABLE;

    /** Whether anything is granted. */
    public boolean grants() {
      return this == NORMAL || this == QUARANTINE;
    }

    /** Whether a majority of the nodes stands behind the ledger, so that what it says is so. */
    public boolean settled() {
      return grants() || this == REFUSED;
    }
  }

  /** What one of so many sessions may count on, all being equal. */
  public Load fairShare(long sessions) {
    long shares = Math.max(1, sessions);
    return new Load(limit.requests() / shares, limit.tokens() / shares);
  }
}
