package io.dragoman.standin;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.dragoman.standin.OpenAiStandInConfig.Delays;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class PaceTest {
  @Test
  void delaysAreLogNormalAroundTheMedian() {
    List<Double> logs =
        delays(1, 10_001).stream().map(d -> Math.log(d.toNanos() / 300e6)).sorted().toList();
    assertEquals(0, logs.get(5_000), 0.02);
    double variance = logs.stream().mapToDouble(x -> x * x).average().orElseThrow();
    assertEquals(0.35, Math.sqrt(variance), 0.02);
  }

  @Test
  void theSameSeedGivesTheSameDelays() {
    assertEquals(delays(7, 100), delays(7, 100));
  }

  private static List<Duration> delays(long seed, int count) {
    Pace pace = new Pace(new Delays(Duration.ofMillis(300), 0.35, Duration.ZERO, seed));
    return Stream.generate(pace::nextFirstToken).limit(count).toList();
  }
}
