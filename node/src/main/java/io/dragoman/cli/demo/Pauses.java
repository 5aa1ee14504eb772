package io.dragoman.cli.demo;

import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * How long a session's captions stood still where it went on in another connection: the time for
 * which it spoke, between the last caption before and the first one after. Thread-safe.
 */
final class Pauses {
  private static final long NANOS_PER_SECOND = TimeUnit.SECONDS.toNanos(1);

  private final Track track;

  // All of these are guarded by this.
  private @Nullable Long startNanos;
  private long newestNanos;
  private boolean interrupted;
  private long longestSamples;

  Pauses(Track track) {
    this.track = track;
  }

  /** The session's sample 0 is due at that time. */
  synchronized void begin(long nanos) {
    startNanos = nanos;
    newestNanos = nanos;
  }

  /** The connection was lost. */
  synchronized void interrupted() {
    interrupted = true;
  }

  /** A caption is here. */
  synchronized void arrived(long nanos) {
    Long start = startNanos;
    if (interrupted && start != null) {
      interrupted = false;
      longestSamples =
          Math.max(
              longestSamples,
              track.spokenBetween(samples(newestNanos - start), samples(nanos - start)));
    }
    newestNanos = nanos;
  }

  /** The longest one; 0 where nothing was interrupted. */
  synchronized long longestMillis() {
    return longestSamples * 1_000 / Track.SAMPLE_RATE;
  }

  private static long samples(long nanos) {
    return nanos * Track.SAMPLE_RATE / NANOS_PER_SECOND;
  }
}
