package io.dragoman.speech;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.api.gax.rpc.StatusCode.Code;
import io.dragoman.speech.Retry.Decision.After;
import io.dragoman.speech.Retry.Decision.AtOnce;
import io.dragoman.speech.Retry.Decision.Never;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class RetryTest {
  private static final Duration GIVE_UP = Duration.ofMinutes(1);

  private final Retry retry =
      new Retry(Duration.ofMillis(100), Duration.ofMillis(350), GIVE_UP, () -> 1);

  @ParameterizedTest
  @EnumSource(names = {"ABORTED", "OUT_OF_RANGE"})
  void renewsAtOnceAfterAnEndOfNormalLifeButNotTwiceInARow(Code code) {
    assertEquals(new AtOnce(), retry.afterBreak(code, false, 0));
    assertEquals(new After(Duration.ofMillis(200)), retry.afterBreak(code, false, 0));
    retry.works();
    assertEquals(new AtOnce(), retry.afterBreak(code, false, 0));
  }

  @ParameterizedTest
  @EnumSource(
      names = {
        "UNAVAILABLE",
        "RESOURCE_EXHAUSTED",
        "INTERNAL",
        "DEADLINE_EXCEEDED",
        "UNKNOWN",
        "CANCELLED"
      })
  void waitsLongerAndLongerWhileThereIsTrouble(Code code) {
    for (int pause : new int[] {100, 200, 350, 350}) {
      assertEquals(new After(Duration.ofMillis(pause)), retry.afterBreak(code, false, 0));
    }
    // A call that lived for longer than the longest pause had worked.
    assertEquals(new After(Duration.ofMillis(100)), retry.afterBreak(code, true, 0));
  }

  @ParameterizedTest
  @EnumSource(names = {"INVALID_ARGUMENT", "NOT_FOUND", "PERMISSION_DENIED", "UNAUTHENTICATED"})
  void neverTriesAgainWhatWouldFailAgain(Code code) {
    assertEquals(new Never(), retry.afterBreak(code, false, 0));
  }

  @Test
  void givesUpAfterTooLongAFailure() {
    long now = Long.MAX_VALUE - 5;
    assertTrue(retry.afterBreak(Code.UNAVAILABLE, false, now) instanceof After);
    now += GIVE_UP.toNanos();
    assertTrue(retry.afterBreak(Code.ABORTED, false, now) instanceof After);
    assertEquals(new Never(), retry.afterBreak(Code.UNAVAILABLE, false, now + 1));
    assertEquals(new Never(), retry.afterBreak(Code.ABORTED, false, now + 1));
  }

  @Test
  void jittersByUpToHalf() {
    Retry least = new Retry(Duration.ofMillis(100), Duration.ofMillis(350), GIVE_UP, () -> 0);
    assertEquals(new After(Duration.ofMillis(50)), least.afterBreak(Code.UNAVAILABLE, false, 0));
  }
}
