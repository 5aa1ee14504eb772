package io.dragoman.session;

/**
 * A token bucket: lets so much through a second on average, and a burst at once. Used by one
 * thread; time is passed in.
 */
final class Pace {
  private static final double NANOS = 1e9;

  private final double perSecond;
  private final double burst;

  /** What was taken and has not drained yet. */
  private double level;

  private long last;

  Pace(double perSecond, double burst, long now) {
    this.perSecond = perSecond;
    this.burst = burst;
    this.last = now;
  }

  /** Takes an amount; returns for how many nanoseconds its taker must wait. */
  long take(double amount, long now) {
    level = Math.max(0, level - (now - last) / NANOS * perSecond) + amount;
    last = now;
    return level <= burst ? 0 : (long) ((level - burst) / perSecond * NANOS);
  }

  /** Whether the taker has kept well below the pace for a while. */
  boolean isRelaxed() {
    return level < burst / 2;
  }
}
