package io.dragoman.chaos.simulation;

import io.dragoman.quota.Rules;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** Takes each guard away in turn, and looks for a seed that shows it. */
public final class MutantTrial {

  /**
   * What came of one guard.
   *
   * @param seed the one that showed that it was missing; 0 if none did
   * @param how what it showed
   * @param sound whether the real rules pass on the same seed
   */
  public record Verdict(String mutant, Scenario scenario, long seed, String how, boolean sound) {

    /** Whether its absence was noticed, and nothing else. */
    public boolean isCaught() {
      return seed > 0 && sound;
    }
  }

  private final int seeds;

  /**
   * @param seeds how many to try at most for each guard
   */
  public MutantTrial(int seeds) {
    this.seeds = seeds;
  }

  /** Tries them all; each verdict is told when it is there. */
  public List<Verdict> run(Consumer<Verdict> progress) throws InterruptedException {
    List<Verdict> verdicts = new ArrayList<>();
    for (Mutant mutant : Mutants.EVERY) {
      Verdict verdict = run(mutant);
      verdicts.add(verdict);
      progress.accept(verdict);
    }
    return verdicts;
  }

  Verdict run(Mutant mutant) throws InterruptedException {
    Scenario scenario = mutant.scenario();
    Rules broken = mutant.rules().apply(scenario.timing());
    List<Figures> runs =
        new Campaign(scenario, broken).run(seeds, mutant::isCaughtBy, figures -> {});
    for (Figures figures : runs) {
      if (mutant.isCaughtBy(figures)) {
        Rules real = new Rules(broken.timing());
        Figures control = new Simulation(scenario, figures.seed(), real, null).run();
        return new Verdict(
            mutant.name(),
            scenario,
            figures.seed(),
            mutant.how(figures),
            !mutant.isCaughtBy(control));
      }
    }
    return new Verdict(
        mutant.name(), scenario, 0, "survived %d seeds".formatted(runs.size()), true);
  }
}
