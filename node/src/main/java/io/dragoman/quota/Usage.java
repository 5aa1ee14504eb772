package io.dragoman.quota;

/** What one session used within the last window, to a sixtieth of it. Not thread-safe. */
final class Usage {
  private static final int PARTS = 60;

  private final long grain;
  private final long[] grains = new long[PARTS + 1];
  private final int[] requests = new int[PARTS + 1];
  private final long[] tokens = new long[PARTS + 1];

  Usage(long window) {
    grain = window / PARTS;
  }

  void add(long now, long used) {
    long at = Math.floorDiv(now, grain);
    int place = Math.floorMod(at, grains.length);
    if (grains[place] != at) {
      grains[place] = at;
      requests[place] = 0;
      tokens[place] = 0;
    }
    requests[place]++;
    tokens[place] += used;
  }

  Amount within(long now) {
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
