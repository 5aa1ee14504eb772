package io.dragoman.client;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class AudioPacerTest {
  private final AtomicLong now = new AtomicLong(5_000_000_000L);
  private final List<Long> sleptMillis = new ArrayList<>();
  private final AudioPacer pacer =
      new AudioPacer(
          24_000,
          now::get,
          nanos -> {
            sleptMillis.add(nanos / 1_000_000);
            now.addAndGet(nanos);
          });

  @Test
  void aSampleIsDueWhenItHasBeenSpoken() throws InterruptedException {
    pacer.awaitSample(1_200);
    pacer.awaitSample(3_600);

    assertEquals(List.of(50L, 100L), sleptMillis);
  }

  @Test
  void timeSpentElsewhereDoesNotAddUp() throws InterruptedException {
    for (int chunk = 1; chunk <= 1_000; chunk++) {
      pacer.awaitSample(chunk * 1_200L);
      now.addAndGet(3_000_000);
    }

    assertEquals(5_000_000_000L + 50_000_000_000L + 3_000_000, now.get());
  }

  @Test
  void whoIsLateCatchesUpWithoutWaiting() throws InterruptedException {
    pacer.awaitSample(1_200);
    now.addAndGet(120_000_000);
    pacer.awaitSample(2_400);
    pacer.awaitSample(3_600);
    pacer.awaitSample(4_800);

    assertEquals(List.of(50L, 30L), sleptMillis);
  }
}
