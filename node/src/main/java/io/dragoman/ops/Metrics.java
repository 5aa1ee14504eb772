package io.dragoman.ops;

import io.dragoman.quota.Dispatch;
import io.dragoman.session.SessionEndpoint;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.HttpRouting;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.util.function.BooleanSupplier;

/** A node's measurements, in Prometheus' text format at {@code /metrics}. Thread-safe. */
public final class Metrics implements AutoCloseable {
  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final JvmGcMetrics garbage = new JvmGcMetrics();

  public Metrics(String node) {
    registry.config().commonTags("node", node);
    new JvmMemoryMetrics().bindTo(registry);
    new JvmThreadMetrics().bindTo(registry);
    new ProcessorMetrics().bindTo(registry);
    new FileDescriptorMetrics().bindTo(registry);
    garbage.bindTo(registry);
  }

  /** Where the parts of a node register what they measure. */
  public MeterRegistry registry() {
    return registry;
  }

  /** Shows how many connections a node carries. */
  public void watch(SessionEndpoint sessions) {
    Gauge.builder("dragoman.connections", sessions, SessionEndpoint::connections)
        .description("Open WebSocket connections")
        .register(registry);
  }

  /** Shows whether a node may be sent clients. */
  public void watch(Health health) {
    for (Readiness state : Readiness.values()) {
      Gauge.builder("dragoman.node.state", () -> health.now() == state ? 1 : 0)
          .tag("state", ClusterStatus.tag(state))
          .description("1 for the state that the node is in, and 0 for the others")
          .register(registry);
    }
  }

  /** Shows whether a service that the node calls is in trouble. */
  public void watch(String service, BooleanSupplier inTrouble) {
    Gauge.builder("dragoman.upstream.trouble", () -> inTrouble.getAsBoolean() ? 1 : 0)
        .tag("service", service)
        .description("1 while the service is away or refuses the node, by its last calls to it")
        .register(registry);
  }

  /** Shows whether the node makes fewer calls at once than usual. */
  public void watch(Dispatch dispatch) {
    Gauge.builder("dragoman.openai.rate.limited", () -> dispatch.limited().isZero() ? 0 : 1)
        .description(
            "1 while the upstream holds the cluster back, and fewer calls are made at once")
        .register(registry);
  }

  /** Adds {@code /metrics}. */
  public void serveOn(HttpRouting.Builder routing) {
    routing.get(
        "/metrics",
        (request, response) ->
            response
                .header(HeaderNames.CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")
                .send(registry.scrape()));
  }

  @Override
  public void close() {
    garbage.close();
    registry.close();
  }
}
