package io.dragoman.chaos.simulation;

import java.util.List;

/**
 * What came of a run.
 *
 * @param violations the first few, each with its time; empty if every invariant held
 * @param worstWindow the fullest window, relative to the limit
 * @param utilisation what arrived in whole windows after the first three, relative to the limit
 * @param efficiency the same, relative to the best that is possible at this latency
 * @param jain Jain's index over sessions that waited for a whole window, in the worst window
 * @param shareGap the largest difference between two of them, in largest requests
 * @param maxGapS the longest time without any permit while somebody waited, in seconds
 * @param recoveryS the longest time from the end of a fault until nothing is held back any more
 * @param ledgerBytes the largest that the ledger became, encoded
 * @param finalP50S how long finals waited for their permits, in seconds
 * @param finalP99S the same, of the slowest hundredth
 * @param partials how many of the partials were sent, of those asked for: 0 to 1
 * @param quarantines how often a ledger opened and had to hold something back
 * @param wakingGap by how many permits a session that woke missed its half of the first two seconds
 * @param fullestSecond the most permits in any second, relative to the cap for a second
 */
public record Figures(
    long seed,
    List<String> violations,
    double worstWindow,
    double utilisation,
    double efficiency,
    double jain,
    double shareGap,
    double maxGapS,
    double recoveryS,
    int ledgerBytes,
    double finalP50S,
    double finalP99S,
    double partials,
    int quarantines,
    int wakingGap,
    double fullestSecond) {

  public Figures {
    violations = List.copyOf(violations);
  }
}
