package io.dragoman.pipeline;

import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dragoman.ArticleOne;
import io.dragoman.openai.ApiResult;
import io.dragoman.openai.ChatListener;
import io.dragoman.openai.OpenAi;
import io.dragoman.openai.OpenAiClient;
import io.dragoman.openai.OpenAiConfig;
import io.dragoman.openai.RateLimitHeaders;
import io.dragoman.standin.Faults;
import io.dragoman.standin.OpenAiStandIn;
import io.dragoman.standin.OpenAiStandInConfig;
import io.dragoman.standin.OpenAiStandInConfig.Charge;
import io.dragoman.standin.OpenAiStandInConfig.Delays;
import io.dragoman.standin.OpenAiStandInConfig.Limits;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.lifecycle.AfterContainer;

/**
 * What is reserved for a request, compared with what a server charges that counts in its own way,
 * over real HTTP and whatever the language.
 */
class ReservationTest {
  private static final int LIMIT = 1_000_000_000;

  private static final OpenAiStandIn STAND_IN =
      OpenAiStandIn.start(
          OpenAiStandInConfig.defaults()
              .withDelays(Delays.NONE)
              .withLimits(new Limits(1_000_000, LIMIT, Charge.RESERVED)),
          UpstreamTestBed.SENTENCES,
          new Faults());

  private static final OpenAi CLIENT =
      new OpenAiClient(
          OpenAiConfig.of(
              URI.create("http://127.0.0.1:" + STAND_IN.port() + "/v1"),
              "stand-in",
              Duration.ofSeconds(60)));

  private static long remaining = LIMIT;
  private static RateLimitHeaders said = FakeOpenAi.NO_LIMITS;

  @AfterContainer
  static void stop() {
    CLIENT.close();
    STAND_IN.close();
  }

  @Property(tries = 150)
  void noRequestIsChargedMoreThanWasReserved(
      @ForAll("texts") String text, @ForAll("prompts") Prompt prompt) throws Exception {
    Prompt.Priced priced = prompt.about(text);
    ApiResult.Completed answer =
        assertInstanceOf(ApiResult.Completed.class, call(priced), "no answer is cut off");
    assertNotNull(answer.usage());
    long left = Objects.requireNonNull(said.remainingTokens());
    long charged = remaining - left;
    remaining = left;
    assertTrue(charged <= priced.tokens(), charged + " charged, reserved " + priced.tokens());
    int prompted = priced.tokens() - priced.request().maxCompletionTokens();
    assertTrue(answer.usage().promptTokens() <= prompted);
  }

  private static ApiResult call(Prompt.Priced priced) throws InterruptedException {
    try (OpenAi.Slot slot = CLIENT.tryReserve().orElseThrow()) {
      return slot.call(
          priced.request(),
          System.nanoTime(),
          new ChatListener() {
            @Override
            public void onSent() {}

            @Override
            public void onArrival(RateLimitHeaders limits) {
              said = limits;
            }

            @Override
            public void onText(String delta) {}
          });
    }
  }

  /** Pieces of real text in every script, emoji, and characters of any kind. */
  @Provide
  Arbitrary<String> texts() {
    Arbitrary<String> spoken =
        Combinators.combine(
                Arbitraries.of(ArticleOne.inAllLanguages()),
                Arbitraries.integers().between(0, 20),
                Arbitraries.integers().between(1, 200))
            .as((article, from, length) -> piece(article.text(), from, length));
    Arbitrary<String> emoji =
        Arbitraries.of("😀", "👨‍👩‍👧‍👦", "🇺🇳", "👋🏽", " ok ")
            .list()
            .ofMaxSize(30)
            .map(list -> String.join("", list));
    Arbitrary<String> any =
        Arbitraries.strings()
            .ofMaxLength(100)
            .filter(text -> text.chars().noneMatch(c -> Character.isSurrogate((char) c)));
    Arbitrary<String> one = Arbitraries.oneOf(spoken, spoken, emoji, any);
    return Combinators.combine(one, one).as((first, second) -> first + second);
  }

  @Provide
  Arbitrary<Prompt> prompts() {
    return Arbitraries.of("gpt-4o-mini", "gpt-3.5-turbo", "translator")
        .flatMap(
            model ->
                Arbitraries.of(
                    List.of(
                        Prompt.translate(model, "en-US", "es"),
                        Prompt.translate(model, "th", "zh-Hant"),
                        Prompt.correct(model, "ar"))));
  }

  private static String piece(String text, int from, int length) {
    int[] codePoints = text.codePoints().skip(from).limit(length).toArray();
    return new String(codePoints, 0, codePoints.length);
  }
}
