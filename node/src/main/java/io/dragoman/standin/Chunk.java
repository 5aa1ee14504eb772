package io.dragoman.standin;

/**
 * A piece of a translation, aligned with the source.
 *
 * @param words how many of the source's next words it translates, 1 to 3
 * @param text its translation
 */
public record Chunk(int words, String text) {
  public Chunk {
    if (words < 1 || words > 3) {
      throw new IllegalArgumentException("words: " + words + " is not in 1..3");
    }
    if (text.isBlank()) {
      throw new IllegalArgumentException("text: is empty");
    }
  }
}
