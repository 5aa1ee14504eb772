package io.dragoman.pipeline;

import java.time.Duration;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The rule by which a lane tries a final again: after a pause that doubles, is jittered, and is at
 * least as long as the upstream asks; and not at all once the upstream has failed for too long.
 * Used by one thread.
 */
final class Retry {
  /** An upstream's wish to wait is heeded for so long, and then tried. */
  private static final Duration LONGEST_WISH = Duration.ofMinutes(1);

  private final PipelineConfig config;
  private final DoubleSupplier random;

  // Of the present final.
  private int failures;
  private int incomplete;

  /** When the first try failed since the last that did not; null while the upstream works. */
  private @Nullable Long failingSince;

  private long failedLast;

  /**
   * @param random uniform in 0..1, for the jitter
   */
  Retry(PipelineConfig config, DoubleSupplier random) {
    this.config = config;
    this.random = random;
  }

  /** The upstream answered. */
  void works() {
    failingSince = null;
  }

  /** The present final is done with. */
  void next() {
    failures = 0;
    incomplete = 0;
  }

  /** An answer was not whole; returns whether it is worth another try. */
  boolean mayAskAgain() {
    incomplete++;
    return incomplete < config.refusals();
  }

  /** The upstream failed, or is left alone since it fails; returns whether to give up. */
  boolean failedTooLong(long nowNanos) {
    long giveUpAfter = config.giveUpAfter().toNanos();
    // What failed before a long silence says nothing about now.
    if (failingSince == null || nowNanos - failedLast > giveUpAfter) {
      failingSince = nowNanos;
    }
    failedLast = nowNanos;
    return nowNanos - failingSince > giveUpAfter;
  }

  /**
   * How long to wait before the next try.
   *
   * @param wish what the upstream asks for
   */
  Duration pause(Duration wish) {
    Duration doubled = config.retryFirst().multipliedBy(1L << Math.min(failures, 10));
    failures++;
    long most = Math.min(doubled.toNanos(), config.retryMost().toNanos());
    Duration jittered = Duration.ofNanos((long) (most * (1 + random.getAsDouble()) / 2));
    return longer(jittered, bounded(wish));
  }

  /** A wish to wait, as far as it is heeded. */
  static Duration bounded(Duration wish) {
    return wish.compareTo(LONGEST_WISH) < 0 ? wish : LONGEST_WISH;
  }

  private static Duration longer(Duration one, Duration other) {
    return one.compareTo(other) < 0 ? other : one;
  }
}
