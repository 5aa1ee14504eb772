package io.dragoman.standin;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A language that nobody speaks and everybody can read: English with other letters. It shows that a
 * text was handled and not translated.
 */
final class PseudoLocale {
  private static final String PLAIN = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
  private static final String STRANGE = "åƀçďéƒĝĥîĵķłɱñöþǫŕšťûṽŵẋýžÅƁÇĎÉƑĜĤÎĴĶŁṀÑÖÞǪŔŠŤÛṼŴẊÝŽ";

  private static final Pattern WORD = Pattern.compile("\\S+");

  private PseudoLocale() {}

  /** The text in that language; spaces, punctuation and the salt of its words stay. */
  static String of(String text) {
    return WORD.matcher(text).replaceAll(word -> Matcher.quoteReplacement(word(word.group())));
  }

  private static String word(String word) {
    StringBuilder strange = new StringBuilder(word.length());
    Salt.strip(word)
        .chars()
        .map(c -> PLAIN.indexOf(c) < 0 ? c : STRANGE.charAt(PLAIN.indexOf(c)))
        .forEach(c -> strange.append((char) c));
    return Salt.apply(strange.toString(), Salt.of(word).orElse(0));
  }
}
