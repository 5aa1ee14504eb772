package io.dragoman.openai;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dragoman.ArticleOne;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class TokenizerTest {
  private static final Tokenizer O200K = Tokenizer.of("gpt-4o-mini");
  private static final Tokenizer CL100K = Tokenizer.of("gpt-4");
  private static final Tokenizer UNKNOWN = Tokenizer.of("llama-3.3-70b");

  static List<ArticleOne> languages() {
    return ArticleOne.inAllLanguages();
  }

  @ParameterizedTest
  @MethodSource("languages")
  void countsAsOpenAiDoesOrAsItsLimiterEstimates(ArticleOne article) {
    int estimate = Math.ceilDiv(article.bytes(), 4);
    assertEquals(Math.max(article.o200k(), estimate), O200K.text(article.text()));
    assertEquals(Math.max(article.cl100k(), estimate), CL100K.text(article.text()));
    assertEquals(article.bytes(), UNKNOWN.text(article.text()));
  }

  @Test
  void countsWhatIsNoLanguage() {
    assertEquals(0, O200K.text(""));
    assertEquals(21, O200K.text("Hello 👋🏽 👨‍👩‍👧‍👦 🇺🇳 ok"));
    assertEquals(30, CL100K.text("Hello 👋🏽 👨‍👩‍👧‍👦 🇺🇳 ok"));
    assertEquals(7, O200K.text("<|endoftext|>"), "what is said is never a command");
  }

  @Property
  void noTextHasMoreTokensThanBytesNorFewerThanTheEstimate(@ForAll String text) {
    int bytes = text.getBytes(StandardCharsets.UTF_8).length;
    assertTrue(O200K.text(text) >= Math.ceilDiv(bytes, 4));
    assertTrue(CL100K.text(text) >= Math.ceilDiv(bytes, 4));
    assertEquals(bytes, UNKNOWN.text(text));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "gpt-4o",
        "gpt-4o-mini-2024-07-18",
        "chatgpt-4o-latest",
        "gpt-4.1-nano",
        "gpt-5",
        "gpt-5.1-chat-latest",
        "o1",
        "o3-mini",
        "ft:gpt-4o-mini-2024-07-18:dragoman::abc",
        "openai/gpt-4.1"
      })
  void theNewerModelsHaveTheNewerVocabulary(String model) {
    assertTrue(Tokenizer.knows(model));
    assertEquals(O200K.text("ერთი, two, три"), Tokenizer.of(model).text("ერთი, two, три"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"gpt-4", "gpt-4-turbo", "gpt-3.5-turbo-0125", "gpt-35-turbo", "ft:gpt-4-0613:us"})
  void theOlderOnesHaveTheOlder(String model) {
    assertTrue(Tokenizer.knows(model));
    assertEquals(CL100K.text("ერთი, two, три"), Tokenizer.of(model).text("ერთი, two, три"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "gpt-6",
        "gpt-40",
        "gpt-4omni",
        "o11",
        "mistral-small",
        "translator",
        "gpt-oss-20b"
      })
  void whatCannotBeToldFromANameCostsATokenAByte(String model) {
    assertFalse(Tokenizer.knows(model));
    assertEquals(5, Tokenizer.of(model).text("hello"));
  }

  /** As in OpenAI's cookbook, "How to count tokens with tiktoken". */
  @Test
  void aPromptHasMoreThanItsTexts() {
    int texts = O200K.text("Reply with yes.") + O200K.text("Is it?");
    assertEquals(
        texts + 2 * (3 + 1) + 3,
        O200K.message("Reply with yes.") + O200K.message("Is it?") + Tokenizer.REPLY);
  }

  @Test
  void threadsShareAVocabulary() throws Exception {
    List<ArticleOne> articles = languages();
    Callable<Integer> all =
        () -> articles.stream().mapToInt(article -> O200K.text(article.text())).sum();
    int alone = all.call();
    try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
      for (Future<Integer> sum : threads.invokeAll(Collections.nCopies(64, all))) {
        assertEquals(alone, sum.get());
      }
    }
  }
}
