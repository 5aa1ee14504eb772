package io.dragoman.pipeline;

import io.dragoman.quota.RecentUse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Requests and tokens of the last minute: of the second that runs and the 59 before it. Times are
 * of a clock that is never set back; they may come late, by less than that. Not thread-safe.
 */
final class RollingMinute {
  private static final int SECONDS = 60;

  /** So many seconds together are one part of what is brought to another node. */
  private static final int GRAIN = 5;

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

  /**
   * The same with ages; what was used in a few seconds is taken together, as of the last of them.
   */
  RecentUse recent(long nowMs) {
    advance(Math.floorDiv(nowMs, 1_000L));
    List<RecentUse.Part> parts = new ArrayList<>();
    for (int age = 0; age < SECONDS; age += GRAIN) {
      int partRequests = 0;
      long partTokens = 0;
      for (int second = age; second < age + GRAIN; second++) {
        int bucket = Math.floorMod(newest - second, SECONDS);
        partRequests += requests[bucket];
        partTokens += tokens[bucket];
      }
      if (partRequests > 0) {
        parts.add(new RecentUse.Part(Duration.ofSeconds(age).toNanos(), partRequests, partTokens));
      }
    }
    return new RecentUse(parts);
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
