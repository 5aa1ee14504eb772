package io.dragoman.quota;

/**
 * Why a request waits, and how long it will, as far as can be told.
 *
 * @param cause what holds it back
 * @param bound the dimension that is scarce
 * @param share what its session is given in a window now
 * @param remaining an estimate in nanoseconds; 0 where nobody can tell
 */
public record Delay(Cause cause, Bound bound, Amount share, long remaining) {

  /** What holds a request back. */
  public enum Cause {
    /** Its session had its share: others wait as well. */
    SHARE,
    /**
     * The same, and the upstream named less than is configured: a lower limit, or that others use
     * the account.
     */
    UPSTREAM,
    /**
     * The node has not been granted anything yet, or its lease has lapsed: the ledger does not
     * answer, or the grid is slow.
     */
    LEASE,
    /** The ledger has a new owner that waits for a majority of the nodes. */
    GATHERING,
    /** The ledger holds back what nodes that are gone may have used. */
    QUARANTINE,
    /** The upstream refused a request for overuse, and named a time. */
    REFUSED,
    /** Fewer than a majority of the nodes see each other. */
    NO_MAJORITY,
    /** The ledger's owner leaves, and the next one is about to go on. */
    HANDOVER,
    /** This node and the ledger's owner are configured with different durations. */
    CONFIGURATION,
    /** All of the node's places for calls are taken. */
    CALLS
  }

  /** Which of the limits binds. */
  public enum Bound {
    REQUESTS,
    TOKENS,
    /** The cap for a second. */
    REQUESTS_PER_SECOND;

    /** The dimension in which an amount is the larger part of a limit. */
    static Bound of(Amount amount, Amount limit) {
      long requests = Scale.of(amount.requests(), FairShare.WHOLE, limit.requests());
      long tokens = Scale.of(amount.tokens(), FairShare.WHOLE, Math.max(1, limit.tokens()));
      return tokens > requests ? TOKENS : REQUESTS;
    }
  }

  /** What the ledger's answer says of those that wait on a node, for as long as a lease lasts. */
  static Cause cause(Reply reply, boolean leased) {
    if (reply.joining() == Reply.Joining.REFUSED) {
      return Cause.CONFIGURATION;
    }
    return switch (reply.status().state()) {
      case GATHERING -> Cause.GATHERING;
      case NO_MAJORITY -> Cause.NO_MAJORITY;
      case SEALED -> Cause.HANDOVER;
      case QUARANTINE -> Cause.QUARANTINE;
      case REFUSED -> Cause.REFUSED;
      case NORMAL -> leased ? Cause.SHARE : Cause.LEASE;
    };
  }
}
