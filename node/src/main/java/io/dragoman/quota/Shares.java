package io.dragoman.quota;

import io.dragoman.quota.FairQueue.Session;

/** What a session may count on in a window, as far as its node can tell. Not thread-safe. */
final class Shares {
  private final Lessee lessee;
  private final Timing timing;
  private final Demand demand;

  Shares(Lessee lessee, Timing timing, Demand demand) {
    this.lessee = lessee;
    this.timing = timing;
    this.demand = demand;
  }

  /** What a session may have now, of the whole limit. */
  Amount of(Session session, Amount limit) {
    return session.usage == null ? fair(session, limit) : equal(limit);
  }

  /** What a session had elsewhere within the last window, beyond what it may have here. */
  Amount beyond(Session session, RecentUse use, Amount limit) {
    // Right after a failure little is given to anybody; that is not what to compare with.
    return use.total().minus(fair(session, limit).max(equal(limit))).orZero();
  }

  private Amount fair(Session session, Amount limit) {
    long refreshes = timing.window() / timing.refresh();
    return limit.times(demand.rise() * refreshes * session.weight(), FairShare.WHOLE);
  }

  private Amount equal(Amount limit) {
    Reply last = lessee.last();
    int active = last == null ? 1 : Math.max(1, last.active());
    return limit.times(1, active).max(Amount.of(1, 0));
  }
}
