package io.dragoman.pipeline;

import java.text.BreakIterator;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The text of a growing segment, split into a stable part, which only ever gets longer, and a
 * tentative rest.
 *
 * <p>A word becomes stable when the last few versions agree on all words up to it (local agreement:
 * Liu, Spanakis and Niehues, "Low-latency sequence-to-sequence speech recognition and translation
 * by partial hypothesis selection", 2020). What contradicts the stable part later is not shown; the
 * final will be.
 *
 * <p>Not thread-safe.
 */
final class StableText {
  /**
   * The JDK's rules differ for Thai alone. They are large, and read anew for every iterator that is
   * asked for, but shared by its copies.
   */
  private static final BreakIterator WORDS = BreakIterator.getWordInstance(Locale.ROOT);

  private static final BreakIterator THAI_WORDS = BreakIterator.getWordInstance(Locale.of("th"));

  private final BreakIterator breaks;
  private final int versions;
  private final Deque<List<String>> recent = new ArrayDeque<>();
  private List<String> stable = List.of();
  private int shown;

  /** A split of the text at a moment. */
  record Split(String stable, String tentative) {}

  StableText(String language, int versions) {
    boolean thai = Locale.forLanguageTag(language).getLanguage().equals("th");
    this.breaks = (BreakIterator) (thai ? THAI_WORDS : WORDS).clone();
    this.versions = versions;
  }

  /** Takes the next whole version. */
  Split next(String text) {
    List<String> words = words(text);
    recent.addLast(words);
    if (recent.size() > versions) {
      recent.removeFirst();
    }
    if (recent.size() == versions) {
      stabilise(agreed(recent));
    }
    return split(words);
  }

  /** Takes the next version, whose stable part somebody else has judged. */
  Split next(String stablePart, String tentativePart) {
    stabilise(words(stablePart));
    return split(words(stablePart + tentativePart));
  }

  /** Shows a version that is not whole yet, if it is longer than what was shown; null otherwise. */
  @Nullable Split grow(String textSoFar) {
    List<String> words = words(textSoFar);
    return words.size() > shown ? split(words) : null;
  }

  private void stabilise(List<String> candidate) {
    boolean longer = candidate.size() > stable.size();
    if (longer && candidate.subList(0, stable.size()).equals(stable)) {
      stable = List.copyOf(candidate);
    }
  }

  private Split split(List<String> words) {
    shown = Math.max(words.size(), stable.size());
    List<String> rest =
        words.size() > stable.size() ? words.subList(stable.size(), words.size()) : List.of();
    return new Split(String.join("", stable), String.join("", rest));
  }

  private static List<String> agreed(Deque<List<String>> versions) {
    List<String> first = versions.getFirst();
    int length = first.size();
    for (List<String> version : versions) {
      length = Math.min(length, version.size());
      int same = 0;
      while (same < length && version.get(same).equals(first.get(same))) {
        same++;
      }
      length = same;
    }
    return first.subList(0, length);
  }

  /**
   * Words, the white space and the punctuation between them: put together, they are the text again.
   */
  private List<String> words(String text) {
    breaks.setText(text);
    List<String> words = new ArrayList<>();
    int from = breaks.first();
    for (int to = breaks.next(); to != BreakIterator.DONE; to = breaks.next()) {
      words.add(text.substring(from, to));
      from = to;
    }
    return words;
  }
}
