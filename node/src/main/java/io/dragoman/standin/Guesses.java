package io.dragoman.standin;

import java.util.Locale;
import java.util.NavigableSet;
import java.util.SplittableRandom;
import java.util.TreeSet;

/**
 * What interim results take words for at first: often for the word's neighbour in the vocabulary of
 * all clips, which tends to begin alike. The same seed, word and salt give the same guess.
 */
final class Guesses {
  private static final NavigableSet<String> VOCABULARY = vocabulary();

  private final double wrong;
  private final long seed;

  /**
   * @param wrong the probability of a wrong guess
   */
  Guesses(double wrong, long seed) {
    this.wrong = wrong;
    this.seed = seed;
  }

  /** A guess, without salt. A wrong one carries no punctuation. */
  String guess(Clip clip, Word word, int salt) {
    long where = (long) clip.id() << 48 | (long) salt << 32 | word.startSample();
    var random = new SplittableRandom(seed * 0x9e37_79b9_7f4a_7c15L ^ where);
    if (random.nextDouble() >= wrong) {
      return word.text();
    }
    String lower = plain(word.text());
    String neighbour = random.nextBoolean() ? VOCABULARY.higher(lower) : VOCABULARY.lower(lower);
    return neighbour == null ? VOCABULARY.higher(VOCABULARY.first()) : neighbour;
  }

  private static NavigableSet<String> vocabulary() {
    var words = new TreeSet<String>();
    for (Clip clip : Clips.shipped()) {
      for (Sentence sentence : clip.sentences()) {
        sentence.words().forEach(word -> words.add(plain(word.text())));
      }
    }
    return words;
  }

  private static String plain(String text) {
    return text.replaceAll("\\p{Punct}+$", "").toLowerCase(Locale.ROOT);
  }
}
