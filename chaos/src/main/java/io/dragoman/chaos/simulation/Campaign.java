package io.dragoman.chaos.simulation;

import io.dragoman.quota.Rules;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionService;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import java.util.function.Predicate;

/** Many runs of one scenario, each from a seed of its own, on all processors. */
public final class Campaign {
  private final Scenario scenario;
  private final Rules rules;

  public Campaign(Scenario scenario, Rules rules) {
    this.scenario = scenario;
    this.rules = rules;
  }

  /**
   * Runs the seeds from 1 on, until all are done or one has come to what is looked for.
   *
   * @param progress is told of each run that has ended, in the order in which they end, by the
   *     calling thread
   * @return what came of the runs that ended, in the order of their seeds
   */
  public List<Figures> run(int seeds, Predicate<Figures> enough, Consumer<Figures> progress)
      throws InterruptedException {
    ExecutorService processors =
        Executors.newFixedThreadPool(
            Math.min(seeds, Runtime.getRuntime().availableProcessors()),
            Thread.ofPlatform().daemon().name("simulation-", 0).factory());
    try {
      CompletionService<Figures> runs = new ExecutorCompletionService<>(processors);
      for (long seed = 1; seed <= seeds; seed++) {
        long own = seed;
        runs.submit(() -> new Simulation(scenario, own, rules, null).run());
      }
      return collected(runs, seeds, enough, progress);
    } finally {
      processors.shutdownNow();
    }
  }

  private static List<Figures> collected(
      CompletionService<Figures> runs,
      int seeds,
      Predicate<Figures> enough,
      Consumer<Figures> progress)
      throws InterruptedException {
    List<Figures> ended = new ArrayList<>();
    for (int i = 0; i < seeds; i++) {
      Figures figures = ended(runs.take());
      ended.add(figures);
      progress.accept(figures);
      if (enough.test(figures)) {
        break;
      }
    }
    ended.sort(java.util.Comparator.comparingLong(Figures::seed));
    return ended;
  }

  private static Figures ended(Future<Figures> run) throws InterruptedException {
    try {
      return run.get();
    } catch (ExecutionException e) {
      throw new IllegalStateException("a run broke off", e.getCause());
    }
  }
}
