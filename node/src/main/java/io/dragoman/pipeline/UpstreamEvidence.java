package io.dragoman.pipeline;

import io.dragoman.openai.ApiResult;
import io.dragoman.openai.RateLimitHeaders;
import io.dragoman.quota.Amount;
import io.dragoman.quota.Evidence;
import java.time.Duration;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Reads from an answer what the upstream said of the quota.
 *
 * <p>A limit that is not positive or is beyond all counting is no limit, and counts as not said; so
 * does what remains of a limit that was not said.
 */
public final class UpstreamEvidence {
  private static final long NOT_SAID = Long.MAX_VALUE;

  /**
   * How long a refusal lasts that does not say so: OpenAI also enforces its limits by the second.
   */
  private static final Duration UNSAID_REFUSAL = Duration.ofSeconds(1);

  /** As evidence has it at most; {@link Duration#toNanos} would overflow far above that. */
  private static final Duration LONGEST = Duration.ofNanos(Evidence.LONGEST);

  private UpstreamEvidence() {}

  /** What the upstream said, or nothing where it said nothing of the quota. */
  public static Optional<Evidence> of(ApiResult result) {
    return switch (result) {
      case ApiResult.RateLimited limited -> Optional.of(refusal(limited.retryAfter()));
      case ApiResult.Completed completed -> headers(completed.limits());
      case ApiResult.Incomplete incomplete -> Optional.empty();
      case ApiResult.Refused refused -> Optional.empty();
      case ApiResult.Failed failed -> Optional.empty();
    };
  }

  private static Evidence refusal(Duration retryAfter) {
    return new Evidence.Refusal(nanos(retryAfter.isPositive() ? retryAfter : UNSAID_REFUSAL));
  }

  private static Optional<Evidence> headers(RateLimitHeaders said) {
    long requests = limit(said.limitRequests(), Amount.REQUEST);
    long tokens = limit(said.limitTokens(), 1);
    if (requests == NOT_SAID && tokens == NOT_SAID) {
      return Optional.empty();
    }
    Amount remaining =
        new Amount(
            remaining(said.remainingRequests(), requests, Amount.REQUEST),
            remaining(said.remainingTokens(), tokens, 1));
    return Optional.of(new Evidence.Headers(new Amount(requests, tokens), remaining, lapse(said)));
  }

  private static long limit(@Nullable Long said, long unit) {
    return said == null || said <= 0 || said >= NOT_SAID / unit ? NOT_SAID : said * unit;
  }

  private static long remaining(@Nullable Long said, long limit, long unit) {
    return said == null || limit == NOT_SAID ? NOT_SAID : Math.clamp(said, 0, limit / unit) * unit;
  }

  /**
   * What remains stands until both dimensions are free again; where none is said to be, longest.
   */
  private static long lapse(RateLimitHeaders said) {
    return Stream.of(
            Optional.ofNullable(said.resetRequests()), Optional.ofNullable(said.resetTokens()))
        .flatMap(Optional::stream)
        .mapToLong(UpstreamEvidence::nanos)
        .max()
        .orElse(Evidence.LONGEST);
  }

  private static long nanos(Duration duration) {
    return duration.compareTo(LONGEST) < 0 ? duration.toNanos() : Evidence.LONGEST;
  }
}
