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

  /** How many letters must be put in, left out or changed to make one the other (Levenshtein). */
  private static int distance(String one, String other) {
    int[] row = new int[other.length() + 1];
    for (int j = 0; j <= other.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= one.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= other.length(); j++) {
        int changed = diagonal + (one.charAt(i - 1) == other.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(changed, 1 + Math.min(row[j], row[j - 1]));
      }
    }
    return row[other.length()];
  }
}
