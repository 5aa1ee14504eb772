package io.dragoman.speech;

import com.google.api.gax.rpc.StatusCode.Code;
import java.time.Duration;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether Google Speech hears this node, by what the calls of all its streams meet: one call that
 * breaks is a coincidence, several in a row are trouble, until a call that began later is answered.
 * Tells an operator of each change once. Thread-safe.
 */
final class ServiceWatch {
  private static final Logger log = LoggerFactory.getLogger(ServiceWatch.class);

  /** So many broken calls in a row are a coincidence no more. */
  private static final int TROUBLE = 3;

  private final LongSupplier nanoTime;

  // Guarded by this.
  private int broken;
  private long firstBroke;
  private long lastBroke;

  /** Why the last call broke that made or kept it trouble; null while there is none. */
  private @Nullable String reason;

  private boolean refused;

  /**
   * @param nanoTime a monotonic clock
   */
  ServiceWatch(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
  }

  /** A call broke that was not to end. */
  synchronized void broke(Code code, String message) {
    long now = nanoTime.getAsLong();
    if (broken == 0) {
      firstBroke = now;
    }
    broken++;
    lastBroke = now;
    if (reason == null && broken < TROUBLE && !isCertain(code)) {
      return;
    }
    boolean news = reason == null || refused != isRefusal(code);
    reason = code + ", " + message;
    refused = isRefusal(code);
    if (!news) {
      return;
    }
    if (refused) {
      log.error("Google Speech refuses this node ({}): {}", reason, advice(code));
    } else {
      log.warn(
          "Google Speech is away ({}); sessions keep their audio as long as speech.buffer_s allows,"
              + " and try again",
          reason);
    }
  }

  /** A call was answered that began at this reading of the clock. */
  synchronized void works(long begun) {
    if (broken == 0 || begun - lastBroke < 0) {
      // One that began before the others broke proves nothing.
      return;
    }
    broken = 0;
    if (reason != null) {
      reason = null;
      log.info("Google Speech hears again, after {} s", since(firstBroke).toSeconds());
    }
  }

  synchronized Optional<Trouble> trouble() {
    return reason == null
        ? Optional.empty()
        : Optional.of(new Trouble(refused, reason, since(firstBroke), since(lastBroke)));
  }

  private Duration since(long then) {
    return Duration.ofNanos(nanoTime.getAsLong() - then);
  }

  /** No coincidence: credentials, or a call that took speech for seconds and said nothing. */
  private static boolean isCertain(Code code) {
    return switch (code) {
      case UNAUTHENTICATED, PERMISSION_DENIED, DEADLINE_EXCEEDED -> true;
      default -> false;
    };
  }

  private static boolean isRefusal(Code code) {
    return !advice(code).isEmpty();
  }

  private static String advice(Code code) {
    return switch (code) {
      case UNAUTHENTICATED ->
          "check that GOOGLE_APPLICATION_CREDENTIALS names the key file of a service account that"
              + " still exists, and that this machine's clock is right";
      case PERMISSION_DENIED ->
          "enable Speech-to-Text in the project (speech.project), and let the service account use"
              + " it (role Cloud Speech Client)";
      case INVALID_ARGUMENT, NOT_FOUND, FAILED_PRECONDITION, UNIMPLEMENTED ->
          "check speech.model, speech.location and the languages that clients ask for";
      default -> "";
    };
  }
}
