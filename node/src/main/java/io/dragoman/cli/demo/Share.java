package io.dragoman.cli.demo;

import io.dragoman.protocol.ServerMessage.Usage;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What of the quota the sessions had, each: its dominant share, which is the larger of its part of
 * the requests and its part of the tokens that a minute allows, in the mean of the minutes that it
 * spoke. 0.05 is a twentieth of the quota.
 *
 * @param least of all sessions
 * @param most of all sessions
 * @param jain Jain's index of them: 1 where all are equal, 1/n where one of n has everything
 */
record Share(double least, double median, double most, double jain) {

  private static final double MS_PER_MINUTE = 60_000;

  /**
   * Compares what sessions used.
   *
   * @param used by each session, as its node told when it ended
   * @param limitRpm requests that the quota allows in a minute
   * @param limitTpm tokens likewise
   * @return null where no session told what it used, or none used anything
   */
  static @Nullable Share of(List<Usage> used, long limitRpm, long limitTpm) {
    double[] shares =
        used.stream()
            .filter(usage -> usage.audioMs() > 0)
            .mapToDouble(
                usage ->
                    Math.max(
                            (double) usage.requests() / limitRpm,
                            (double) usage.tokens() / limitTpm)
                        / (usage.audioMs() / MS_PER_MINUTE))
            .sorted()
            .toArray();
    double sum = Arrays.stream(shares).sum();
    if (sum == 0) {
      return null;
    }
    double squares = Arrays.stream(shares).map(share -> share * share).sum();
    return new Share(
        rounded(shares[0]),
        rounded(shares[shares.length / 2]),
        rounded(shares[shares.length - 1]),
        rounded(sum * sum / (shares.length * squares)));
  }

  /** To a ten-thousandth; more digits would say nothing. */
  private static double rounded(double value) {
    return Math.round(value * 10_000) / 10_000.0;
  }

  /** For people. */
  String toText() {
    return String.format(
        Locale.ROOT,
        "each session had %.2f to %.2f %% of the quota (median %.2f %%), Jain's index %.3f",
        100 * least,
        100 * most,
        100 * median,
        jain);
  }
}
