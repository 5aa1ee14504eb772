package io.dragoman.cli.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class WordDiffTest {

  @Property
  void theAlignmentIsTheLongest(
      @ForAll("words") List<String> expected, @ForAll("words") List<String> received) {
    int common = longestCommon(expected, received);

    assertEquals(
        new WordDiff(expected.size() - common, received.size() - common),
        WordDiff.between(expected, received));
  }

  @Example
  void anHourOfSpeechWithFewFaultsIsComparedAtOnce() {
    List<String> hour =
        Arbitraries.integers().list().ofSize(9_000).map(WordDiffTest::texts).sample();
    List<String> received = new ArrayList<>(hour);
    received.remove(4_000);
    received.add(7_000, "again");

    assertEquals(new WordDiff(1, 1), WordDiff.between(hour, received));
  }

  @Provide
  Arbitrary<List<String>> words() {
    return Arbitraries.of("a", "b", "c").list().ofMaxSize(12);
  }

  private static List<String> texts(List<Integer> numbers) {
    return numbers.stream().map(String::valueOf).toList();
  }

  private static int longestCommon(List<String> a, List<String> b) {
    int[][] length = new int[a.size() + 1][b.size() + 1];
    for (int i = 1; i <= a.size(); i++) {
      for (int j = 1; j <= b.size(); j++) {
        length[i][j] =
            a.get(i - 1).equals(b.get(j - 1))
                ? length[i - 1][j - 1] + 1
                : Math.max(length[i - 1][j], length[i][j - 1]);
      }
    }
    return length[a.size()][b.size()];
  }
}
