package io.dragoman.quota;

import io.dragoman.quota.Delay.Bound;
import java.util.Arrays;

/** What one session used within the last window, to a sixtieth of it. Not thread-safe. */
final class Usage {
  private static final int PARTS = 60;

  private final long grain;
  private final long[] grains = new long[PARTS + 1];
  private final int[] requests = new int[PARTS + 1];
  private final long[] tokens = new long[PARTS + 1];

  Usage(long window) {
    grain = window / PARTS;
    Arrays.fill(grains, Long.MIN_VALUE);
  }

  void add(long now, long used) {
    add(now, 1, used);
  }

  /** Counts what was used a while ago, within the last window; requests may be several. */
  void add(long then, int count, long used) {
    long at = Math.floorDiv(then, grain);
    int place = Math.floorMod(at, grains.length);
    if (grains[place] > at) {
      return; // It is older than a window.
    }
    if (grains[place] != at) {
      grains[place] = at;
      requests[place] = 0;
      tokens[place] = 0;
    }
    requests[place] += count;
    tokens[place] += used;
  }

  /** Whether one request more fits into a share. */
  boolean leaves(Amount share, long now) {
    return share.covers(withOneMore(now));
  }

  /** In how many nanoseconds one request more fits, if none is sent before; now if it does. */
  long until(Amount share, long now) {
    long later = now;
    while (!leaves(share, later) && later - now <= grains.length * grain) {
      later = (Math.floorDiv(later, grain) + 1) * grain;
    }
    return later - now;
  }

  /** The dimension in which more of a share is used. */
  Bound bound(Amount share, long now) {
    return Bound.of(withOneMore(now), share);
  }

  private Amount withOneMore(long now) {
    return within(now).plus(Amount.of(1, 0));
  }

  private Amount within(long now) {
    long oldest = Math.floorDiv(now, grain) - PARTS;
    long allRequests = 0;
    long allTokens = 0;
    for (int place = 0; place < grains.length; place++) {
      if (grains[place] >= oldest) {
        allRequests += requests[place];
        allTokens += tokens[place];
      }
    }
    return Amount.of(allRequests, allTokens);
  }
}
