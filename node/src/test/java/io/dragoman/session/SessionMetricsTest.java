package io.dragoman.session;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.dragoman.protocol.ErrorCode;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.Arrays;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class SessionMetricsTest {
  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();

  /** Growth from nothing to 1 is seen only by who saw the nothing. */
  @Test
  void everyCounterIsThereBeforeItCountsAnything() {
    SessionMetrics metrics = new SessionMetrics(meters);
    assertEquals(0, meters.get("dragoman.sessions.resumed").counter().count());
    assertEquals(0, meters.get("dragoman.sessions.gaps").counter().count());
    assertEquals(0, closed(), "of any end");
    Stream<String> others =
        Stream.of("ended", "moving", "client", "broken", "crowded", "silent", "stuck");
    assertEquals(
        Stream.concat(Arrays.stream(ErrorCode.values()).map(ErrorCode::word), others)
            .collect(Collectors.toSet()),
        ends());
    metrics.resumed();
    metrics.closed("full");
    assertEquals(1, meters.get("dragoman.sessions.resumed").counter().count());
    assertEquals(1, meters.get("dragoman.connections.closed").tag("end", "full").counter().count());
    assertEquals(1, closed());
  }

  private double closed() {
    return meters.get("dragoman.connections.closed").counters().stream()
        .mapToDouble(Counter::count)
        .sum();
  }

  private Set<String> ends() {
    return meters.get("dragoman.connections.closed").counters().stream()
        .map(counter -> String.valueOf(counter.getId().getTag("end")))
        .collect(Collectors.toSet());
  }
}
