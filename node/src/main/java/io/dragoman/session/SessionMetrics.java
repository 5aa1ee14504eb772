package io.dragoman.session;

import io.dragoman.protocol.ErrorCode;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.Arrays;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Counts how connections end, sessions that go on here, and what they have lost by then. Only
 * losses are logged, and not each: no client may fill a node's log. Every counter is there from the
 * start, at 0, so that who looks for growth sees the first of what it counts. Thread-safe.
 */
public final class SessionMetrics {
  private static final Logger log = LoggerFactory.getLogger(SessionMetrics.class);
  private static final Duration REMINDER = Duration.ofMinutes(1);

  private final MeterRegistry registry;
  private final Counter gaps;
  private final Counter resumed;

  /** On the monotonic clock. Guarded by this. */
  private long warnAfter = System.nanoTime();

  public SessionMetrics(MeterRegistry registry) {
    this.registry = registry;
    this.gaps =
        Counter.builder("dragoman.sessions.gaps")
            .description("Gaps that clients which resumed at this node were told of")
            .register(registry);
    this.resumed =
        Counter.builder("dragoman.sessions.resumed")
            .description("Interrupted sessions that went on at this node")
            .register(registry);
    Arrays.stream(ErrorCode.values()).map(ErrorCode::word).forEach(this::connections);
    Outbox.ENDS.forEach(this::connections);
  }

  /** An interrupted session goes on here. */
  void resumed() {
    resumed.increment();
  }

  /**
   * A client that resumes is told of a gap. Clients cause one by what they say that they have, so
   * it is logged once a minute at most.
   *
   * @param fromMs where it begins, in milliseconds of the session's audio
   * @param toMs where it ends
   */
  void gap(String sid, long fromMs, long toMs) {
    gaps.increment();
    if (isToBeLogged(System.nanoTime())) {
      log.warn(
          "session {}: its client is told of a gap: the audio from {} to {} ms, or captions of it, are lost, and"
              + " nothing brings them back. The client no longer had the audio, or all nodes that kept the captions"
              + " failed at once. dragoman_sessions_gaps_total counts more of them; they are logged once a minute",
          sid,
          fromMs,
          toMs);
    }
  }

  private synchronized boolean isToBeLogged(long now) {
    boolean due = now - warnAfter >= 0;
    warnAfter = due ? now + REMINDER.toNanos() : warnAfter;
    return due;
  }

  /**
   * @param end an error code, or one of {@link Outbox}'s ends
   */
  void closed(String end) {
    connections(end).increment();
  }

  private Counter connections(String end) {
    return Counter.builder("dragoman.connections.closed")
        .description("WebSocket connections that are over, by why")
        .tag("end", end)
        .register(registry);
  }
}
