package io.dragoman.standin;

import java.time.Duration;
import java.util.Random;

/** How fast a model answers: a log-normal delay, then one token after another. Thread-safe. */
final class Pace {
  private final double medianNanos;
  private final double sigma;
  private final Duration perToken;
  private final Random random;

  Pace(Duration firstTokenMedian, double sigma, Duration perToken, long seed) {
    this.medianNanos = firstTokenMedian.toNanos();
    this.sigma = sigma;
    this.perToken = perToken;
    this.random = new Random(seed);
  }

  /** Draws the delay to the first token of the next answer. */
  Duration nextFirstToken() {
    return Duration.ofNanos((long) (medianNanos * Math.exp(sigma * random.nextGaussian())));
  }

  Duration perToken() {
    return perToken;
  }
}
