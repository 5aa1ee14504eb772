package io.dragoman.speech;

import com.google.api.gax.rpc.StatusCode.Code;
import java.time.Duration;
import java.util.function.DoubleSupplier;

/**
 * The rule by which a stream goes on after a call that broke: at once after the ends that are part
 * of the service's normal life, after a growing pause when it is in trouble, never when the same
 * request would fail again. Used by one thread.
 */
final class Retry {

  /** What to do next. */
  sealed interface Decision {
    record AtOnce() implements Decision {}

    record After(Duration pause) implements Decision {}

    record Never() implements Decision {}
  }

  private final Duration first;
  private final Duration longest;
  private final Duration giveUpAfter;
  private final DoubleSupplier random;

  /** How many calls broke since the last one that worked. */
  private int failures;

  /** When the first of them broke. */
  private long failingSince;

  /**
   * @param random uniform in 0..1, for the jitter
   */
  Retry(Duration first, Duration longest, Duration giveUpAfter, DoubleSupplier random) {
    this.first = first;
    this.longest = longest;
    this.giveUpAfter = giveUpAfter;
    this.random = random;
  }

  /** A call works: what failed before is over. */
  void works() {
    failures = 0;
  }

  /**
   * A call broke.
   *
   * @param worked whether it had been of use before
   * @param nowNanos a monotonic clock's reading
   */
  Decision afterBreak(Code code, boolean worked, long nowNanos) {
    if (worked) {
      works();
    }
    failures++;
    if (failures == 1) {
      failingSince = nowNanos;
    }
    boolean tooLong = nowNanos - failingSince > giveUpAfter.toNanos();
    return switch (code) {
      // The longest duration, or the longest time without audio. More than one in a row, with
      // nothing heard in between, is trouble.
      case ABORTED, OUT_OF_RANGE ->
          tooLong
              ? new Decision.Never()
              : failures == 1 ? new Decision.AtOnce() : new Decision.After(pause());
      case UNAVAILABLE, RESOURCE_EXHAUSTED, INTERNAL, DEADLINE_EXCEEDED, UNKNOWN, CANCELLED ->
          tooLong ? new Decision.Never() : new Decision.After(pause());
      case OK,
          INVALID_ARGUMENT,
          NOT_FOUND,
          ALREADY_EXISTS,
          PERMISSION_DENIED,
          UNAUTHENTICATED,
          FAILED_PRECONDITION,
          UNIMPLEMENTED,
          DATA_LOSS ->
          new Decision.Never();
    };
  }

  /** How long failures like the last one are still borne. */
  Duration left(long nowNanos) {
    return giveUpAfter.minusNanos(nowNanos - failingSince);
  }

  /** Between half and the whole of the doubled pause, so that many streams do not come at once. */
  private Duration pause() {
    double doubled = first.toMillis() * Math.pow(2, failures - 1);
    double bounded = Math.min(doubled, (double) longest.toMillis());
    return Duration.ofMillis(Math.round(bounded * (0.5 + random.getAsDouble() / 2)));
  }
}
