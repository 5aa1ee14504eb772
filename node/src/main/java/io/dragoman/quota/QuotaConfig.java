package io.dragoman.quota;

import io.dragoman.quota.QuotaRequest.Priority;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The limits of one quota, and the durations that keeping them rests on.
 *
 * @param requestsPerMinute the most requests in any rolling window
 * @param tokensPerMinute the most tokens in any rolling window
 * @param partialsSharePercent the part of both limits that partials may fill, 0 to 100; the rest is
 *     always free for finals
 * @param longestCall the time within which a request that was sent has reached the upstream or
 *     never will: the total time-out of a call
 * @param networkBound the longest time that a message between nodes, or the rest of a request after
 *     its time-out, is under way
 * @param window the length of the rolling window; 60 s wherever the limits are per minute
 */
public record QuotaConfig(
    int requestsPerMinute,
    int tokensPerMinute,
    int partialsSharePercent,
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
    if (partialsSharePercent < 0 || partialsSharePercent > 100) {
      throw new IllegalArgumentException(
          "quota.partials_share_percent is %d; it must be between 0 and 100"
              .formatted(partialsSharePercent));
    }
    requireMillis("quota.longest_call", longestCall);
    requireMillis("quota.network_bound", networkBound);
    requireMillis("quota.window", window);
  }

  /** These limits with the usual half for partials, calls of at most 20 s and a window of 60 s. */
  public static QuotaConfig of(int requestsPerMinute, int tokensPerMinute) {
    return new QuotaConfig(
        requestsPerMinute,
        tokensPerMinute,
        50,
        Duration.ofSeconds(20),
        Duration.ofSeconds(2),
        Duration.ofMinutes(1));
  }

  /** Why a request can never be granted, or null where it can. */
  public @Nullable String impossible(QuotaRequest request) {
    boolean partial = request.priority() == Priority.PARTIAL;
    if (partial && partialRequests() == 0) {
      return "%d %% of %d requests leave no room for a partial"
          .formatted(partialsSharePercent, requestsPerMinute);
    }
    long limit = partial ? partialTokens() : tokensPerMinute;
    return request.tokens() <= limit
        ? null
        : "a request of %d tokens can never fit into a limit of %d"
            .formatted(request.tokens(), limit);
  }

  long partialRequests() {
    return (long) requestsPerMinute * partialsSharePercent / 100;
  }

  long partialTokens() {
    return (long) tokensPerMinute * partialsSharePercent / 100;
  }

  private static void requireMillis(String key, Duration duration) {
    if (duration.compareTo(Duration.ofMillis(1)) < 0
        || duration.compareTo(Duration.ofHours(1)) > 0) {
      throw new IllegalArgumentException(
          "%s is %s; it must be between 1 ms and 1 h".formatted(key, duration));
    }
  }
}
