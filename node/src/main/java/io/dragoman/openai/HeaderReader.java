package io.dragoman.openai;

import java.net.http.HttpHeaders;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads what response headers say about the upstream's limits. What cannot be read counts as not
 * said.
 */
final class HeaderReader {
  private static final Pattern PART = Pattern.compile("(\\d{1,9}(?:\\.\\d{1,9})?)(ms|s|m|h|d)");
  private static final Pattern NUMBER = Pattern.compile("\\d{1,18}(?:\\.\\d{1,18})?");
  private static final Duration LONGEST = Duration.ofDays(1);

  private HeaderReader() {}

  static RateLimitHeaders limits(HttpHeaders headers) {
    return new RateLimitHeaders(
        number(headers, "x-ratelimit-limit-requests"),
        number(headers, "x-ratelimit-limit-tokens"),
        number(headers, "x-ratelimit-remaining-requests"),
        number(headers, "x-ratelimit-remaining-tokens"),
        duration(headers.firstValue("x-ratelimit-reset-requests").orElse("")),
        duration(headers.firstValue("x-ratelimit-reset-tokens").orElse("")));
  }

  /**
   * How long to wait: {@code retry-after-ms}, else {@code retry-after}, else not at all. The latter
   * gives seconds, or an HTTP date (RFC 9110, 10.2.3), which is read by the upstream's own clock:
   * the answer's {@code date}.
   */
  static Duration retryAfter(HttpHeaders headers) {
    Optional<Duration> exact =
        headers.firstValue("retry-after-ms").flatMap(text -> scaled(text, 1));
    return exact
        .or(() -> headers.firstValue("retry-after").flatMap(text -> scaled(text, 1_000)))
        .or(() -> until(headers))
        .orElse(Duration.ZERO);
  }

  private static Optional<Duration> until(HttpHeaders headers) {
    Optional<ZonedDateTime> then = date(headers, "retry-after");
    Optional<ZonedDateTime> now = date(headers, "date");
    return then.flatMap(end -> now.map(start -> Duration.between(start, end)))
        .filter(Duration::isPositive)
        .map(HeaderReader::shorter);
  }

  private static Optional<ZonedDateTime> date(HttpHeaders headers, String name) {
    try {
      return headers
          .firstValue(name)
          .map(text -> ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME));
    } catch (DateTimeException e) {
      return Optional.empty();
    }
  }

  /**
   * Reads durations such as {@code 1s}, {@code 6m0s}, {@code 17ms} and {@code 1m2.5s}, and plain
   * seconds, as some write them; null for anything else.
   */
  static @Nullable Duration duration(String text) {
    return scaled(text, 1_000).orElseGet(() -> parts(text));
  }

  private static @Nullable Duration parts(String text) {
    Matcher part = PART.matcher(text);
    Duration sum = Duration.ZERO;
    int at = 0;
    while (part.find() && part.start() == at) {
      sum =
          sum.plus(
              Duration.ofNanos(
                  Math.round(Double.parseDouble(part.group(1)) * nanos(part.group(2)))));
      at = part.end();
    }
    return at == 0 || at != text.length() ? null : shorter(sum);
  }

  private static Optional<Duration> scaled(String text, int millis) {
    return NUMBER.matcher(text).matches()
        ? Optional.of(shorter(Duration.ofMillis(Math.round(Double.parseDouble(text) * millis))))
        : Optional.empty();
  }

  private static Duration shorter(Duration duration) {
    return duration.compareTo(LONGEST) < 0 ? duration : LONGEST;
  }

  private static double nanos(String unit) {
    return switch (unit) {
      case "ms" -> 1e6;
      case "s" -> 1e9;
      case "m" -> 60e9;
      case "h" -> 3_600e9;
      default -> 86_400e9;
    };
  }

  private static @Nullable Long number(HttpHeaders headers, String name) {
    try {
      return headers.firstValue(name).map(Long::valueOf).orElse(null);
    } catch (NumberFormatException e) {
      return null;
    }
  }
}
