package io.dragoman.chaos.simulation;

import java.util.List;
import java.util.Random;

/** All that is drawn by lot in a run. */
final class Chance {
  private final Random random;

  Chance(long seed) {
    random = new Random(seed);
  }

  /**
   * Another source for a seed, so that what is drawn from it changes nothing of a run's other
   * draws.
   */
  static Chance aside(long seed) {
    return new Chance(~seed).split();
  }

  /** A source of its own, so that one part's draws do not change another's. */
  Chance split() {
    return new Chance(random.nextLong());
  }

  boolean happens(double probability) {
    return probability > 0 && random.nextDouble() < probability;
  }

  /** A whole number from {@code 0} to before {@code bound}. */
  int below(int bound) {
    return random.nextInt(bound);
  }

  /** Evenly between the two. */
  long between(long least, long most) {
    return least + (long) (random.nextDouble() * (most - least));
  }

  /** Between the two, each order of magnitude as likely as another. */
  long magnitude(long least, long most) {
    return (long) (least * Math.pow((double) most / least, random.nextDouble()));
  }

  /** The time to the next of events that come independently of each other. */
  long exponential(double mean) {
    return (long) (-Math.log(1 - random.nextDouble()) * mean);
  }

  long logNormal(double median, double sigma) {
    return (long) (median * Math.exp(sigma * random.nextGaussian()));
  }

  <T> T oneOf(List<T> choices) {
    return choices.get(random.nextInt(choices.size()));
  }
}
