package io.dragoman.cluster;

import java.time.Duration;

/**
 * How many calls to the language model a node makes at once, and how soon one after another.
 *
 * @param calls how many at once
 * @param callsWhenLimited how many while the upstream holds the cluster back
 * @param interval from the beginning of a call to that of the next one, at least
 */
public record DispatchConfig(int calls, int callsWhenLimited, Duration interval) {

  /** As many as a node can be configured to make. */
  public static final int MOST = 1_024;

  /** Where the numbers come from that nobody has given. */
  public enum Profile {
    /** From the quota: a single node can use all of it. */
    AUTOMATIC,
    /** Those of the single-process service that Dragoman replaces. */
    SOURCES
  }

  /** Calls that take longer than all but one of a hundred would. */
  private static final Duration SLOW_CALL = Duration.ofSeconds(2);

  /** Under a small limit, too, some calls are slow. */
  private static final int LEAST = 8;

  public DispatchConfig {
    if (calls < 1 || calls > MOST) {
      throw new IllegalArgumentException(
          "dispatch.calls: %d is not in 1..%d.".formatted(calls, MOST));
    }
    if (callsWhenLimited < 1 || callsWhenLimited > calls) {
      throw new IllegalArgumentException(
          "dispatch.calls_when_limited: %d is not in 1..%d, the calls that the node makes at once otherwise (dispatch.calls)."
              .formatted(callsWhenLimited, calls));
    }
    if (interval.isNegative()) {
      throw new IllegalArgumentException("dispatch.interval_ms: must not be negative.");
    }
  }

  /** So many calls at once, two of five of them while the upstream holds the cluster back. */
  public static DispatchConfig of(int calls) {
    return new DispatchConfig(calls, fewer(calls), Duration.ZERO);
  }

  /**
   * What a profile says, for a limit of so many requests in a minute.
   *
   * <p>By itself, a node makes as many calls at once as are under way where it uses the whole limit
   * and each takes as long as the slowest of a hundred; and none has to wait for the one before.
   */
  public static DispatchConfig of(Profile profile, int requestsPerMinute) {
    return switch (profile) {
      case AUTOMATIC -> of(Math.clamp(requestsPerMinute * SLOW_CALL.toSeconds() / 60, LEAST, MOST));
      case SOURCES -> new DispatchConfig(5, 2, Duration.ofMillis(25));
    };
  }

  /** The same, but for what is not 0. */
  public DispatchConfig with(int calls, int callsWhenLimited, int intervalMs) {
    int most = calls == 0 ? this.calls : calls;
    int few = calls == 0 ? this.callsWhenLimited : fewer(calls);
    return new DispatchConfig(
        most,
        callsWhenLimited == 0 ? few : callsWhenLimited,
        intervalMs == 0 ? interval : Duration.ofMillis(intervalMs));
  }

  private static int fewer(int calls) {
    return Math.ceilDiv(calls * 2, 5);
  }
}
