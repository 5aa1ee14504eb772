package io.dragoman.standin;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LimitHeadersTest {
  @ParameterizedTest
  @CsvSource({
    "PT0S, 0s",
    "PT0.000000001S, 1ms",
    "PT0.017S, 17ms",
    "PT1S, 1s",
    "PT8.64S, 8.64s",
    "PT20S, 20s",
    "PT59.9995S, 1m0s",
    "PT1M26.4S, 1m26.4s",
    "PT6M, 6m0s"
  })
  void writesDurationsAsGoDoes(Duration duration, String written) {
    assertEquals(written, LimitHeaders.goDuration(duration));
  }
}
