package io.dragoman.pipeline;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.dragoman.openai.ApiResult;
import io.dragoman.openai.RateLimitHeaders;
import io.dragoman.quota.Amount;
import io.dragoman.quota.Evidence;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class UpstreamEvidenceTest {
  private static final long SECOND = 1_000_000_000L;
  private static final long NOT_SAID = Long.MAX_VALUE;

  @Test
  void headersAreEvidence() {
    assertEquals(
        Optional.of(
            new Evidence.Headers(Amount.of(5_000, 2_000_000), Amount.of(4_999, 1_900), 6 * SECOND)),
        headers(5_000L, 2_000_000L, 4_999L, 1_900L, Duration.ofMillis(120), Duration.ofSeconds(6)));
  }

  @Test
  void oneDimensionMayBeAllThatIsSaid() {
    assertEquals(
        Optional.of(
            new Evidence.Headers(
                new Amount(NOT_SAID, 180_000), new Amount(NOT_SAID, 7), Evidence.LONGEST)),
        headers(null, 180_000L, 9L, 7L, null, null));
    assertEquals(
        Optional.of(
            new Evidence.Headers(
                new Amount(450 * Amount.REQUEST, NOT_SAID),
                new Amount(NOT_SAID, NOT_SAID),
                Evidence.LONGEST)),
        headers(450L, null, null, null, null, null));
  }

  @ParameterizedTest
  @ValueSource(longs = {0, -1, Long.MIN_VALUE, Long.MAX_VALUE})
  void aLimitThatNobodyCanMeanIsNotSaid(long limit) {
    assertEquals(Optional.empty(), headers(limit, limit, 1L, 1L, null, null));
  }

  @Test
  void requestsBeyondCountingAreNotSaid() {
    assertEquals(
        Optional.empty(), headers(Long.MAX_VALUE / Amount.REQUEST, null, 1L, null, null, null));
  }

  @ParameterizedTest
  @CsvSource({"-7, 0", "451, 450", "9223372036854775807, 450", "-9223372036854775808, 0"})
  void whatRemainsIsBetweenNothingAndTheLimit(long said, long remaining) {
    assertEquals(
        Optional.of(
            new Evidence.Headers(
                Amount.of(450, 180_000), Amount.of(remaining, 180_000), 2 * SECOND)),
        headers(450L, 180_000L, said, 180_000L, Duration.ofSeconds(2), null));
  }

  @Test
  void evidenceLapsesAfterAWindowWhateverIsSaid() {
    assertEquals(
        Optional.of(
            new Evidence.Headers(Amount.of(450, 180_000), Amount.of(1, 1), Evidence.LONGEST)),
        headers(450L, 180_000L, 1L, 1L, Duration.ofSeconds(Long.MAX_VALUE), Duration.ZERO));
  }

  @ParameterizedTest
  @CsvSource({"PT3S, 3", "PT0S, 1", "PT-5S, 1", "PT24H, 60", "PT2562047788015H, 60"})
  void aRefusalStopsForAsLongAsItSays(Duration retryAfter, long seconds) {
    assertEquals(
        new Evidence.Refusal(seconds * SECOND),
        UpstreamEvidence.of(
            new ApiResult.RateLimited(
                retryAfter, new RateLimitHeaders(1L, 1L, 0L, 0L, null, null))));
  }

  @ParameterizedTest
  @CsvSource({
    "0,   5, PT40S, PT50S, 40",
    "5,   0, PT40S, PT50S, 50",
    "0,   0, PT40S, PT50S, 50",
    "-1,  5, PT40S, PT50S, 40",
    "5,   5, PT40S, PT50S, 1",
    "  ,   , PT40S, PT50S, 1",
    "0,   5,      , PT50S, 1",
    "0,   5, PT0S,  PT50S, 1",
    "0,   5, PT2H,  PT50S, 60"
  })
  void aRefusalThatDoesNotSayForHowLongStopsUntilWhatIsUsedUpIsThereAgain(
      @Nullable Long requests,
      @Nullable Long tokens,
      @Nullable Duration resetRequests,
      Duration resetTokens,
      long seconds) {
    assertEquals(
        new Evidence.Refusal(seconds * SECOND),
        UpstreamEvidence.of(
            new ApiResult.RateLimited(
                Duration.ZERO,
                new RateLimitHeaders(
                    450L, 180_000L, requests, tokens, resetRequests, resetTokens))));
  }

  @Test
  void headersThatNameNoLimitSayNothing() {
    assertEquals(Optional.empty(), UpstreamEvidence.of(FakeOpenAi.NO_LIMITS));
  }

  private static Optional<Evidence> headers(
      @Nullable Long limitRequests,
      @Nullable Long limitTokens,
      @Nullable Long remainingRequests,
      @Nullable Long remainingTokens,
      @Nullable Duration resetRequests,
      @Nullable Duration resetTokens) {
    return UpstreamEvidence.of(
        new RateLimitHeaders(
            limitRequests,
            limitTokens,
            remainingRequests,
            remainingTokens,
            resetRequests,
            resetTokens));
  }
}
