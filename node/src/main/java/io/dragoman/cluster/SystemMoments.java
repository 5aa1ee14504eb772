package io.dragoman.cluster;

import io.dragoman.quota.Moment;
import java.time.Instant;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * Reads this machine's two clocks as of the same moment, to a millisecond. Thread-safe.
 *
 * <p>Between two readings the process may have had to wait. So the wall clock is read between two
 * readings of the monotonic one; or beside one of them, where the two clocks are as far apart as
 * they were, which takes two thirds of the time.
 */
final class SystemMoments implements Supplier<Moment> {

  /** Readings that are further apart than that are made again. */
  private static final long APART = 500_000;

  private static final int ATTEMPTS = 5;
  private static final long SECOND = 1_000_000_000L;

  private final LongSupplier monotonic;
  private final LongSupplier wall;

  /** By how much the wall clock was ahead of the monotonic one when that was last seen exactly. */
  private volatile long ahead;

  SystemMoments() {
    this(System::nanoTime, SystemMoments::wall);
  }

  SystemMoments(LongSupplier monotonic, LongSupplier wall) {
    this.monotonic = monotonic;
    this.wall = wall;
    this.ahead = exact().ahead();
  }

  private static long wall() {
    Instant now = Instant.now();
    return now.getEpochSecond() * SECOND + now.getNano();
  }

  /** A clause for the log: a {@link Moment#drift drift} of these clocks. */
  static String told(long drift) {
    return "this machine was suspended, or its clock was set, by %.1f s"
        .formatted((double) drift / SECOND);
  }

  private record Readings(long monotonic, long wall) {
    long ahead() {
      return wall - monotonic;
    }
  }

  @Override
  public Moment get() {
    Readings readings = new Readings(monotonic.getAsLong(), wall.getAsLong());
    if (Math.abs(readings.ahead() - ahead) > APART) {
      readings = exact();
      ahead = readings.ahead();
    }
    return new Moment(readings.monotonic, readings.wall);
  }

  private Readings exact() {
    Readings closest = new Readings(0, 0);
    long least = Long.MAX_VALUE;
    for (int i = 0; i < ATTEMPTS && least > APART; i++) {
      Readings readings = new Readings(monotonic.getAsLong(), wall.getAsLong());
      long apart = monotonic.getAsLong() - readings.monotonic;
      if (apart < least) {
        least = apart;
        closest = readings;
      }
    }
    return closest;
  }
}
