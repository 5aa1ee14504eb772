package io.dragoman.standin;

import java.util.ArrayList;
import java.util.List;

/**
 * The stand-in's tokens: one for every four bytes of UTF-8, never cut within a character. That is
 * about what real tokenizers give for European languages, and never more than a quarter of the
 * bytes, rounded up, so that a client can bound it without a tokenizer of its own.
 */
final class Tokens {
  private static final int BYTES = 4;

  /** What a message costs besides its text. */
  static final int PER_MESSAGE = 4;

  private Tokens() {}

  static int count(String text) {
    return split(text).size();
  }

  /** Cuts a text into its tokens; together they are the text. */
  static List<String> split(String text) {
    List<String> tokens = new ArrayList<>(text.length() / BYTES + 1);
    int tokenStart = 0;
    int bytes = 0;
    for (int i = 0; i < text.length(); ) {
      int codePoint = text.codePointAt(i);
      if (bytes >= BYTES) {
        tokens.add(text.substring(tokenStart, i));
        tokenStart = i;
        bytes -= BYTES;
      }
      bytes += utf8Bytes(codePoint);
      i += Character.charCount(codePoint);
    }
    if (tokenStart < text.length()) {
      tokens.add(text.substring(tokenStart));
    }
    return tokens;
  }

  private static int utf8Bytes(int codePoint) {
    if (codePoint < 0x80) {
      return 1;
    }
    if (codePoint < 0x800) {
      return 2;
    }
    return codePoint < 0x10000 ? 3 : 4;
  }
}
