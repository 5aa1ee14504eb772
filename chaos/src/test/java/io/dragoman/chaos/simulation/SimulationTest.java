package io.dragoman.chaos.simulation;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dragoman.chaos.simulation.Scenario.Faults;
import io.dragoman.chaos.simulation.Scenario.Skew;
import io.dragoman.quota.Limits;
import io.dragoman.quota.Rules;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The quota's promises, on a few seeds of each kind; {@code chaos simulate} runs many. */
class SimulationTest {
  private static final int SEEDS = 20;

  @ParameterizedTest
  @EnumSource(Faults.class)
  void noPromiseIsBroken(Faults faults) throws InterruptedException {
    for (Figures run : runs(Scenario.defaults().with(faults).withMinutes(6), SEEDS)) {
      assertEquals(List.of(), run.violations(), "seed " + run.seed());
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {300, 1_000})
  void withoutFaultsTheQuotaIsUsedSteadilyAndFairly(int latencyMs) throws InterruptedException {
    double least = latencyMs <= 300 ? 0.98 : 0.97;
    for (Figures run : runs(Scenario.defaults().withMinutes(6).withLatencyMs(latencyMs), 4)) {
      assertAll(
          "seed " + run.seed(),
          () -> assertEquals(List.of(), run.violations()),
          () -> assertTrue(run.utilisation() >= least, "utilisation " + run.utilisation()),
          () -> assertTrue(run.efficiency() >= 0.99, "efficiency " + run.efficiency()),
          () -> assertTrue(run.jain() >= 0.99, "Jain " + run.jain()),
          () -> assertTrue(run.shareGap() <= 8, "share gap " + run.shareGap()),
          () -> assertTrue(run.maxGapS() <= 0.5, "gap " + run.maxGapS()));
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"LADDER", "ONE_NODE", "GREEDY"})
  void nobodyGetsMoreByAskingForMore(Skew skew) throws InterruptedException {
    for (Figures run : runs(Scenario.defaults().with(skew).withMinutes(4), 3)) {
      assertTrue(run.jain() >= 0.99, "seed " + run.seed() + ": Jain " + run.jain());
      assertTrue(run.maxGapS() <= 0.5, "seed " + run.seed() + ": gap " + run.maxGapS());
    }
  }

  /**
   * Of two sessions on a node neither is ever further ahead than two largest requests, so in a
   * window none is given four more; nodes may differ by what they get at a refresh.
   */
  @ParameterizedTest
  @ValueSource(ints = {1, 5, 20})
  void whereOneLimitBindsNobodyIsGivenFourRequestsMore(int nodes) throws InterruptedException {
    Scenario tokens =
        Scenario.defaults()
            .withNodes(nodes)
            .withMinutes(4)
            .with(Limits.perMinute(100_000, 1_800_000));
    for (Figures run : runs(tokens, 3)) {
      assertTrue(run.shareGap() <= 4 + 1.5, "seed " + run.seed() + ": " + run.shareGap());
    }
  }

  /** A node's part is what its sessions were really given, and not what the ledger guessed. */
  @Test
  void aFewSessionsWithMuchEachAreGivenTheSame() throws InterruptedException {
    for (Figures run : runs(Scenario.defaults().withSessions(2), 4)) {
      assertTrue(run.shareGap() <= 20, "seed " + run.seed() + ": " + run.shareGap());
    }
  }

  /** A tenth of the limit: a permit each 133 ms. */
  @Test
  void atASmallLimitPermitsStillFlow() throws InterruptedException {
    Scenario small =
        Scenario.defaults().withSessions(30).withMinutes(6).with(Limits.perMinute(450, 180_000));
    for (Figures run : runs(small, 4)) {
      assertEquals(List.of(), run.violations());
      assertTrue(run.utilisation() >= 0.97, "seed " + run.seed() + ": " + run.utilisation());
      assertTrue(run.maxGapS() <= 1.25, "seed " + run.seed() + ": gap " + run.maxGapS());
    }
  }

  /** However its finals and partials differ in size, and whatever the other nodes do not use. */
  @ParameterizedTest
  @ValueSource(ints = {2, 3, 9})
  void aLoneSessionReachesTheLimit(int demand) throws InterruptedException {
    Scenario lone = Scenario.defaults().withSessions(1).withDemand(demand).withMinutes(5);
    for (Figures run : runs(lone, 2)) {
      assertTrue(run.utilisation() >= 0.98, "seed " + run.seed() + ": " + run.utilisation());
      assertTrue(run.maxGapS() <= 1, "seed " + run.seed() + ": gap " + run.maxGapS());
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {3, 9, 20})
  void aSessionThatWakesHasItsHalfAtOnce(int demand) throws InterruptedException {
    Scenario scenario =
        Scenario.defaults()
            .withSessions(2)
            .withDemand(demand)
            .with(Limits.perMinute(450, 180_000))
            .with(Skew.SLEEPERS);
    for (Figures run : runs(scenario, 10)) {
      assertTrue(run.wakingGap() <= 2, "seed " + run.seed() + ": " + run.wakingGap());
    }
  }

  /**
   * Of 150 permits; with its own node, what its requests happen to need of each limit adds to it.
   */
  @ParameterizedTest
  @CsvSource({"1, 4", "5, 10"})
  void soItHasAtALargeLimit(int nodes, int most) throws InterruptedException {
    Scenario scenario =
        Scenario.defaults().withNodes(nodes).withSessions(2).withMinutes(5).with(Skew.SLEEPERS);
    for (Figures run : runs(scenario, 6)) {
      assertTrue(run.wakingGap() <= most, "seed " + run.seed() + ": " + run.wakingGap());
      assertTrue(run.maxGapS() <= 0.5, "seed " + run.seed() + ": gap " + run.maxGapS());
    }
  }

  @Test
  void restartsInGoodOrderCostNoQuarantine() throws InterruptedException {
    for (Figures run : runs(Scenario.defaults().with(Faults.RESTARTS), 10)) {
      assertEquals(0, run.quarantines(), "seed " + run.seed());
    }
  }

  @Test
  void theLedgerGrowsWithNodesAndNotWithSessions() throws InterruptedException {
    int few = bytes(Scenario.defaults().withMinutes(2));
    int many = bytes(Scenario.defaults().withMinutes(2).withSessions(2_000));
    assertTrue(many <= few + few / 10, few + " and " + many + " bytes");
  }

  /** A tenth of the nodes of {@code docs/quota.md}, and a two-hundredth of the sessions. */
  @Test
  void manyNodesAndSessionsShareAsFewDo() throws InterruptedException {
    Scenario large =
        Scenario.defaults()
            .withNodes(100)
            .withSessions(5_000)
            .withMinutes(2)
            .with(Limits.perMinute(7_500, 3_000_000));
    Figures run = runs(large, 1).getFirst();
    assertEquals(List.of(), run.violations());
    assertTrue(run.utilisation() >= 0.97, "utilisation " + run.utilisation());
    assertTrue(run.maxGapS() <= 0.5, "gap " + run.maxGapS());
    assertTrue(run.ledgerBytes() <= 64 * 100 + 24 * 600, run.ledgerBytes() + " bytes");
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void aSeedAlwaysTellsTheSameStory(long seed) {
    Scenario scenario = Scenario.defaults().with(Faults.ALL).withMinutes(4);
    List<String> first = new ArrayList<>();
    List<String> again = new ArrayList<>();
    Rules rules = new Rules(scenario.timing());
    Figures figures = new Simulation(scenario, seed, rules, first::add).run();
    assertEquals(figures, new Simulation(scenario, seed, rules, again::add).run());
    assertEquals(first, again);
    assertFalse(first.isEmpty());
  }

  private static int bytes(Scenario scenario) throws InterruptedException {
    return runs(scenario, 1).getFirst().ledgerBytes();
  }

  private static List<Figures> runs(Scenario scenario, int seeds) throws InterruptedException {
    return new Campaign(scenario, new Rules(scenario.timing()))
        .run(seeds, figures -> false, figures -> {});
  }
}
