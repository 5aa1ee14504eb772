package io.dragoman.standin;

/**
 * A word as the recogniser hears it, with its punctuation, and where it is spoken.
 *
 * @param startSample its first sample in the clip
 * @param endSample the sample after its last
 */
public record Word(String text, int startSample, int endSample) {
  public Word {
    if (text.isBlank() || startSample < 0 || endSample <= startSample) {
      throw new IllegalArgumentException(
          "not a word: '" + text + "' at " + startSample + ".." + endSample);
    }
  }
}
