package io.dragoman.quota;

import io.dragoman.quota.Recollection.Aged;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Amounts by the time at which something happened, for a certain time. Which of them still matter
 * only {@link Rules} says. Not thread-safe.
 */
final class History {

  /** How finely ages are told; 20 a second. */
  static final long GRAIN = 50_000_000;

  private final long[] requests;
  private final long[] tokens;

  /** The grain of time that each place holds. */
  private final long[] grains;

  History(long length) {
    int places = Math.toIntExact(length / GRAIN) + 2;
    requests = new long[places];
    tokens = new long[places];
    grains = new long[places];
    Arrays.fill(grains, Long.MIN_VALUE);
  }

  void add(long at, Amount amount) {
    long grain = Math.floorDiv(at, GRAIN);
    int place = Math.floorMod(grain, grains.length);
    if (grains[place] > grain) {
      return; // It has been forgotten.
    }
    if (grains[place] < grain) {
      grains[place] = grain;
      requests[place] = 0;
      tokens[place] = 0;
    }
    requests[place] += amount.requests();
    tokens[place] += amount.tokens();
  }

  /** All of it, the oldest first, with each age rounded down, to the youngest that it may be. */
  List<Aged> told(long now) {
    List<Aged> all = new ArrayList<>();
    long oldest = Math.floorDiv(now, GRAIN) - grains.length;
    for (int i = 1; i <= grains.length; i++) {
      int place = Math.floorMod(oldest + i, grains.length);
      if (grains[place] > oldest && (requests[place] != 0 || tokens[place] != 0)) {
        all.add(
            new Aged(
                Math.max(0, now - (grains[place] + 1) * GRAIN),
                new Amount(requests[place], tokens[place])));
      }
    }
    return all;
  }
}
