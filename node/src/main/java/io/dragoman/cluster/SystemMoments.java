package io.dragoman.cluster;

import io.dragoman.quota.Moment;
import java.time.Instant;
import java.util.function.Supplier;

/** Reads this machine's two clocks, close to each other. Thread-safe. */
final class SystemMoments implements Supplier<Moment> {

  /** Readings that are further apart than that are made again. */
  private static final long APART = 1_000_000;

  private static final int ATTEMPTS = 5;
  private static final long SECOND = 1_000_000_000L;

  @Override
  public Moment get() {
    Moment closest = new Moment(0, 0);
    long least = Long.MAX_VALUE;
    for (int i = 0; i < ATTEMPTS && least > APART; i++) {
      long monotonic = System.nanoTime();
      Instant wall = Instant.now();
      long apart = System.nanoTime() - monotonic;
      if (apart < least) {
        least = apart;
        closest = new Moment(monotonic, wall.getEpochSecond() * SECOND + wall.getNano());
      }
    }
    return closest;
  }
}
