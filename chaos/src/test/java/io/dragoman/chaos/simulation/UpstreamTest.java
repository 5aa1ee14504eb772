package io.dragoman.chaos.simulation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dragoman.quota.Amount;
import io.dragoman.quota.Charge;
import org.junit.jupiter.api.Test;

/** What the judge counts, and for how long. */
class UpstreamTest {
  private static final long WINDOW = 60;
  private static final Amount LIMIT = Amount.of(3, 1_000);

  @Test
  void whatWasReservedCountsForAWindowFromItsArrival() {
    Upstream judge = new Upstream(LIMIT, WINDOW, Charge.RESERVED);
    judge.arrive(10, 400);
    judge.complete(15, 400, 100);
    assertEquals(Amount.of(1, 400), judge.counted(69));
    assertEquals(Amount.ZERO, judge.counted(70));
    assertEquals(Amount.of(1, 400), judge.charged());
  }

  @Test
  void usageCountsForAWindowFromTheEndOfTheAnswer() {
    Upstream judge = new Upstream(LIMIT, WINDOW, Charge.USAGE);
    judge.arrive(10, 400);
    assertEquals(Amount.of(1, 400), judge.counted(14));
    judge.complete(15, 400, 100);
    assertEquals(Amount.of(1, 100), judge.counted(69));
    assertEquals(Amount.of(0, 100), judge.counted(74));
    assertEquals(Amount.ZERO, judge.counted(75));
    assertEquals(Amount.of(1, 100), judge.charged());
  }

  @Test
  void anAnswerThatIsNeverCompleteCountsAllTheTime() {
    Upstream judge = new Upstream(LIMIT, WINDOW, Charge.USAGE);
    judge.arrive(10, 400);
    assertEquals(Amount.of(0, 400), judge.counted(1_000));
  }

  @Test
  void eitherLimitMayBeExceeded() {
    Upstream judge = new Upstream(LIMIT, WINDOW, Charge.USAGE);
    assertTrue(judge.arrive(0, 600));
    assertFalse(judge.arrive(1, 600), "tokens");
    judge.complete(2, 600, 100);
    judge.complete(2, 600, 100);
    assertTrue(judge.arrive(3, 100));
    assertFalse(judge.arrive(4, 100), "requests");
    assertTrue(judge.arrive(61, 100));
  }
}
