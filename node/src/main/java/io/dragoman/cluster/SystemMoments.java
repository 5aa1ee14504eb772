package io.dragoman.cluster;

import io.dragoman.quota.Moment;
import java.time.Instant;
import java.util.function.Supplier;

/** Reads this machine's two clocks, close to each other. Thread-safe. */
final class SystemMoments implements Supplier<Moment> {

  /** Readings that are further apart than that are made again. */
  private static final long APART = 1_000_000;

  private static final int ATTEMPTS = 5;

  @Override
  public Moment get() {
    Moment moment = read();
    for (int i = 1; i < ATTEMPTS && System.nanoTime() - moment.monotonic() > APART; i++) {
      moment = read();
    }
    return moment;
  }

  private static Moment read() {
    long monotonic = System.nanoTime();
    Instant wall = Instant.now();
    return new Moment(monotonic, wall.getEpochSecond() * 1_000_000_000L + wall.getNano());
  }
}
