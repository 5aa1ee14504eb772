package io.dragoman.chaos.simulation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dragoman.chaos.simulation.Scenario.Faults;
import io.dragoman.quota.Charge;
import io.dragoman.quota.Rules;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;
import org.junit.jupiter.params.provider.ValueSource;

/** What a run's account and sessions are like: drawn in runs with all faults, and kept to. */
class TermsTest {
  private static final Terms USAGE = new Terms(Charge.USAGE, 1, false, false);
  private static final Terms WEIGHTED = new Terms(Charge.RESERVED, 3, false, false);
  private static final Terms CAPPED = new Terms(Charge.RESERVED, 1, true, false);
  private static final Terms SPEAKING = new Terms(Charge.RESERVED, 1, false, true);

  private static final Scenario CALM = Scenario.defaults().withMinutes(5);

  /** On the seeds that {@link SimulationTest} plays. */
  @Test
  void whereAllGoesWrongAFewRunsAreOnEachKindOfTerms() {
    List<Terms> drawn = drawn(Faults.ALL);
    List<Predicate<Terms>> kinds =
        List.of(
            terms -> terms.charge() == Charge.USAGE,
            terms -> terms.heaviest() > 1,
            Terms::capped,
            Terms::speaks);
    for (Predicate<Terms> kind : kinds) {
      long with = drawn.stream().filter(kind).count();
      assertTrue(with >= 4 && with <= 16, drawn.toString());
    }
  }

  @ParameterizedTest
  @EnumSource(mode = Mode.EXCLUDE, names = "ALL")
  void elsewhereTermsArePlain(Faults faults) {
    assertTrue(drawn(faults).stream().allMatch(Terms.PLAIN::equals));
    assertEquals(CALM.limits(), Terms.PLAIN.limits(CALM.limits()));
  }

  private static List<Terms> drawn(Faults faults) {
    return LongStream.rangeClosed(1, 20)
        .mapToObj(seed -> Terms.of(CALM.with(faults), seed))
        .toList();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 120})
  void sessionsShareAllThereIs(int sessions) {
    for (Terms terms : List.of(Terms.PLAIN, WEIGHTED)) {
      double all = IntStream.range(0, sessions).mapToDouble(i -> terms.part(i, sessions)).sum();
      assertEquals(1, all, 1e-9);
    }
  }

  @Test
  void sessionsAreGivenInProportionToTheirWeights() {
    Figures run = run(WEIGHTED);
    assertTrue(run.jain() >= 0.99, "Jain " + run.jain());
    assertTrue(run.utilisation() >= 0.98, "utilisation " + run.utilisation());
  }

  /** What is reserved for an answer that is under way is more than it uses in the end. */
  @Test
  void usageIsChargedOnceItIsKnown() {
    Figures run = run(USAGE);
    assertTrue(run.worstWindow() >= 0.97, "worst window " + run.worstWindow());
    assertTrue(run.jain() >= 0.99, "Jain " + run.jain());
    assertTrue(run.maxGapS() <= 0.5, "gap " + run.maxGapS());
  }

  /** Half a second's worth may come at once, and what nodes hold, which lasts for a refresh. */
  @Test
  void aCapForASecondSlowsThePaceDown() {
    Figures run = run(CAPPED);
    assertTrue(run.fullestSecond() <= 1 + 0.5 + 0.25, "second " + run.fullestSecond());
    assertTrue(run.worstWindow() <= 0.675, "worst window " + run.worstWindow());
    assertTrue(run.utilisation() >= 0.65, "utilisation " + run.utilisation());
    assertTrue(run.jain() >= 0.99, "Jain " + run.jain());
  }

  /** It is harsh every minute and a half, and then holds back for a minute at most. */
  @Test
  void anUpstreamThatSpeaksIsListenedToAndUsed() {
    double longest = 0;
    for (int seed = 1; seed <= 4; seed++) {
      Figures run = run(SPEAKING, seed);
      longest = Math.max(longest, run.maxGapS());
      assertTrue(run.utilisation() >= 0.5, "utilisation " + run.utilisation());
    }
    assertTrue(longest > 0.5, "gap " + longest);
  }

  @Test
  void aUsageThatIsBookedTooLowIsNoticed() {
    Rules low =
        new Rules(CALM.timing()) {
          @Override
          public long charged(Charge charge, long reserved, long used) {
            return super.charged(charge, reserved, used * 99 / 100);
          }
        };
    assertFalse(new Simulation(CALM, USAGE, 1, low, null).run().violations().isEmpty());
  }

  private static Figures run(Terms terms) {
    return run(terms, 1);
  }

  private static Figures run(Terms terms, long seed) {
    Figures run = new Simulation(CALM, terms, seed, new Rules(CALM.timing()), null).run();
    assertEquals(List.of(), run.violations());
    return run;
  }
}
