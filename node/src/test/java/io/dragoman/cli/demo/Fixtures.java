package io.dragoman.cli.demo;

import io.dragoman.protocol.ServerMessage.Caption;
import io.dragoman.protocol.ServerMessage.Role;
import java.util.ArrayList;
import java.util.List;

/** Sentences and captions for tests. One word of an utterance is half a second long. */
final class Fixtures {
  static final int WORD_SAMPLES = Track.SAMPLE_RATE / 2;

  private Fixtures() {}

  /** A sentence that begins at a second; every word of it is translated by itself. */
  static Utterance utterance(int atSecond, String source, String corrected, String translation) {
    long start = (long) atSecond * Track.SAMPLE_RATE;
    List<Utterance.Piece> pieces = new ArrayList<>();
    String[] words = translation.split(" ");
    for (int i = 1; i <= words.length; i++) {
      pieces.add(
          new Utterance.Piece(
              start + (long) i * WORD_SAMPLES, String.join(" ", List.of(words).subList(0, i))));
    }
    return new Utterance(
        start, pieces.getLast().endSample(), source, corrected, translation, pieces);
  }

  static Caption last(long seq, String seg, Role role, String lang, String text) {
    return new Caption(seq, seg, 1, 9, role, lang, true, null, null, text, 0, 0);
  }

  static Caption translation(String stable, String tentative, long endMs) {
    return new Caption(
        null, "g", 1, 1, Role.TRANSLATION, "es", false, stable, tentative, null, 0, endMs);
  }

  static Caption lastTranslation(String text, long endMs) {
    return new Caption(1L, "g", 1, 9, Role.TRANSLATION, "es", true, null, null, text, 0, endMs);
  }
}
