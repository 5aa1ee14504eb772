package io.dragoman.pipeline;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.text.BreakIterator;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class StableTextTest {

  @Example
  void wordsOnWhichEnoughVersionsAgreeBecomeStable() {
    StableText text = new StableText("es", 2);
    assertEquals(new StableText.Split("", "Hola como"), text.next("Hola como"));
    assertEquals(new StableText.Split("Hola ", "¿cómo"), text.next("Hola ¿cómo"));
    assertEquals(new StableText.Split("Hola ¿cómo", " estás"), text.next("Hola ¿cómo estás"));
  }

  @Example
  void whatContradictsTheStablePartIsNotShown() {
    StableText text = new StableText("de", 2);
    text.next("Guten Morgen");
    text.next("Guten Morgen");
    assertEquals(
        new StableText.Split("Guten Morgen", " allerseits"),
        text.next("Schönen Morgen allerseits"));
  }

  @Example
  void anAnswerThatStreamsInShowsOnlyWhenItSaysMore() {
    StableText text = new StableText("es", 2);
    text.next("uno dos tres");
    assertEquals(null, text.grow("uno dos"));
    assertEquals(new StableText.Split("", "uno dos tres cuatro"), text.grow("uno dos tres cuatro"));
  }

  @Property
  void theStablePartOnlyEverGrows(
      @ForAll("versions") List<String> versions, @ForAll("agreement") int agreement) {
    StableText text = new StableText("en", agreement);
    String before = "";
    for (String version : versions) {
      StableText.Split split = text.next(version);
      assertTrue(split.stable().startsWith(before), () -> "shrank: " + split);
      before = split.stable();
    }
  }

  @Property
  void aVersionThatExtendsTheOneBeforeIsShownWhole(@ForAll("sentence") List<String> words) {
    StableText text = new StableText("en", 3);
    for (int length = 1; length <= words.size(); length++) {
      String version = String.join(" ", words.subList(0, length));
      StableText.Split split = text.next(version);
      assertEquals(version, split.stable() + split.tentative());
    }
  }

  @Example
  void noLanguageButThaiHasWordsOfItsOwn() {
    Set<String> own =
        Arrays.stream(BreakIterator.getAvailableLocales())
            .map(Locale::getLanguage)
            .distinct()
            .filter(language -> !words(Locale.of(language)).equals(words(Locale.ROOT)))
            .collect(Collectors.toSet());
    assertEquals(Set.of("th"), own);
    StableText thai = new StableText("th-TH", 1);
    assertEquals(new StableText.Split("สวัสดี", "ครับ"), thai.next("สวัสดี", "ครับ"));
  }

  private static List<Integer> words(Locale locale) {
    BreakIterator breaks = BreakIterator.getWordInstance(locale);
    breaks.setText("Don't stop: l’été, naïve—10:30! 今日は良い天気 สวัสดีครับ 한국어 שלום नमस्ते");
    return IntStream.generate(breaks::next)
        .takeWhile(next -> next != BreakIterator.DONE)
        .boxed()
        .toList();
  }

  @Provide
  Arbitrary<List<String>> versions() {
    return sentence().map(words -> String.join(" ", words)).list().ofMaxSize(12);
  }

  @Provide
  Arbitrary<List<String>> sentence() {
    return Arbitraries.of("one", "two", "three,", "don't", "¿qué").list().ofMaxSize(8);
  }

  @Provide
  Arbitrary<Integer> agreement() {
    return Arbitraries.integers().between(1, 4);
  }
}
