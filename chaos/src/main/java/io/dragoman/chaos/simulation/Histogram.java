package io.dragoman.chaos.simulation;

/** Counts of durations, each known to within 6 %. */
final class Histogram {
  private static final int STEPS = 16;

  private final long[] counts = new long[64 * STEPS];
  private long all;

  void add(long nanos) {
    counts[place(Math.max(STEPS, nanos))]++;
    all++;
  }

  /** The least duration that this part of them does not exceed. */
  long quantile(double part) {
    long rank = (long) Math.ceil(part * all);
    long seen = 0;
    for (int place = 0; place < counts.length; place++) {
      seen += counts[place];
      if (seen >= rank && seen > 0) {
        return value(place);
      }
    }
    return 0;
  }

  private static int place(long nanos) {
    int exponent = 63 - Long.numberOfLeadingZeros(nanos);
    return exponent * STEPS + (int) (nanos >>> (exponent - 4)) - STEPS;
  }

  private static long value(int place) {
    return (long) (STEPS + place % STEPS) << (place / STEPS - 4);
  }
}
