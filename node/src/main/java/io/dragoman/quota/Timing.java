package io.dragoman.quota;

import java.time.Duration;

/**
 * The durations on which the quota rests, in nanoseconds. All nodes must count on the same: the
 * ledger's owner refuses a node that does not.
 *
 * @param window W, over which the upstream counts
 * @param refresh how often a node refreshes its lease
 * @param lease how long a lease may be spent
 * @param vote how long a node's vote binds it
 * @param call the total time-out of a call, from the permit on: no request arrives later
 * @param network what a message may take beyond that
 * @param slot the grain in which the ledger books
 */
public record Timing(
    long window, long refresh, long lease, long vote, long call, long network, long slot) {

  private static final long MILLISECOND = 1_000_000;

  public Timing {
    if (window <= 0 || refresh <= 0 || call <= 0 || network < 0 || slot <= 0) {
      throw new IllegalArgumentException("every duration of the quota must be positive");
    }
    if (lease <= refresh || vote <= refresh || vote > lease) {
      throw new IllegalArgumentException(
          "a refresh must be shorter than a vote, and a vote no longer than a lease");
    }
  }

  /**
   * A refresh every 250 ms, or doubled until it is 2 ms times the nodes, so that a thousand nodes
   * do not fill the thread that owns the ledger; leases of eight refreshes, votes of four.
   */
  public static Timing of(int nodes, Duration call, Duration network) {
    long refresh = 250 * MILLISECOND;
    while (refresh < 2L * nodes * MILLISECOND) {
      refresh *= 2;
    }
    return new Timing(
        60_000 * MILLISECOND,
        refresh,
        8 * refresh,
        4 * refresh,
        call.toNanos(),
        network.toNanos(),
        100 * MILLISECOND);
  }

  /**
   * The longest time, on any clock, in which another clock may show {@code duration}: rates differ
   * by at most 500 ppm from true time, so by less than one part in 999 from each other.
   */
  static long stretched(long duration) {
    return duration + duration / 999 + 1;
  }

  /** The shortest time in which another clock may show {@code duration}. */
  static long shrunk(long duration) {
    return duration - duration / 999 - 1;
  }
}
