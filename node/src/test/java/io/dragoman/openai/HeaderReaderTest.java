package io.dragoman.openai;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.net.http.HttpHeaders;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HeaderReaderTest {

  @ParameterizedTest
  @CsvSource({
    "1s,PT1S",
    "6m0s,PT6M",
    "120ms,PT0.12S",
    "1m2.5s,PT1M2.5S",
    "0s,PT0S",
    "99d,PT24H",
    "7,PT7S",
    "0.25,PT0.25S",
    "999999999999999999,PT24H"
  })
  void durationsAsTheUpstreamWritesThem(String text, Duration duration) {
    assertEquals(duration, HeaderReader.duration(text));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "s", "1x", "1s2", "-1s", " 1s", "-1", "1e3", "5d5", "0x10", "NaN", "Infinity"})
  void whatIsNoDurationCountsAsNotSaid(String text) {
    assertNull(HeaderReader.duration(text));
  }

  @Test
  void theMoreExactRetryAfterWins() {
    assertEquals(
        Duration.ofMillis(250),
        HeaderReader.retryAfter(headers("retry-after", "1", "retry-after-ms", "250")));
    assertEquals(Duration.ofSeconds(2), HeaderReader.retryAfter(headers("retry-after", "2")));
  }

  @ParameterizedTest
  @ValueSource(strings = {"soon", "", "-5", "NaN", "Infinity", "6m0s", "1 000"})
  void aWishToWaitThatCannotBeReadCountsAsNone(String wish) {
    assertEquals(Duration.ZERO, HeaderReader.retryAfter(headers("retry-after", wish)));
    assertEquals(Duration.ZERO, HeaderReader.retryAfter(headers("retry-after-ms", wish)));
    assertEquals(
        Duration.ofSeconds(2),
        HeaderReader.retryAfter(headers("retry-after-ms", wish, "retry-after", "2")));
    assertEquals(Duration.ZERO, HeaderReader.retryAfter(headers()));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "Sat, 21 Nov 2026 20:00:30 GMT | Sat, 21 Nov 2026 20:00:00 GMT | PT30S",
        "Sun, 22 Nov 2026 20:00:30 GMT | Sat, 21 Nov 2026 20:00:00 GMT | PT24H",
        "Sat, 21 Nov 2026 20:00:00 GMT | Sat, 21 Nov 2026 20:00:30 GMT | PT0S",
        "Sat, 21 Nov 2026 20:00:30 GMT | today                         | PT0S",
        "Mon, 21 Nov 2026 20:00:30 GMT | Sat, 21 Nov 2026 20:00:00 GMT | PT0S"
      })
  void aDateIsReadByTheUpstreamsOwnClock(String retryAfter, String date, Duration wait) {
    assertEquals(wait, HeaderReader.retryAfter(headers("retry-after", retryAfter, "date", date)));
    assertEquals(Duration.ZERO, HeaderReader.retryAfter(headers("retry-after", retryAfter)));
  }

  @Test
  void limitsThatAreNotSaidAreNull() {
    RateLimitHeaders limits =
        HeaderReader.limits(
            headers("x-ratelimit-limit-requests", "4500", "x-ratelimit-remaining-tokens", "many"));
    assertEquals(4_500L, limits.limitRequests());
    assertNull(limits.remainingTokens());
    assertNull(limits.resetRequests());
  }

  private static HttpHeaders headers(String... pairs) {
    Map<String, List<String>> map = new HashMap<>();
    for (int i = 0; i < pairs.length; i += 2) {
      map.put(pairs[i], List.of(pairs[i + 1]));
    }
    return HttpHeaders.of(map, (name, value) -> true);
  }
}
