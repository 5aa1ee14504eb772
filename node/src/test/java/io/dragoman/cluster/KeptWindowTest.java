package io.dragoman.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.dragoman.pipeline.SessionWindow;
import io.dragoman.pipeline.Spent;
import io.dragoman.quota.RecentUse;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** How old a session's window is taken to be, by the clock that the grid's members agree on. */
class KeptWindowTest {
  private static final long WRITTEN_MS = 1_700_000_000_000L;
  private static final Spent SPENT = new Spent(39, 7_800);
  private static final SessionWindow USED =
      new SessionWindow(
          40, 2_000, new RecentUse(List.of(new RecentUse.Part(seconds(2), 10, 2_000))), SPENT);

  private final KeptWindow kept = new KeptWindow(WRITTEN_MS, USED);

  @Test
  void itAges() {
    SessionWindow later = kept.at(WRITTEN_MS + 3_000);

    assertEquals(5_000, later.lastAgeMs());
    assertEquals(List.of(new RecentUse.Part(seconds(5), 10, 2_000)), later.minute().parts());
  }

  @Test
  void whereTheClockWasSetBackItIsAsItWasWritten() {
    assertEquals(USED, kept.at(WRITTEN_MS + 3_000 - hourMs()));
  }

  @Test
  void whereTheClockWasSetForwardItsMinuteIsOverAndItsCountsStay() {
    SessionWindow later = kept.at(WRITTEN_MS + 3_000 + hourMs());

    assertEquals(new RecentUse(List.of()), later.minute());
    assertEquals(40, later.requests());
    assertEquals(SPENT, later.spent());
  }

  private static long hourMs() {
    return Duration.ofHours(1).toMillis();
  }

  private static long seconds(int seconds) {
    return Duration.ofSeconds(seconds).toNanos();
  }
}
