package io.dragoman.session;

import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A session's entry in the cluster, for those who wait until it has changed. Thread-safe.
 *
 * <p>What is not answered in time, or not for certain, is asked for again: a change that is made
 * twice, or late, does no harm. While members come and go one may fail though the next succeeds.
 */
final class SessionEntry {

  /** After so long without an answer it may be lost. */
  private static final Duration ATTEMPT = Duration.ofSeconds(1);

  /** What nobody waits for is asked for so long. What is not made goes by itself in time. */
  private static final Duration UNATTENDED = Duration.ofSeconds(30);

  private static final Duration PAUSE = Duration.ofMillis(100);

  private final String sid;
  private final SessionRegistry registry;

  /** Why the last attempt failed, for people. */
  private volatile String trouble = "no answer";

  SessionEntry(String sid, SessionRegistry registry) {
    this.sid = sid;
    this.registry = registry;
  }

  String sid() {
    return sid;
  }

  /** Why the cluster did not answer last, for people. */
  String trouble() {
    return trouble;
  }

  /** Changes the entry; null when the cluster has not answered after that time. */
  @Nullable SessionAnswer change(SessionChange change, Duration longest)
      throws InterruptedException {
    return change(change, longest, () -> true);
  }

  /**
   * Changes the entry; null when the cluster has not answered after that time, or while it was
   * still wanted.
   */
  @Nullable SessionAnswer change(SessionChange change, Duration longest, BooleanSupplier wanted)
      throws InterruptedException {
    long deadline = System.nanoTime() + longest.toNanos();
    long left = longest.toNanos();
    for (; left > 0 && wanted.getAsBoolean(); left = deadline - System.nanoTime()) {
      try {
        return registry
            .change(sid, change)
            .toCompletableFuture()
            .get(Math.min(left, ATTEMPT.toNanos()), TimeUnit.NANOSECONDS);
      } catch (TimeoutException e) {
        trouble = "no answer";
      } catch (ExecutionException e) {
        trouble = String.valueOf(e.getCause());
        left = deadline - System.nanoTime();
        TimeUnit.NANOSECONDS.sleep(Math.min(left, PAUSE.toNanos()));
      }
    }
    return null;
  }

  /** The time, as the whole cluster has it, in milliseconds since the epoch. */
  long nowMs() {
    return registry.nowMs();
  }

  /** Asks for a change that nobody waits for, until it is answered, or it is too late for it. */
  void ask(SessionChange change) {
    Thread.ofVirtual()
        .name("session-entry")
        .start(
            () -> {
              try {
                change(change, UNATTENDED);
              } catch (InterruptedException e) {
                // Nobody does.
                Thread.currentThread().interrupt();
              }
            });
  }
}
