package io.dragoman.chaos.simulation;

import io.dragoman.quota.Moment;

/** A machine's clocks: a rate of their own, an arbitrary origin, suspensions and corrections. */
final class MachineClock {
  private static final long PER_MILLION = 1_000_000;

  private final Timeline time;
  private final long origin;
  private final long ppm;
  private long suspended;
  private long stepped;

  MachineClock(Timeline time, long origin, long ppm) {
    this.time = time;
    this.origin = origin;
    this.ppm = ppm;
  }

  Moment now() {
    long running = time.now() + time.now() / PER_MILLION * ppm;
    return new Moment(origin + running - suspended, running + stepped);
  }

  /** The monotonic clock stood still for so long, the wall clock did not. */
  void suspended(long duration) {
    suspended += duration;
  }

  /** Somebody set the wall clock. */
  void step(long by) {
    stepped += by;
  }
}
