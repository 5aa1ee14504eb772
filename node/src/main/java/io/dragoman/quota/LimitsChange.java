package io.dragoman.quota;

import org.jspecify.annotations.Nullable;

/**
 * What is to become of the limits; null for what stays as it is. The ranges are those of {@link
 * Limits}.
 */
public record LimitsChange(
    @Nullable Long requests, @Nullable Long tokens, @Nullable Long requestsPerSecond) {

  /**
   * @throws IllegalArgumentException with a clause for a human: a limit is out of its range
   */
  public LimitsChange {
    with(Limits.perMinute(1, 1), requests, tokens, requestsPerSecond);
  }

  /** What limits become. */
  public Limits of(Limits limits) {
    return with(limits, requests, tokens, requestsPerSecond);
  }

  private static Limits with(
      Limits limits,
      @Nullable Long requests,
      @Nullable Long tokens,
      @Nullable Long requestsPerSecond) {
    return new Limits(
        requests == null ? limits.requests() : requests,
        tokens == null ? limits.tokens() : tokens,
        requestsPerSecond == null ? limits.requestsPerSecond() : requestsPerSecond);
  }
}
