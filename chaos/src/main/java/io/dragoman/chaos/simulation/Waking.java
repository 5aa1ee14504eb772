package io.dragoman.chaos.simulation;

/**
 * What the second of two sessions is given when it wakes: its part of the permits in the two
 * seconds from its first refresh on.
 */
final class Waking {
  private static final long WATCHED = 2 * Timeline.SECOND;
  private static final int SLEEPER = 1;

  private final Timeline time;
  private final int sessions;

  /** What either of the two weighs. */
  private final int other;

  private final int sleeper;
  private boolean slept;
  private long until = Long.MIN_VALUE;
  private int all;
  private int own;
  private int gap;

  Waking(Timeline time, int sessions, Terms terms) {
    this.time = time;
    this.sessions = sessions;
    this.other = terms.weight(0);
    this.sleeper = terms.weight(SLEEPER);
  }

  /** A node tells the ledger what its sessions want. */
  void refreshed(Machine machine) {
    if (sessions != 2) {
      return;
    }
    for (Speaker speaker : machine.speakers()) {
      if (speaker.number() == SLEEPER) {
        watch(speaker.isAsleep(), speaker.isWaiting());
      }
    }
  }

  private void watch(boolean asleep, boolean waiting) {
    if (asleep) {
      slept = true;
    } else if (slept && waiting) {
      slept = false;
      until = time.now() + WATCHED;
      all = 0;
      own = 0;
    }
  }

  void granted(Speaker speaker) {
    if (time.now() < until) {
      all++;
      own += speaker.number() == SLEEPER ? 1 : 0;
    } else if (all > 0) {
      gap = Math.max(gap, Math.abs((other + sleeper) * own - sleeper * all) / (other + sleeper));
      all = 0;
    }
  }

  /**
   * By how many permits it ever missed its part, or had more; a part of a permit does not matter.
   */
  int gap() {
    return gap;
  }
}
