package io.dragoman.standin;

import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Makes one session's words differ from every other's: each carries the session's tag after its
 * letters and before its punctuation, as in "hello-x2a, world-x2a". The tag is the salt in
 * hexadecimal after "-x", which ends no English, Spanish or German word. Salt 0 is no tag at all.
 */
public final class Salt {
  /** The largest salt; what a mark can carry. */
  public static final int MAX = 0xffff;

  private static final Pattern TAG = Pattern.compile("-x([1-9a-f][0-9a-f]{0,3})(?![\\p{L}\\p{N}])");

  /** A run without spaces, from its start to its last letter or digit. */
  private static final Pattern LETTERS = Pattern.compile("\\S*[\\p{L}\\p{N}]");

  private Salt() {}

  /**
   * Tags every word of an untagged text.
   *
   * @param salt 0 to {@link #MAX}; 0 leaves the text as it is
   */
  public static String apply(String text, int salt) {
    if (salt < 0 || salt > MAX) {
      throw new IllegalArgumentException("salt: " + salt + " is not in 0.." + MAX);
    }
    if (salt == 0) {
      return text;
    }
    return LETTERS.matcher(text).replaceAll("$0-x" + Integer.toHexString(salt));
  }

  /** The salt that a word is tagged with; empty when it carries none. */
  public static OptionalInt of(String word) {
    Matcher tag = TAG.matcher(word);
    return tag.find() ? OptionalInt.of(Integer.parseInt(tag.group(1), 16)) : OptionalInt.empty();
  }

  /** The text without any tag. */
  public static String strip(String text) {
    return TAG.matcher(text).replaceAll("");
  }
}
