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
 * Reads from an answer's headers, and from a refusal, what the upstream said of the quota.
 *
 * <p>A limit that is not positive or is beyond all counting is no limit, and counts as not said; so
 * does what remains of a limit that was not said.
 */
public final class UpstreamEvidence {
  private static final long NOT_SAID = Long.MAX_VALUE;

  /**
   * How long a refusal lasts, in nanoseconds, that does not say so and after which nothing is said
   * to be used up: OpenAI also enforces its limits by the second.
   */
  private static final long UNSAID_REFUSAL = 1_000_000_000;

  /** As evidence has it at most; {@link Duration#toNanos} would overflow far above that. */
  private static final Duration LONGEST = Duration.ofNanos(Evidence.LONGEST);

  private UpstreamEvidence() {}

  /** What a refusal for overuse says. */
  public static Evidence of(ApiResult.RateLimited limited) {
    RateLimitHeaders said = limited.limits();
    return new Evidence.Refusal(
        limited.retryAfter().isPositive()
            ? nanos(limited.retryAfter())
            : Math.max(
                refused(said.remainingRequests(), said.resetRequests()),
                refused(said.remainingTokens(), said.resetTokens())));
  }

  /** For how long a dimension makes the upstream refuse: if it is used up, until its reset. */
  private static long refused(@Nullable Long remaining, @Nullable Duration reset) {
    return remaining == null || remaining > 0 || reset == null
        ? UNSAID_REFUSAL
        : Math.max(nanos(reset), UNSAID_REFUSAL);
  }

  /** What the headers of any answer say, or nothing where they say nothing of the quota. */
  public static Optional<Evidence> of(RateLimitHeaders said) {
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
