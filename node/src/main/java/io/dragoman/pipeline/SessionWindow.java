package io.dragoman.pipeline;

import io.dragoman.quota.RecentUse;
import java.time.Duration;

/**
 * What a session asked of the language model, as it is kept for the node that the session may move
 * to. Immutable.
 *
 * @param requests how many requests it had permitted so far
 * @param lastAgeMs how long ago the last one was, in milliseconds
 * @param minute those of the last minute
 * @param spent what all of them cost that are over
 */
public record SessionWindow(long requests, long lastAgeMs, RecentUse minute, Spent spent) {
  private static final Duration MINUTE = Duration.ofMinutes(1);

  /** The same some time later. */
  public SessionWindow later(Duration by) {
    return new SessionWindow(
        requests, lastAgeMs + by.toMillis(), minute.later(by.toNanos(), MINUTE.toNanos()), spent);
  }
}
