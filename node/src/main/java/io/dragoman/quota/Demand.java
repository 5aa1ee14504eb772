package io.dragoman.quota;

import io.dragoman.quota.FairQueue.Session;

/**
 * Guesses what a node needs until its next refresh: from what its sessions wait for, what they were
 * given lately, and what they spent. Not thread-safe.
 */
final class Demand {

  /** A session is taken to want at most so many times what it got since the last refresh. */
  private static final int REACH = 4;

  /** In how many refreshes a large request is forgotten, roughly. */
  private static final int FADES = 100;

  /** What is given at a refresh is taken as the mean of about so many. */
  private static final int SMOOTHING = 8;

  /** The tokens to hold for a request where none is known. */
  private static final long TYPICAL = 1_000;

  private final Lag lag = new Lag();

  /** The fair level at the last reply. */
  private long level;

  /** By how much it rose then. */
  private long risen;

  /** The same, smoothed. */
  private long rise;

  // Since the last refresh.
  private long spentRequests;
  private long spentTokens;

  /** The tokens of the largest request lately. */
  private long largest = TYPICAL;

  /** A request has to wait. */
  void waits(long tokens) {
    largest = Math.max(largest, tokens);
  }

  void spent(long tokens) {
    spentRequests++;
    spentTokens += tokens;
    largest = Math.max(largest, tokens);
  }

  /** What a session that waits is given at a refresh for each unit of weight, a dominant share. */
  long rise() {
    return rise;
  }

  /** Takes note of what a session was given since the last refresh. */
  void grown(Session session) {
    lag.grown(session.takeGrowth(), session.weight());
  }

  /** Adds up what sessions wait for. */
  Wants.Sum sum(Amount limit) {
    return new Wants.Sum(limit, REACH * Math.max(rise, risen));
  }

  /** What to hold for requests to come: nothing where somebody waits. */
  Amount ahead(Amount limit, boolean scarce) {
    if (scarce) {
      return Amount.ZERO;
    }
    return Amount.of(Math.max(2, 2 * spentRequests), Math.max(2 * largest, 2 * spentTokens))
        .min(limit);
  }

  /** What to keep of a lease. */
  Amount kept(Wants.Sum sum, Amount unspent, Amount ahead) {
    return sum.usable(unspent).plus(Amount.of(1, largest)).max(ahead);
  }

  /**
   * What to ask for.
   *
   * @param unspent what the lease still covers
   * @param active how many sessions the node has
   */
  Wants wants(Wants.Sum sum, Amount unspent, Amount ahead, int active, boolean scarce) {
    long whole = Math.max(1, rise) * Lag.REFRESHES;
    return sum.with(ahead.minus(unspent).orZero(), active, whole, lag.sooner(whole, scarce))
        .without(unspent);
  }

  /**
   * The node has told the ledger.
   *
   * @param newLevel the fair level of the epoch that it is in now
   */
  void told(long newLevel) {
    spentRequests = 0;
    spentTokens = 0;
    largest = Math.max(TYPICAL, largest - largest / FADES);
    level = newLevel;
  }

  /** The ledger has answered. */
  void answered(long newLevel) {
    risen = newLevel - level;
    level = newLevel;
    lag.risen(risen);
    rise = (rise * (SMOOTHING - 1) + risen) / SMOOTHING;
  }
}
