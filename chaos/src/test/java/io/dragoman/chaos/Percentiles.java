package io.dragoman.chaos;

import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Percentiles of a histogram in Prometheus' text format, between two readings of it.
 *
 * @param below how many values were at most so many milliseconds, in order
 */
record Percentiles(TreeMap<Double, Double> below) {

  /**
   * Reads a histogram, summed over its tags.
   *
   * @param name such as {@code dragoman_captions_sent_seconds}
   */
  static Percentiles read(String metrics, String name) {
    Matcher bucket =
        Pattern.compile("(?m)^" + name + "_bucket\\{.*le=\"([^\"]+)\"} ([0-9.E]+)$")
            .matcher(metrics);
    TreeMap<Double, Double> below = new TreeMap<>();
    while (bucket.find()) {
      double seconds =
          bucket.group(1).equals("+Inf")
              ? Double.POSITIVE_INFINITY
              : Double.parseDouble(bucket.group(1));
      below.merge(seconds * 1e3, Double.parseDouble(bucket.group(2)), Double::sum);
    }
    if (below.isEmpty()) {
      throw new AssertionError(name + " is not in the metrics:\n" + metrics);
    }
    return new Percentiles(below);
  }

  Percentiles since(Percentiles earlier) {
    TreeMap<Double, Double> more = new TreeMap<>(below);
    earlier.below.forEach((bound, count) -> more.merge(bound, -count, Double::sum));
    return new Percentiles(more);
  }

  long count() {
    return Math.round(below.lastEntry().getValue());
  }

  /** In milliseconds; taken evenly between the bounds of its bucket. */
  double at(double part) {
    double wanted = part * count();
    double lowBound = 0;
    double lowCount = 0;
    for (Map.Entry<Double, Double> bucket : below.entrySet()) {
      if (bucket.getValue() >= wanted) {
        double inBucket = bucket.getValue() - lowCount;
        return inBucket <= 0
            ? lowBound
            : lowBound + (bucket.getKey() - lowBound) * (wanted - lowCount) / inBucket;
      }
      lowBound = bucket.getKey();
      lowCount = bucket.getValue();
    }
    return lowBound;
  }

  @Override
  public String toString() {
    return "p50 %.2f ms, p90 %.2f ms, p99 %.2f ms of %,d"
        .formatted(at(.5), at(.9), at(.99), count());
  }
}
