package io.dragoman.standin;

import io.dragoman.standin.OpenAiStandInConfig.Delays;
import java.time.Duration;
import java.util.Random;

/** How fast a model answers: a log-normal delay, then one token after another. Thread-safe. */
final class Pace {
  private final Delays delays;
  private final Random random;

  Pace(Delays delays) {
    this.delays = delays;
    this.random = new Random(delays.seed());
  }

  /** Draws the delay to the first token of the next answer. */
  Duration nextFirstToken() {
    double factor = Math.exp(delays.sigma() * random.nextGaussian());
    return Duration.ofNanos((long) (delays.firstToken().toNanos() * factor));
  }

  Duration perToken() {
    return delays.perToken();
  }
}
