package io.dragoman;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/** What somebody may have meant who wrote something else. */
public final class Spelling {
  private Spelling() {}

  /** The word that differs by the fewest letters; none where all differ by more than a few. */
  public static Optional<String> nearest(String written, Collection<String> words) {
    int few = Math.max(1, written.length() / 4);
    return words.stream()
        .filter(word -> Math.abs(word.length() - written.length()) <= few)
        .filter(word -> distance(written, word) <= few)
        .min(Comparator.comparingInt(word -> distance(written, word)));
  }

  /**
   * How many letters must be put in, left out, changed or swapped with the next to make one the
   * other (optimal string alignment).
   */
  private static int distance(String one, String other) {
    int[][] cost = new int[one.length() + 1][other.length() + 1];
    for (int i = 0; i <= one.length(); i++) {
      for (int j = 0; j <= other.length(); j++) {
        cost[i][j] = i == 0 || j == 0 ? i + j : cost(cost, one, i, other, j);
      }
    }
    return cost[one.length()][other.length()];
  }

  /** Of the first so many letters of each, when all that is shorter is known. */
  private static int cost(int[][] known, String one, int i, String other, int j) {
    boolean same = one.charAt(i - 1) == other.charAt(j - 1);
    int changed = known[i - 1][j - 1] + (same ? 0 : 1);
    int least = Math.min(changed, 1 + Math.min(known[i - 1][j], known[i][j - 1]));
    boolean swapped =
        i > 1
            && j > 1
            && one.charAt(i - 1) == other.charAt(j - 2)
            && one.charAt(i - 2) == other.charAt(j - 1);
    return swapped ? Math.min(least, 1 + known[i - 2][j - 2]) : least;
  }
}
