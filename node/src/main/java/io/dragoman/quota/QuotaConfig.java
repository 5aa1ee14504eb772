package io.dragoman.quota;

import io.dragoman.quota.QuotaRequest.Priority;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The limits of one quota, and the durations that keeping them rests on.
 *
 * @param requestsPerMinute the most requests in any rolling window
 * @param tokensPerMinute the most tokens in any rolling window
 * @param partialsPercent how full, in percent of both limits, the window may be for a partial to
 *     pass, 0 to 100; the rest is always kept for finals
 * @param longestCall the time within which a request that was sent has reached the upstream or
 *     never will: the total time-out of a call
 * @param networkBound the longest time that a message between nodes, or the rest of a request after
 *     its time-out, is under way
 * @param window the length of the rolling window; 60 s wherever the limits are per minute
 */
public record QuotaConfig(
    int requestsPerMinute,
    int tokensPerMinute,
    int partialsPercent,
    Duration longestCall,
    Duration networkBound,
    Duration window) {

  public QuotaConfig {
    if (requestsPerMinute <= 0) {
      throw new IllegalArgumentException(
          "quota.requests_per_minute is %d; it must be at least 1".formatted(requestsPerMinute));
    }
    if (tokensPerMinute <= 0) {
      throw new IllegalArgumentException(
          "quota.tokens_per_minute is %d; it must be at least 1".formatted(tokensPerMinute));
    }
    if (partialsPercent < 0 || partialsPercent > 100) {
      throw new IllegalArgumentException(
          "quota.partials_percent is %d; it must be between 0 and 100".formatted(partialsPercent));
    }
    requireMillis("the longest call", longestCall);
    requireMillis("the network bound", networkBound);
    requireMillis("the window", window);
  }

  /** These limits with 60 % for partials, calls of at most 20 s and a window of 60 s. */
  public static QuotaConfig of(int requestsPerMinute, int tokensPerMinute) {
    return new QuotaConfig(
        requestsPerMinute,
        tokensPerMinute,
        60,
        Duration.ofSeconds(20),
        Duration.ofSeconds(2),
        Duration.ofMinutes(1));
  }

  /** Why a request can never be granted, or null where it can. */
  public @Nullable String impossible(QuotaRequest request) {
    boolean partial = request.priority() == Priority.PARTIAL;
    if (partial && partialRequests() == 0) {
      return "%d %% of %d requests leave no room for a partial"
          .formatted(partialsPercent, requestsPerMinute);
    }
    long limit = partial ? partialTokens() : tokensPerMinute;
    return request.tokens() <= limit
        ? null
        : "a request of %d tokens can never fit into a limit of %d"
            .formatted(request.tokens(), limit);
  }

  long partialRequests() {
    return (long) requestsPerMinute * partialsPercent / 100;
  }

  long partialTokens() {
    return (long) tokensPerMinute * partialsPercent / 100;
  }

  private static void requireMillis(String key, Duration duration) {
    if (duration.compareTo(Duration.ofMillis(1)) < 0
        || duration.compareTo(Duration.ofHours(1)) > 0) {
      throw new IllegalArgumentException(
          "%s is %s; it must be between 1 ms and 1 h".formatted(key, duration));
    }
  }
}
