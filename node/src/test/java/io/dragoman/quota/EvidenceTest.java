package io.dragoman.quota;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

/** Whatever an upstream says, it is taken for something that can be meant. */
class EvidenceTest {

  @Test
  void nothingIsTheLeastThatCanRemain() {
    Evidence.Headers overdrawn =
        new Evidence.Headers(Amount.of(450, 180_000), Amount.of(-3, -10_000), 1_000);
    assertEquals(Amount.ZERO, overdrawn.remaining());
    Amount unnamed = new Amount(Long.MAX_VALUE, Long.MAX_VALUE);
    assertEquals(unnamed, new Evidence.Headers(unnamed, unnamed, 0).remaining());
  }

  @Test
  void evidenceLapsesAfterAWindow() {
    assertEquals(Evidence.LONGEST, new Evidence.Refusal(Long.MAX_VALUE).retryAfter());
    assertEquals(0, new Evidence.Refusal(-1).retryAfter());
    assertEquals(0, new Evidence.Headers(Amount.ZERO, Amount.ZERO, -1).lapse());
  }

  @Test
  void aLimitOfNothingIsTakenForTheLeast() {
    assertEquals(Amount.of(1, 1), new Evidence.Headers(Amount.ZERO, Amount.ZERO, 0).limit());
  }
}
