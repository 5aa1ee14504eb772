package io.dragoman.standin;

import java.util.List;

/** What the speech stand-in has to say of a stream. Positions are the stream's samples. */
sealed interface SpeechResult {
  /** Speech was noticed, at this sample. */
  record Begin(long sample) implements SpeechResult {}

  /** The end of speech was noticed, at this sample. */
  record End(long sample) implements SpeechResult {}

  /**
   * A guess at the utterance so far.
   *
   * @param stable will not change
   * @param tentative may; at most two words
   */
  record Interim(List<String> stable, List<String> tentative, long endSample)
      implements SpeechResult {}

  /** An utterance, for good. */
  record Final(List<Heard> words) implements SpeechResult {
    public Final {
      words = List.copyOf(words);
    }

    long endSample() {
      return words.getLast().endSample();
    }
  }

  /**
   * A word as it was heard, or a stretch of speech that was not understood.
   *
   * @param guess what an interim takes it for at first
   */
  record Heard(String text, String guess, long startSample, long endSample) {}
}
