package io.dragoman.openai;

import java.time.Duration;
import java.util.Optional;
import java.util.function.DoubleSupplier;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Leaves an upstream alone while it is in trouble, for all callers of this node together: after a
 * 429 at once, after other failures when several come in a row. It then rests, and after each rest
 * lets one call try; the first that works ends the trouble. Rests double, are jittered so that the
 * nodes of a cluster do not come at once, and last at least as long as the upstream asks, within a
 * bound. Thread-safe.
 *
 * <p>A refusal (of the key, the account, the model) is trouble too. Once several came in a row,
 * over some seconds, {@link #standing} says so: waiting will not help. A call still tries after
 * each rest, so that what an operator mends is noticed.
 */
final class CircuitBreaker {
  private static final Logger log = LoggerFactory.getLogger(CircuitBreaker.class);

  /** So many failures in a row are a coincidence. */
  private static final int TOLERATED = 3;

  /** An upstream's wish to be left alone is heeded for so long, and then tried. */
  private static final Duration LONGEST_WISH = Duration.ofMinutes(1);

  /** What makes a refusal certain: so many, for some time. */
  private static final int CERTAIN_REFUSALS = 3;

  private final OpenAiConfig.Rests rests;
  private final LongSupplier nanoTime;
  private final DoubleSupplier random;

  // Guarded by this.
  private boolean tripped;

  /** How often it has tripped; a call that began before the last time proves nothing. */
  private int series;

  /** Failures in a row while it is not tripped, rests in a row while it is. */
  private int failures;

  /** When the first of the failures in a row came, the last one, and what it was. */
  private long firstFailure;

  private long lastFailure;
  private String lastReason = "";

  private long restEnds;
  private long restNanos;
  private @Nullable String refusal;
  private int refusals;
  private long refusedSince;
  private boolean toldRefusal;

  /**
   * @param nanoTime a monotonic clock
   * @param random uniform in 0..1, for the jitter
   */
  CircuitBreaker(OpenAiConfig.Rests rests, LongSupplier nanoTime, DoubleSupplier random) {
    this.rests = rests;
    this.nanoTime = nanoTime;
    this.random = random;
  }

  /** Leave to make one call. Used once: it is settled, or given back. */
  final class Pass {
    private final int begun;
    private final boolean trial;

    private Pass(int begun, boolean trial) {
      this.begun = begun;
      this.trial = trial;
    }

    /** No call was made after all. */
    void giveBack() {
      synchronized (CircuitBreaker.this) {
        if (trial && tripped && begun == series) {
          restEnds = nanoTime.getAsLong();
        }
      }
    }

    void settle(ApiResult result) {
      synchronized (CircuitBreaker.this) {
        switch (result) {
          case ApiResult.RateLimited limited -> {
            forgetRefusals(this);
            failed(this, true, limited.retryAfter(), "429, too many requests");
          }
          case ApiResult.Refused refused -> refused(this, refused.code());
          case ApiResult.Failed failed when failed.retryable() -> {
            forgetRefusals(this);
            failed(this, false, Duration.ZERO, failed.reason());
          }
          case ApiResult.Failed others -> works(this);
          case ApiResult.Completed completed -> works(this);
          case ApiResult.Incomplete incomplete -> works(this);
        }
      }
    }
  }

  /** Null while the upstream is to be left alone. */
  synchronized @Nullable Pass tryPass() {
    if (!tripped) {
      return new Pass(series, false);
    }
    long now = nanoTime.getAsLong();
    if (now - restEnds < 0) {
      return null;
    }
    // Should this call hang, the next one tries after another rest.
    restEnds = now + restNanos;
    return new Pass(series, true);
  }

  synchronized OpenAi.Standing standing() {
    if (!tripped) {
      return new OpenAi.Standing.Sound();
    }
    Duration left = Duration.ofNanos(Math.max(0, restEnds - nanoTime.getAsLong()));
    return refusal != null && isCertain()
        ? new OpenAi.Standing.Refusing(refusal, left)
        : new OpenAi.Standing.Resting(left);
  }

  /** What has tripped it, and not been overcome. */
  synchronized Optional<Trouble> trouble() {
    return tripped
        ? Optional.of(
            new Trouble(refusal != null, lastReason, since(firstFailure), since(lastFailure)))
        : Optional.empty();
  }

  private Duration since(long then) {
    return Duration.ofNanos(nanoTime.getAsLong() - then);
  }

  private boolean isCertain() {
    return refusals >= CERTAIN_REFUSALS
        && nanoTime.getAsLong() - refusedSince >= rests.certainAfter().toNanos();
  }

  private void works(Pass pass) {
    if (pass.begun != series) {
      return;
    }
    failures = 0;
    forgetRefusals(pass);
    if (tripped) {
      tripped = false;
      toldRefusal = false;
      log.info("the language model answers again, after {} s", since(firstFailure).toSeconds());
    }
  }

  /** Only refusals in a row make one certain. */
  private void forgetRefusals(Pass pass) {
    if (pass.begun == series) {
      refusal = null;
      refusals = 0;
    }
  }

  private void refused(Pass pass, String code) {
    if (pass.begun != series) {
      // It may tell of a key that was mended since.
      return;
    }
    if (refusal == null) {
      refusedSince = nanoTime.getAsLong();
    }
    refusal = code;
    refusals++;
    failed(pass, true, Duration.ZERO, code);
    if (isCertain() && !toldRefusal) {
      toldRefusal = true;
      log.error(
          "the language model refuses this node ({}): {}; until then sessions with captions to"
              + " translate or correct end",
          code,
          advice(code));
    }
  }

  private void failed(Pass pass, boolean atOnce, Duration wish, String why) {
    if (pass.begun != series) {
      // One of the calls that were under way when it tripped: only the wish is news.
      restEnds = Math.max(restEnds, nanoTime.getAsLong() + bounded(wish));
      return;
    }
    lastFailure = nanoTime.getAsLong();
    lastReason = why;
    if (failures == 0) {
      firstFailure = lastFailure;
    }
    failures++;
    if (!tripped) {
      if (!atOnce && failures < TOLERATED) {
        return;
      }
      tripped = true;
      failures = 1;
      series++;
    }
    rest(wish);
    if (failures == 1) {
      log.warn(
          "the language model is in trouble ({}); sentences wait, and one call tries again in {} ms,"
              + " then less and less often, at least every 10 s",
          why,
          Duration.ofNanos(restNanos).toMillis());
    }
  }

  private void rest(Duration wish) {
    long doubled = rests.first().toNanos() << Math.min(failures - 1, 10);
    double jittered = Math.min(doubled, rests.longest().toNanos()) * (1 + random.getAsDouble()) / 2;
    double wished = bounded(wish) * (1 + random.getAsDouble() / 10);
    restNanos = (long) Math.max(jittered, wished);
    restEnds = nanoTime.getAsLong() + restNanos;
  }

  private static long bounded(Duration wish) {
    return Math.min(wish.toNanos(), LONGEST_WISH.toNanos());
  }

  private static String advice(String code) {
    return switch (code) {
      case "invalid_api_key" -> "set a key that is valid (OPENAI_API_KEY) and restart the nodes";
      case "insufficient_quota" -> "the account has no money left: pay, or set another key";
      case "model_not_found" -> "set a model that the account may use (openai.model) and restart";
      default -> "check the key, openai.model and openai.base_url";
    };
  }
}
