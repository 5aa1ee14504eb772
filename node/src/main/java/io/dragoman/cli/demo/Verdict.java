package io.dragoman.cli.demo;

import java.util.ArrayList;
import java.util.List;

/**
 * What the judge found.
 *
 * @param finalsExpected sentences spoken, times the roles and languages each has
 * @param wordsLost expected words that no final has
 * @param wordsDoubled words of finals beyond the expected ones
 * @param faults what else is wrong, a sentence each
 */
record Verdict(
    int finalsExpected, int finalsReceived, int wordsLost, int wordsDoubled, List<String> faults) {

  static final Verdict NOTHING = new Verdict(0, 0, 0, 0, List.of());

  Verdict {
    faults = List.copyOf(faults);
  }

  /** Only a fault. */
  static Verdict fault(String sentence) {
    return new Verdict(0, 0, 0, 0, List.of(sentence));
  }

  boolean good() {
    return wordsLost == 0 && wordsDoubled == 0 && faults.isEmpty();
  }

  Verdict plus(Verdict other) {
    List<String> all = new ArrayList<>(faults);
    all.addAll(other.faults);
    return new Verdict(
        finalsExpected + other.finalsExpected,
        finalsReceived + other.finalsReceived,
        wordsLost + other.wordsLost,
        wordsDoubled + other.wordsDoubled,
        all);
  }
}
