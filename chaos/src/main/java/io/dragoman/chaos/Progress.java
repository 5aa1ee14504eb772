package io.dragoman.chaos;

import io.dragoman.chaos.simulation.Figures;

/** Says on standard error, now and then, how far a campaign is. */
final class Progress implements AutoCloseable {
  private static final long EVERY = 2_000_000_000L;

  private final int runs;
  private final long began = System.nanoTime();
  private long told = began;
  private int ended;
  private int violated;

  Progress(int runs) {
    this.runs = runs;
  }

  void ended(Figures figures) {
    ended++;
    if (!figures.violations().isEmpty()) {
      violated++;
      System.err.printf("seed %d: %s%n", figures.seed(), figures.violations().getFirst());
    }
    if (System.nanoTime() - told > EVERY) {
      told = System.nanoTime();
      tell();
    }
  }

  private void tell() {
    System.err.printf(
        "%d of %d runs after %d s, %d with a violation%n",
        ended, runs, (System.nanoTime() - began) / 1_000_000_000L, violated);
  }

  @Override
  public void close() {
    tell();
  }
}
