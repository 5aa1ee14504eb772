package io.dragoman.pipeline;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class RetryTest {
  private static final long SECOND = 1_000_000_000L;

  private final Retry retry = new Retry(PipelineConfig.of("model"), () -> 1.0);

  @Test
  void pausesDoubleUpToABound() {
    assertEquals(
        LongStream.of(250, 500, 1_000, 2_000, 4_000, 8_000, 10_000, 10_000)
            .mapToObj(Duration::ofMillis)
            .toList(),
        LongStream.range(0, 8).mapToObj(i -> retry.pause(Duration.ZERO)).toList());
    retry.next();
    assertEquals(Duration.ofMillis(250), retry.pause(Duration.ZERO));
  }

  @Test
  void pausesAreJitteredAndAsLongAsTheUpstreamAsksWithinABound() {
    Retry eager = new Retry(PipelineConfig.of("model"), () -> 0.0);
    assertEquals(Duration.ofMillis(125), eager.pause(Duration.ZERO));
    assertEquals(Duration.ofSeconds(7), eager.pause(Duration.ofSeconds(7)));
    assertEquals(Duration.ofMinutes(1), eager.pause(Duration.ofHours(1)));
  }

  @Test
  void givesUpOnceTheUpstreamHasFailedForTwoMinutes() {
    for (long t = 0; t <= 120; t += 10) {
      assertFalse(retry.failedTooLong(t * SECOND), t + " s");
    }
    assertTrue(retry.failedTooLong(121 * SECOND));
    assertTrue(retry.failedTooLong(122 * SECOND), "the next final as well");
    retry.works();
    assertFalse(retry.failedTooLong(123 * SECOND));
  }

  @Test
  void aFailureBeforeALongSilenceDoesNotCount() {
    assertFalse(retry.failedTooLong(0));
    assertFalse(retry.failedTooLong(600 * SECOND));
  }

  @Test
  void asksAgainForAnAnswerThatIsNotWholeAFewTimes() {
    assertTrue(retry.mayAskAgain());
    assertTrue(retry.mayAskAgain());
    assertFalse(retry.mayAskAgain());
    retry.next();
    assertTrue(retry.mayAskAgain());
  }
}
