package io.dragoman.pipeline;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dragoman.ArticleOne;
import io.dragoman.openai.ApiResult;
import io.dragoman.openai.ChatRequest;
import io.dragoman.openai.Tokenizer;
import io.dragoman.standin.Clips;
import io.dragoman.standin.Sentence;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How much room answers have, and what a request about a text costs. */
class PromptTest {
  private static final String NEWER = "gpt-4o-mini";
  private static final String OLDER = "gpt-4-turbo";
  private static final ApiResult CUT_OFF = new ApiResult.Incomplete("", "length");

  @Test
  void aRequestCostsItsPromptAndTheLongestAnswer() {
    Prompt.Priced priced = Prompt.translate(NEWER, "en", "es").about("Good morning, everybody.");
    ChatRequest request = priced.request();
    Tokenizer tokenizer = Tokenizer.of(NEWER);
    assertEquals(
        tokenizer.text(request.system())
            + tokenizer.text(request.user())
            + 11
            + request.maxCompletionTokens(),
        priced.tokens());
  }

  @ParameterizedTest
  @ValueSource(strings = {NEWER, OLDER})
  void theClipsCaptionsHaveThreeTimesTheRoomTheyNeed(String model) {
    Tokenizer tokenizer = Tokenizer.of(model);
    for (Sentence sentence : sentences()) {
      String heard = sentence.heard(0);
      int corrected = room(Prompt.correct(model, "en-US"), heard);
      assertTrue(corrected >= 3 * tokenizer.text(sentence.corrected(0)), heard);
      for (String language : sentence.translations().keySet()) {
        String answer = sentence.translation(language, sentence.words().size(), 0);
        int translated = room(Prompt.translate(model, "en-US", language), heard);
        assertTrue(translated >= 3 * tokenizer.text(answer), heard + " in " + language);
      }
    }
  }

  static List<ArticleOne> languages() {
    return ArticleOne.inAllLanguages();
  }

  @ParameterizedTest
  @MethodSource("languages")
  void whatIsSaidInAnyLanguageHasRoomInEveryOther(ArticleOne from) {
    for (ArticleOne to : languages()) {
      Prompt prompt = Prompt.translate(NEWER, from.language(), to.language());
      assertTrue(room(prompt, from.text()) > to.o200k(), to.language());
    }
  }

  /** The older vocabulary spells more languages; but an answer is cut off once at most. */
  @ParameterizedTest
  @MethodSource("languages")
  void theOlderModelsHaveRoomInEveryLanguageAsWell(ArticleOne from) {
    for (ArticleOne to : languages()) {
      Prompt prompt = Prompt.translate(OLDER, from.language(), to.language());
      if (room(prompt, from.text()) < to.cl100k()) {
        prompt.answered(CUT_OFF);
      }
      assertTrue(room(prompt, from.text()) > to.cl100k(), to.language());
    }
  }

  @Test
  void whatWasCutOffHasMoreRoomFromThenOn() {
    Prompt prompt = Prompt.translate(NEWER, "en", "dv");
    int usual = room(prompt, "twelve bytes");
    prompt.answered(CUT_OFF);
    assertEquals(usual + 24, room(prompt, "twelve bytes"));
    prompt.answered(new ApiResult.Incomplete("", "content_filter"));
    assertEquals(usual + 24, room(prompt, "twelve bytes"));
    prompt.answered(CUT_OFF);
    assertEquals(usual + 72, room(prompt, "twelve bytes"));
  }

  @Test
  void whatFillsTheWidestRoomWasNoTranslation() {
    Prompt prompt = Prompt.translate(NEWER, "en", "dv");
    int usual = room(prompt, "again and again");
    for (int tries = 0; tries < 3; tries++) {
      prompt.answered(CUT_OFF);
    }
    assertEquals(usual, room(prompt, "again and again"));
  }

  @Test
  void noAnswerIsLongerThanEveryModelCanGive() {
    assertEquals(4_096, room(Prompt.translate(NEWER, "en", "es"), "word ".repeat(10_000)));
  }

  private static int room(Prompt prompt, String text) {
    return prompt.about(text).request().maxCompletionTokens();
  }

  private static List<Sentence> sentences() {
    return Clips.shipped().stream().flatMap(clip -> clip.sentences().stream()).toList();
  }
}
