package io.dragoman.standin;

import io.dragoman.standin.ArrivalLog.Levels;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.ServerResponse;
import java.math.BigDecimal;
import java.time.Duration;

/** The headers in which OpenAI tells its limits. All durations are rounded up. */
final class LimitHeaders {
  private static final HeaderName LIMIT_REQUESTS = name("limit-requests");
  private static final HeaderName LIMIT_TOKENS = name("limit-tokens");
  private static final HeaderName REMAINING_REQUESTS = name("remaining-requests");
  private static final HeaderName REMAINING_TOKENS = name("remaining-tokens");
  private static final HeaderName RESET_REQUESTS = name("reset-requests");
  private static final HeaderName RESET_TOKENS = name("reset-tokens");
  private static final HeaderName RETRY_AFTER_MS = HeaderNames.create("retry-after-ms");

  private LimitHeaders() {}

  /** How full the window is after a request, accepted or refused. */
  static void levels(ServerResponse response, Levels levels) {
    String reset = goDuration(levels.reset());
    response
        .header(LIMIT_REQUESTS, Long.toString(levels.limitRequests()))
        .header(LIMIT_TOKENS, Long.toString(levels.limitTokens()))
        .header(REMAINING_REQUESTS, Long.toString(levels.remainingRequests()))
        .header(REMAINING_TOKENS, Long.toString(levels.remainingTokens()))
        .header(RESET_REQUESTS, reset)
        .header(RESET_TOKENS, reset);
  }

  /** When to come again, in seconds and in milliseconds. */
  static void retryAfter(ServerResponse response, Duration wait) {
    long millis = ceilMillis(wait);
    response
        .header(HeaderNames.RETRY_AFTER, Long.toString(Math.ceilDiv(millis, 1_000)))
        .header(RETRY_AFTER_MS, Long.toString(millis));
  }

  /** As Go writes durations, to the millisecond: {@code 17ms}, {@code 8.64s}, {@code 6m0s}. */
  static String goDuration(Duration duration) {
    long millis = ceilMillis(duration);
    if (millis > 0 && millis < 1_000) {
      return millis + "ms";
    }
    long minutes = millis / 60_000;
    BigDecimal seconds = BigDecimal.valueOf(millis % 60_000, 3).stripTrailingZeros();
    return (minutes > 0 ? minutes + "m" : "") + seconds.toPlainString() + "s";
  }

  private static long ceilMillis(Duration duration) {
    return Math.ceilDiv(duration.toNanos(), 1_000_000);
  }

  private static HeaderName name(String suffix) {
    return HeaderNames.create("x-ratelimit-" + suffix);
  }
}
