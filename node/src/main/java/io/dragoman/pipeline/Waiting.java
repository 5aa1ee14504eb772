package io.dragoman.pipeline;

import java.time.Duration;
import java.util.HashSet;
import java.util.Set;

/**
 * Tells a session when its first final begins to wait, and when its last one no longer does.
 * Thread-safe.
 */
final class Waiting {

  /** Shorter waits are nobody's concern. */
  private static final Duration WORTH_SAYING = Duration.ofMillis(500);

  private final CaptionSink sink;

  // Guarded by this.
  private final Set<Lane> lanes = new HashSet<>();

  Waiting(CaptionSink sink) {
    this.sink = sink;
  }

  synchronized void begin(Lane lane, String reason, Duration about) {
    if (about.compareTo(WORTH_SAYING) >= 0 && lanes.add(lane)) {
      sink.waiting(reason, about);
    }
  }

  synchronized void end(Lane lane) {
    if (lanes.remove(lane) && lanes.isEmpty()) {
      sink.flowing();
    }
  }
}
