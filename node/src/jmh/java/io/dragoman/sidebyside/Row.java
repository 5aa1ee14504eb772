package io.dragoman.sidebyside;

/**
 * What came out for a contender. What arrives is relative to the limit.
 *
 * @param used of the limit, in the last minute before the kill
 * @param cold the fullest minute of all, before the kill
 * @param worst the fullest minute of those that begin ten seconds after the start, before the kill
 * @param gap the longest time without a request before the kill, in seconds
 * @param jain the index of all sessions in the last minute before the kill
 * @param worstAfter the fullest minute that ends after the kill
 * @param gapAfter the longest time without a request after the kill, in seconds
 */
record Row(
    Contender contender,
    Decisions decisions,
    double used,
    double cold,
    double worst,
    double gap,
    double jain,
    double worstAfter,
    double gapAfter) {

  /** The heads of the columns, and what is between them and the rows. */
  static final String HEAD =
      """
      | | decisions/s, 1 thread | 8 threads | p50 | p99 | used | cold | worst | longest gap | Jain | killed: worst | longest gap |
      | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |\
      """;

  /** Whether it keeps to the limit, steadily, and shares it. */
  boolean keepsAll() {
    return Math.max(cold, worstAfter) <= 1 && gap <= 1 && jain >= 0.98;
  }

  @Override
  public String toString() {
    return "| %s | %,.0f | %,.0f | %s | %s | %.3f | %.3f | %.3f | %.2f s | %.3f | %.3f | %.2f s |"
        .formatted(
            contender.title(),
            decisions.alone(),
            decisions.crowded(),
            micros(decisions.p50()),
            micros(decisions.p99()),
            used,
            cold,
            worst,
            gap,
            jain,
            worstAfter,
            gapAfter);
  }

  private static String micros(long nanos) {
    return (nanos < 10_000 ? "%.2f µs" : "%.0f µs").formatted(nanos / 1e3);
  }
}
