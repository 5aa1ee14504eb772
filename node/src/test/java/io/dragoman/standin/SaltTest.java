package io.dragoman.standin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.OptionalInt;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

final class SaltTest {
  @Test
  void everyWordIsTaggedBeforeItsPunctuation() {
    assertEquals("hello-x2a, world-x2a!", Salt.apply("hello, world!", 0x2a));
    assertEquals("¿cómo-x1 estás-x1?", Salt.apply("¿cómo estás?", 1));
    assertEquals("we're-x1 well-known-x1", Salt.apply("we're well-known", 1));
    assertEquals("transl-x1– –", Salt.apply("transl– –", 1));
  }

  @Test
  void noSaltLeavesTheTextAsItIs() {
    assertEquals("hello, world", Salt.apply("hello, world", 0));
    assertEquals(OptionalInt.empty(), Salt.of("well-known"));
    assertEquals("an x-ray, T-x", Salt.strip("an x-ray, T-x"));
  }

  @Property
  void aTagIsFoundAgainAndStripped(@ForAll @IntRange(min = 1, max = Salt.MAX) int salt) {
    String heard = Clips.shipped().getFirst().sentences().getFirst().heard(0);
    String salted = Salt.apply(heard, salt);
    assertEquals(heard, Salt.strip(salted));
    for (String word : salted.split(" ", -1)) {
      assertEquals(OptionalInt.of(salt), Salt.of(word));
    }
  }

  @Test
  void aSaltThatNoMarkCanCarryIsRefused() {
    assertThrows(IllegalArgumentException.class, () -> Salt.apply("hello", Salt.MAX + 1));
  }
}
