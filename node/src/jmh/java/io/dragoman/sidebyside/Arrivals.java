package io.dragoman.sidebyside;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Requests that have arrived, in that order.
 *
 * @param all of all sessions
 */
record Arrivals(List<Arrival> all) {
  private static final long WINDOW = 60_000_000_000L;

  /**
   * A request.
   *
   * @param at when, in nanoseconds
   * @param session whose
   */
  record Arrival(long at, int session) {}

  /** Those from one moment on until before another. */
  Arrivals between(long from, long to) {
    return new Arrivals(
        all.stream().filter(each -> each.at - from >= 0 && each.at - to < 0).toList());
  }

  /** The most in any rolling window of a minute. */
  int worstWindow() {
    int worst = 0;
    int first = 0;
    for (int last = 0; last < all.size(); last++) {
      while (all.get(last).at - all.get(first).at >= WINDOW) {
        first++;
      }
      worst = Math.max(worst, last - first + 1);
    }
    return worst;
  }

  /** The longest time without any from one moment until another, in seconds. */
  double longestGap(long from, long to) {
    long longest = 0;
    long before = from;
    for (Arrival each : between(from, to).all) {
      longest = Math.max(longest, each.at - before);
      before = each.at;
    }
    return Math.max(longest, to - before) / 1e9;
  }

  /** Jain's index of so many sessions: 1 where all have the same. */
  double jain(int sessions) {
    Map<Integer, Long> each =
        all.stream().collect(Collectors.groupingBy(Arrival::session, Collectors.counting()));
    double squares = each.values().stream().mapToDouble(count -> (double) count * count).sum();
    return (double) all.size() * all.size() / (sessions * squares);
  }
}
