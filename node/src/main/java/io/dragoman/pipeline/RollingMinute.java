package io.dragoman.pipeline;

import java.util.Arrays;

/**
 * Requests and tokens of the last minute: of the second that runs and the 59 before it. Times may
 * come late, by less than that. Not thread-safe.
 */
final class RollingMinute {
  private static final int SECONDS = 60;

  private final int[] requests = new int[SECONDS];
  private final long[] tokens = new long[SECONDS];
  private long newest;

  /** Counts something at its time; what is older than a minute is not counted. */
  void add(long atMs, int moreRequests, long moreTokens) {
    long second = Math.floorDiv(atMs, 1_000L);
    advance(second);
    if (second > newest - SECONDS) {
      int bucket = Math.floorMod(second, SECONDS);
      requests[bucket] += moreRequests;
      tokens[bucket] += moreTokens;
    }
  }

  Spent sum(long nowMs) {
    advance(Math.floorDiv(nowMs, 1_000L));
    return new Spent(Arrays.stream(requests).sum(), Arrays.stream(tokens).sum());
  }

  private void advance(long second) {
    for (long begun = Math.max(newest, second - SECONDS) + 1; begun <= second; begun++) {
      int bucket = Math.floorMod(begun, SECONDS);
      requests[bucket] = 0;
      tokens[bucket] = 0;
    }
    newest = Math.max(newest, second);
  }
}
