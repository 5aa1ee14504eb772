package io.dragoman.standin;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PhrasebookTest {
  static final String INTO_SPANISH =
      "Translate the user's text from English (en-US) into Spanish (es). Answer with it alone.";
  static final String CORRECT =
      "Correct the user's text, which is live speech in English (en-US). Answer with it alone.";

  static final List<Sentence> SENTENCES =
      List.of(
          sentence(
              "Yesterday she go to school.",
              "Yesterday she went to the school.",
              List.of(new Chunk(1, "Ayer"), new Chunk(2, "ella fue"), new Chunk(2, "al colegio."))),
          sentence(
              "Yesterday it it rained.",
              "Yesterday it rained.",
              List.of(new Chunk(1, "Ayer"), new Chunk(3, "llovió."))));

  private final Phrasebook phrasebook = new Phrasebook(SENTENCES);

  @ParameterizedTest
  @CsvSource({
    "Yesterday she go to school.,  Ayer ella fue al colegio.",
    "yesterday SHE go to school,   Ayer ella fue al colegio.",
    "Yesterday,                    Ayer",
    "Yesterday she,                Ayer",
    "Yesterday she go to,          Ayer ella fue",
    "Yesterday it it rained.,      Ayer llovió.",
    "Yesterday she goat two,       Ayer ĝöåť ťŵö",
    "Yesterday she go to cool,     Ayer ella fue ķ"
  })
  void translatesAPrefixAsTheAlignedPrefix(String text, String translation) {
    assertEquals(
        translation.replace("ķ", PseudoLocale.of("cool")), phrasebook.answer(INTO_SPANISH, text));
  }

  @Test
  void understandsRegionsOfAKnownLanguage() {
    String instructions = "Translate the user's text from English (en-US) into Spanish (es-419).";
    assertEquals("Ayer", phrasebook.answer(instructions, "Yesterday"));
  }

  @ParameterizedTest
  @CsvSource({
    "Yesterday she go to school., Yesterday she went to the school.",
    "Yesterday she go to,         Yesterday she went to",
    "Yesterday she go,            Yesterday she went",
    "yesterday she goat two,      Yesterday she goat two",
    "Yesterday it it rained.,     Yesterday it rained."
  })
  void correctsAPrefixAsTheAlignedPrefix(String text, String corrected) {
    assertEquals(corrected, phrasebook.answer(CORRECT, text));
  }

  @Test
  void aWordLostInTheMiddleMakesTheTextUnknown() {
    String lost = "Yesterday sh– to the school.";
    assertEquals("[es] " + PseudoLocale.of(lost), phrasebook.answer(INTO_SPANISH, lost));
  }

  @Test
  void unknownTextIsPseudoLocalisedOrComesBack() {
    assertEquals("[es] ĥéłłö, ŵöŕłď!", phrasebook.answer(INTO_SPANISH, "hello, world!"));
    assertEquals("hello, world!", phrasebook.answer(CORRECT, "hello, world!"));
  }

  @Test
  void anUnknownLanguageIsPseudoLocalised() {
    String intoFrench = "Translate the user's text from English (en-US) into French (fr).";
    assertEquals("[fr] Ýéšťéŕďåý", phrasebook.answer(intoFrench, "Yesterday"));
  }

  @Test
  void theAnswerCarriesTheSaltOfTheText() {
    Sentence sentence = SENTENCES.getFirst();
    assertEquals(
        sentence.translation("es", 5, 27), phrasebook.answer(INTO_SPANISH, sentence.heard(27)));
    assertEquals(sentence.corrected(27), phrasebook.answer(CORRECT, sentence.heard(27)));
    assertEquals(
        "[es] " + Salt.apply("ĥéłłö, ŵöŕłď!", 27),
        phrasebook.answer(INTO_SPANISH, Salt.apply("hello, world!", 27)));
  }

  @Test
  void noTextIsAnsweredWithNone() {
    assertEquals("", phrasebook.answer(INTO_SPANISH, " "));
  }

  @Test
  void otherInstructionsAreAnsweredHonestly() {
    assertEquals(Phrasebook.NEITHER, phrasebook.answer("Be brief.", "Yesterday"));
  }

  private static Sentence sentence(String heard, String corrected, List<Chunk> spanish) {
    return new Sentence(
        Stream.of(heard.split(" ")).map(word -> new Word(word, 0, 2_400)).toList(),
        corrected,
        Map.of("es", spanish));
  }
}
