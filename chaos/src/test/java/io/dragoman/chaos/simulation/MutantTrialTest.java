package io.dragoman.chaos.simulation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A few guards that are noticed quickly; {@code chaos simulate --mutants} tries them all. */
class MutantTrialTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "booked from the permit, not from the proof of arrival",
        "no votes",
        "no quarantine",
        "no ttl",
        "stale backup accepted",
        "no pacing",
        "usage settled before the answer is complete",
        "a refusal ignored"
      })
  void aMissingGuardIsNoticed(String name) throws InterruptedException {
    Mutant mutant =
        Mutants.EVERY.stream().filter(any -> any.name().equals(name)).findFirst().orElseThrow();
    MutantTrial.Verdict verdict = new MutantTrial(20).run(mutant);
    assertTrue(verdict.isCaught(), verdict.toString());
  }

  @Test
  @Tag("acceptance")
  void everyMissingGuardIsNoticed() throws InterruptedException {
    List<MutantTrial.Verdict> verdicts = new MutantTrial(120).run(verdict -> {});
    assertEquals(List.of(), verdicts.stream().filter(verdict -> !verdict.isCaught()).toList());
  }
}
