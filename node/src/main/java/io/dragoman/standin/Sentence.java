package io.dragoman.standin;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * A sentence of a clip: what is heard of it, how it should read, and its translations.
 *
 * @param words as the recogniser's final gives them, slips included, in order
 * @param corrected without the slips
 * @param translations by language ("es", "de"), in chunks that cover all words in order
 */
public record Sentence(List<Word> words, String corrected, Map<String, List<Chunk>> translations) {
  public Sentence {
    words = List.copyOf(words);
    translations =
        translations.entrySet().stream()
            .collect(
                Collectors.toUnmodifiableMap(Map.Entry::getKey, e -> List.copyOf(e.getValue())));
    if (words.isEmpty()) {
      throw new IllegalArgumentException("words: a sentence has at least one");
    }
    for (var translation : translations.entrySet()) {
      int covered = translation.getValue().stream().mapToInt(Chunk::words).sum();
      if (covered != words.size()) {
        throw new IllegalArgumentException(
            "translations: %s covers %d of %d words"
                .formatted(translation.getKey(), covered, words.size()));
      }
    }
  }

  /** Where its first word begins, in the clip's samples. */
  public int startSample() {
    return words.getFirst().startSample();
  }

  /** Where its last word ends, in the clip's samples. */
  public int endSample() {
    return words.getLast().endSample();
  }

  /** What the recogniser's final says. */
  public String heard(int salt) {
    return Salt.apply(words.stream().map(Word::text).collect(Collectors.joining(" ")), salt);
  }

  /** What was heard, without its slips. */
  public String corrected(int salt) {
    return Salt.apply(corrected, salt);
  }

  /**
   * The translation of its first words, as far as chunks are complete; of all words, the whole.
   *
   * @throws IllegalArgumentException when there is no translation into the language
   */
  public String translation(String language, int firstWords, int salt) {
    List<Chunk> chunks = translations.get(language);
    if (chunks == null) {
      throw new IllegalArgumentException("no translation into " + language);
    }
    var text = new StringBuilder();
    int covered = 0;
    for (Chunk chunk : chunks) {
      covered += chunk.words();
      if (covered > firstWords) {
        break;
      }
      text.append(text.isEmpty() ? "" : " ").append(chunk.text());
    }
    return Salt.apply(text.toString(), salt);
  }
}
