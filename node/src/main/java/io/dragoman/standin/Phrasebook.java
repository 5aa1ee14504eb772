package io.dragoman.standin;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What the OpenAI stand-in answers, from sentences whose translations and corrections are known.
 * Immutable.
 *
 * <p>The instructions are understood by their plain words: a system message that begins with {@code
 * Translate} asks for a translation into the language whose tag stands in parentheses after {@code
 * into}; one that begins with {@code Correct} asks for a correction. The user message is the text.
 *
 * <p>A text is recognised when it begins as a known sentence does, and at most its last {@value
 * #MAX_WRONG_TAIL} words differ, as those of an interim result often do. Words are compared without
 * case, punctuation and salt. The words in common are answered with the translation's or the
 * correction's aligned prefix; the wrong tail, like every unknown text, is pseudo-localised where a
 * translation is asked for, and comes back as it is where a correction is. The answer carries the
 * salt of the text.
 */
final class Phrasebook {
  /** What is said to somebody who asks for neither. */
  static final String NEITHER =
      "This is a stand-in: it translates and corrects, and was asked to do neither.";

  private static final int MAX_WRONG_TAIL = 2;

  private static final Pattern TRANSLATE =
      Pattern.compile("^\\s*Translate\\b.*?\\binto\\b[^(]*\\(([A-Za-z0-9-]+)\\)", Pattern.DOTALL);
  private static final Pattern CORRECT = Pattern.compile("^\\s*Correct\\b");
  private static final Pattern SPACE = Pattern.compile("\\s+");
  private static final Pattern NOT_SPOKEN = Pattern.compile("[^\\p{L}\\p{M}\\p{N}]");

  private final List<Entry> entries;

  /** A sentence with its words in the form in which they are compared. */
  private record Entry(Sentence sentence, List<String> keys) {
    int commonWords(List<String> other) {
      int common = 0;
      while (common < Math.min(keys.size(), other.size())
          && keys.get(common).equals(other.get(common))) {
        common++;
      }
      return common;
    }
  }

  /** A sentence, and how many words of a text are its first ones. */
  private record Match(Sentence sentence, int words) {
    boolean isWhole() {
      return words == sentence.words().size();
    }
  }

  Phrasebook(List<Sentence> sentences) {
    this.entries =
        sentences.stream()
            .map(s -> new Entry(s, s.words().stream().map(w -> key(w.text())).toList()))
            .toList();
  }

  /** Answers a call with these instructions about this text. */
  String answer(String system, String text) {
    Matcher translate = TRANSLATE.matcher(system);
    if (translate.find()) {
      return translate(text, translate.group(1));
    }
    return CORRECT.matcher(system).find() ? correct(text) : NEITHER;
  }

  private String translate(String text, String tag) {
    List<String> words = words(text);
    Match match = match(words);
    String lang = match == null ? null : knownLanguage(match.sentence, tag);
    if (match == null || lang == null) {
      return words.isEmpty() ? "" : "[" + tag + "] " + PseudoLocale.of(text);
    }
    String known = match.sentence.translation(lang, match.words, salt(words));
    return joined(known, PseudoLocale.of(tail(words, match)));
  }

  private String correct(String text) {
    List<String> words = words(text);
    Match match = match(words);
    if (match == null) {
      return text;
    }
    String corrected = match.sentence.corrected(salt(words));
    String known =
        match.isWhole()
            ? corrected
            : words(corrected).stream().limit(alignedWords(match)).collect(Collectors.joining(" "));
    return joined(known, tail(words, match));
  }

  private @Nullable Match match(List<String> words) {
    List<String> keys = words.stream().map(Phrasebook::key).toList();
    Match best = null;
    for (Entry entry : entries) {
      int common = entry.commonWords(keys);
      if (common > (best == null ? 0 : best.words)) {
        best = new Match(entry.sentence, common);
      }
    }
    return best != null && words.size() - best.words <= MAX_WRONG_TAIL ? best : null;
  }

  /** The tag itself or, for {@code es-419}, its language {@code es}. */
  private static @Nullable String knownLanguage(Sentence sentence, String tag) {
    String language = Locale.forLanguageTag(tag).getLanguage();
    return sentence.translations().containsKey(tag)
        ? tag
        : sentence.translations().containsKey(language) ? language : null;
  }

  /**
   * How many words of the corrected sentence belong to the first words of what was heard: as many
   * as give the least edit distance between the two prefixes, the most of them where several do.
   */
  private static int alignedWords(Match match) {
    List<String> heard =
        match.sentence.words().stream().limit(match.words).map(w -> key(w.text())).toList();
    List<String> corrected =
        words(match.sentence.corrected()).stream().map(Phrasebook::key).toList();
    int[] distance = new int[corrected.size() + 1];
    Arrays.setAll(distance, j -> j);
    for (int i = 1; i <= heard.size(); i++) {
      int diagonal = distance[0];
      distance[0] = i;
      for (int j = 1; j <= corrected.size(); j++) {
        int changed = diagonal + (heard.get(i - 1).equals(corrected.get(j - 1)) ? 0 : 1);
        diagonal = distance[j];
        distance[j] = Math.min(changed, Math.min(distance[j - 1], distance[j]) + 1);
      }
    }
    int best = 0;
    for (int j = 1; j < distance.length; j++) {
      if (distance[j] <= distance[best]) {
        best = j;
      }
    }
    return best;
  }

  private static String tail(List<String> words, Match match) {
    return String.join(" ", words.subList(match.words, words.size()));
  }

  private static String joined(String known, String tail) {
    return known.isEmpty() || tail.isEmpty() ? known + tail : known + " " + tail;
  }

  private static int salt(List<String> words) {
    return words.stream().map(Salt::of).flatMapToInt(OptionalInt::stream).findFirst().orElse(0);
  }

  private static List<String> words(String text) {
    return text.isBlank() ? List.of() : List.of(SPACE.split(text.strip()));
  }

  private static String key(String word) {
    return NOT_SPOKEN.matcher(Salt.strip(word)).replaceAll("").toLowerCase(Locale.ROOT);
  }
}
