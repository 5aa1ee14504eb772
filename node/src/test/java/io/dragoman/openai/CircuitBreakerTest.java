package io.dragoman.openai;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dragoman.openai.CircuitBreaker.Pass;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class CircuitBreakerTest {
  private static final RateLimitHeaders NO_LIMITS =
      new RateLimitHeaders(null, null, null, null, null, null);
  private static final ApiResult GOOD = new ApiResult.Completed("text", null);
  private static final ApiResult BAD = new ApiResult.Failed(true, true, "status 503");

  private long now = 1_000_000_000_000L;
  private final CircuitBreaker breaker =
      new CircuitBreaker(OpenAiConfig.Rests.DEFAULT, () -> now, () -> 1.0);

  @Test
  void oneFailureIsNoTroubleSeveralInARowAre() {
    settle(BAD);
    settle(BAD);
    settle(GOOD);
    settle(BAD);
    settle(BAD);
    assertEquals(new OpenAi.Standing.Sound(), breaker.standing());
    settle(BAD);
    assertEquals(rests(250), breaker.standing());
    assertNull(breaker.tryPass());
  }

  @Test
  void troubleIsToldFromItsFirstFailureToTheCallThatWorks() {
    settle(BAD);
    pass(1_000);
    settle(BAD);
    assertEquals(Optional.empty(), breaker.trouble());
    pass(1_000);
    settle(BAD);
    pass(3_000);
    assertEquals(Optional.of(trouble(false, "status 503", 5, 3)), breaker.trouble());
    settle(new ApiResult.Refused("invalid_api_key"));
    assertEquals(Optional.of(trouble(true, "invalid_api_key", 5, 0)), breaker.trouble());
    pass(10_000);
    settle(GOOD);
    assertEquals(Optional.empty(), breaker.trouble());
  }

  private static Trouble trouble(boolean refused, String reason, int lasting, int sinceTried) {
    return new Trouble(
        refused, reason, Duration.ofSeconds(lasting), Duration.ofSeconds(sinceTried));
  }

  @Test
  void whatOneRequestIsToBlameForIsNoTrouble() {
    for (int i = 0; i < 10; i++) {
      settle(new ApiResult.Failed(false, true, "status 400"));
      settle(new ApiResult.Incomplete("", "length"));
    }
    assertEquals(new OpenAi.Standing.Sound(), breaker.standing());
  }

  @Test
  void restsDoubleUpToABoundAndEachEndsWithOneTry() {
    settle(limited(0));
    for (long rest : new long[] {250, 500, 1_000, 2_000, 4_000, 8_000, 10_000, 10_000}) {
      assertEquals(rests(rest), breaker.standing());
      pass(rest);
      Pass trial = requireNonNull(breaker.tryPass());
      assertNull(breaker.tryPass());
      trial.settle(limited(0));
    }
    pass(10_000);
    settle(GOOD);
    assertEquals(new OpenAi.Standing.Sound(), breaker.standing());
    settle(limited(0));
    assertEquals(rests(250), breaker.standing(), "from the beginning again");
  }

  @Test
  void aWishToBeLeftAloneIsHeededWithinABound() {
    settle(limited(3_000));
    assertEquals(rests(3_300), breaker.standing());
    pass(3_300);
    settle(limited(3_600_000));
    assertEquals(rests(66_000), breaker.standing());
  }

  @Test
  void theOtherCallsOfTheWaveThatTrippedItProveNothing() {
    Pass slow = requireNonNull(breaker.tryPass());
    Pass other = requireNonNull(breaker.tryPass());
    settle(limited(2_000));
    slow.settle(GOOD);
    assertEquals(rests(2_200), breaker.standing());
    other.settle(limited(5_000));
    assertEquals(rests(5_000), breaker.standing(), "only their wish is heeded");
    pass(5_000);
    settle(limited(0));
    assertEquals(rests(500), breaker.standing(), "and they were not counted");
  }

  @Test
  void aTryThatHangsKeepsNobodyFromTryingLater() {
    settle(limited(0));
    pass(250);
    assertNotNull(breaker.tryPass());
    pass(250);
    settle(GOOD);
    assertEquals(new OpenAi.Standing.Sound(), breaker.standing());
  }

  @Test
  void aRefusalIsCertainOnceItWasRepeatedForSomeTime() {
    ApiResult refused = new ApiResult.Refused("invalid_api_key");
    settle(refused);
    assertInstanceOf(OpenAi.Standing.Resting.class, breaker.standing());
    pass(60_000);
    assertInstanceOf(OpenAi.Standing.Resting.class, breaker.standing(), "one is not enough");
    settle(refused);
    pass(60_000);
    settle(refused);
    assertEquals(
        new OpenAi.Standing.Refusing("invalid_api_key", Duration.ofSeconds(1)), breaker.standing());
    pass(60_000);
    settle(GOOD);
    assertEquals(new OpenAi.Standing.Sound(), breaker.standing(), "what was mended is noticed");
    settle(refused);
    assertInstanceOf(OpenAi.Standing.Resting.class, breaker.standing());
  }

  @Test
  void refusalsThatComeLateDoNotCountAgainstAServiceThatWorks() {
    ApiResult refused = new ApiResult.Refused("invalid_api_key");
    List<Pass> late = Stream.generate(breaker::tryPass).limit(5).toList();
    settle(refused);
    pass(250);
    settle(GOOD);
    late.forEach(call -> call.settle(refused));
    pass(60_000);
    settle(refused);
    assertInstanceOf(OpenAi.Standing.Resting.class, breaker.standing());
  }

  @Test
  void otherTroubleAfterRefusalsIsNoRefusal() {
    ApiResult refused = new ApiResult.Refused("invalid_api_key");
    for (int i = 0; i < 3; i++) {
      settle(refused);
      pass(60_000);
    }
    assertInstanceOf(OpenAi.Standing.Refusing.class, breaker.standing());
    settle(BAD);
    assertInstanceOf(OpenAi.Standing.Resting.class, breaker.standing());
    pass(60_000);
    settle(refused);
    assertInstanceOf(OpenAi.Standing.Resting.class, breaker.standing(), "counted anew");
  }

  @Test
  void restsAreJittered() {
    var eager = new CircuitBreaker(OpenAiConfig.Rests.DEFAULT, () -> now, () -> 0.0);
    requireNonNull(eager.tryPass()).settle(limited(0));
    assertEquals(rests(125), eager.standing());
    assertTrue(breaker.standing() instanceof OpenAi.Standing.Sound);
  }

  private void settle(ApiResult result) {
    requireNonNull(breaker.tryPass()).settle(result);
  }

  private void pass(long millis) {
    now += millis * 1_000_000;
  }

  private static ApiResult limited(long millis) {
    return new ApiResult.RateLimited(Duration.ofMillis(millis), NO_LIMITS);
  }

  private static OpenAi.Standing rests(long millis) {
    return new OpenAi.Standing.Resting(Duration.ofMillis(millis));
  }
}
