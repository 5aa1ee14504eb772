package io.dragoman.pipeline;

import io.dragoman.quota.Decision;
import io.dragoman.quota.QuotaRequest.Priority;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.Locale;

/** What pipelines measure, summed over a node's sessions. Thread-safe. */
public final class PipelineMetrics {
  private final MeterRegistry registry;

  public PipelineMetrics(MeterRegistry registry) {
    this.registry = registry;
  }

  void called(Caption.Role role, Priority priority, String outcome, Duration took) {
    Timer.builder("dragoman.openai.calls")
        .description("Calls to the language model, from the permit to the end of the answer")
        .tag("role", tag(role))
        .tag("priority", tag(priority))
        .tag("outcome", outcome)
        .register(registry)
        .record(took);
  }

  void refused(Priority priority, Decision.Bound bound) {
    registry
        .counter("dragoman.quota.waits", "priority", tag(priority), "bound", tag(bound))
        .increment();
  }

  private static String tag(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }
}
