package io.dragoman.chaos.simulation;

import io.dragoman.quota.Rules;
import io.dragoman.quota.Timing;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * The rules with one guard taken away, and the scenario that should show it.
 *
 * @param name which guard
 * @param bound tells, in words, the figure that must not be as bad with it
 * @param beyond whether it is as bad; what is asked besides violations
 */
record Mutant(
    String name,
    Scenario scenario,
    Function<Timing, Rules> rules,
    Function<Figures, String> bound,
    Predicate<Figures> beyond) {

  /** One that only a violation can show. */
  static Mutant of(String name, Scenario scenario, Function<Timing, Rules> rules) {
    return new Mutant(name, scenario, rules, figures -> "", figures -> false);
  }

  boolean isCaughtBy(Figures figures) {
    return unsafe(figures).isPresent() || beyond.test(figures);
  }

  /** A slow recovery shows no guard's absence: it only depends on what goes wrong when. */
  private static Optional<String> unsafe(Figures figures) {
    return figures.violations().stream()
        .filter(what -> !what.contains("not recovered"))
        .findFirst();
  }

  /** What caught it, in words. */
  String how(Figures figures) {
    return unsafe(figures).orElseGet(() -> bound.apply(figures));
  }
}
