package io.dragoman.standin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class TokensTest {
  @Test
  void cutsEveryFourBytesButNeverWithinACharacter() {
    assertEquals(List.of(), Tokens.split(""));
    assertEquals(List.of("abcd", "e"), Tokens.split("abcde"));
    assertEquals(List.of("aaaé"), Tokens.split("aaaé"));
    assertEquals(List.of("😀", "b"), Tokens.split("😀b"));
  }

  @Property
  void tokensAreTheTextAndAtMostOneForEveryFourBytes(@ForAll String text) {
    List<String> tokens = Tokens.split(text);
    assertEquals(text, String.join("", tokens));
    assertTrue(tokens.size() <= Math.ceilDiv(utf8Bytes(text), 4));
    for (int i = 1; i < tokens.size(); i++) {
      char last = tokens.get(i - 1).charAt(tokens.get(i - 1).length() - 1);
      assertFalse(Character.isSurrogatePair(last, tokens.get(i).charAt(0)));
    }
  }

  /** A surrogate without its other half counts as the three bytes that some encoders give it. */
  private static int utf8Bytes(String text) {
    return text.codePoints()
        .map(
            c ->
                Character.isBmpCodePoint(c) && Character.isSurrogate((char) c)
                    ? 3
                    : Character.toString(c).getBytes(StandardCharsets.UTF_8).length)
        .sum();
  }
}
