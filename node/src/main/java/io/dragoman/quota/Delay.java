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
    /** The node has not been granted anything yet, or its lease has lapsed: the grid is slow. */
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
    CONFIGURATION
  }

  /** Which of the two limits binds. */
  public enum Bound {
    REQUESTS,
    TOKENS
  }
}
