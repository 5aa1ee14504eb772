package io.dragoman.session;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;

/**
 * Counts how connections end, and sessions that go on here, neither of which is logged: no client
 * may fill a node's log. Thread-safe.
 */
public final class SessionMetrics {
  private final MeterRegistry registry;

  public SessionMetrics(MeterRegistry registry) {
    this.registry = registry;
  }

  /** An interrupted session goes on here. */
  void resumed() {
    Counter.builder("dragoman.sessions.resumed")
        .description("Interrupted sessions that went on at this node")
        .register(registry)
        .increment();
  }

  /**
   * @param end an error code, or one of {@link Outbox}'s ends
   */
  void closed(String end) {
    Counter.builder("dragoman.connections.closed")
        .description("WebSocket connections that are over, by why")
        .tag("end", end)
        .register(registry)
        .increment();
  }
}
