package io.dragoman.cli.demo;

import io.dragoman.standin.Chunk;
import io.dragoman.standin.Sentence;
import java.util.ArrayList;
import java.util.List;

/**
 * One sentence as a session speaks it: where, and what its captions must say. Positions are the
 * session's samples.
 *
 * @param pieces how its translation grows with its words, in order
 */
record Utterance(
    long startSample,
    long endSample,
    String source,
    String corrected,
    String translation,
    List<Piece> pieces) {

  /**
   * A beginning of the translation that can be known once its last word was spoken.
   *
   * @param endSample where that word ends
   */
  record Piece(long endSample, String translation) {}

  Utterance {
    pieces = List.copyOf(pieces);
  }

  /** The sentence, in a clip that begins at {@code clipSample}. */
  static Utterance of(Sentence sentence, String lang, int salt, long clipSample) {
    int all = sentence.words().size();
    List<Piece> pieces = new ArrayList<>();
    int words = 0;
    for (Chunk chunk : sentence.translations().getOrDefault(lang, List.of())) {
      words += chunk.words();
      pieces.add(
          new Piece(
              clipSample + sentence.words().get(words - 1).endSample(),
              sentence.translation(lang, words, salt)));
    }
    return new Utterance(
        clipSample + sentence.words().getFirst().startSample(),
        clipSample + sentence.words().getLast().endSample(),
        sentence.heard(salt),
        sentence.corrected(salt),
        sentence.translation(lang, all, salt),
        pieces);
  }
}
