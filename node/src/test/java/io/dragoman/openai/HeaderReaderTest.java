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
  @CsvSource({"1s,PT1S", "6m0s,PT6M", "17ms,PT0.017S", "1m2.5s,PT1M2.5S", "0s,PT0S", "99d,PT24H"})
  void durationsAsTheUpstreamWritesThem(String text, Duration duration) {
    assertEquals(duration, HeaderReader.duration(text));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "s", "1", "1x", "1s2", "-1s", " 1s"})
  void whatIsNoDurationCountsAsNotSaid(String text) {
    assertNull(HeaderReader.duration(text));
  }

  @Test
  void theMoreExactRetryAfterWins() {
    assertEquals(
        Duration.ofMillis(250),
        HeaderReader.retryAfter(headers("retry-after", "1", "retry-after-ms", "250")));
    assertEquals(Duration.ofSeconds(2), HeaderReader.retryAfter(headers("retry-after", "2")));
    assertEquals(Duration.ZERO, HeaderReader.retryAfter(headers("retry-after", "soon")));
    assertEquals(Duration.ZERO, HeaderReader.retryAfter(headers()));
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
