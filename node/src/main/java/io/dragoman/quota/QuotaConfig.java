package io.dragoman.quota;

import java.time.Duration;

/**
 * How one quota is kept.
 *
 * @param limits those of a cluster that begins
 * @param policy how sessions share it
 * @param charge what a request costs in the end
 * @param longestCall the time within which a request that was sent has reached the upstream or
 *     never will: the total time-out of a call
 * @param networkBound what the rest of a request is under way after that, at most
 */
public record QuotaConfig(
    Limits limits, Policy policy, Charge charge, Duration longestCall, Duration networkBound) {

  /** These limits, shared fairly, with calls of at most 20 s. */
  public static QuotaConfig of(Limits limits) {
    return new QuotaConfig(
        limits, Policy.FAIR, Charge.RESERVED, Duration.ofSeconds(20), Duration.ofSeconds(2));
  }

  /** The durations that a cluster of so many nodes counts on. */
  public Timing timing(int nodes) {
    return Timing.of(nodes, longestCall, networkBound);
  }
}
