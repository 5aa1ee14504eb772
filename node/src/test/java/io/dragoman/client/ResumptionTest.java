package io.dragoman.client;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.junit.jupiter.api.Test;

final class ResumptionTest {
  private final Resumption resumption = new Resumption(FakeNode.START);

  @Test
  void itOutlivesABugNowAndThen() {
    resumption.carried(0, "token", 60);

    assertTrue(outlives(1_000));
    assertFalse(outlives(1_059));
    assertTrue(outlives(1_119));
  }

  private boolean outlives(long atSecond) {
    return resumption.outlives(Duration.ofSeconds(atSecond).toNanos());
  }
}
