package io.dragoman.ops;

import io.dragoman.quota.Load;
import io.dragoman.quota.NodeQuota;
import io.dragoman.quota.QuotaMeter;
import io.dragoman.quota.QuotaUse;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/** Shows how the quota stands, as this node is told, and this node's part in it. Thread-safe. */
public final class QuotaGauges {
  private final MeterRegistry registry;
  private final QuotaMeter quota;
  private final Supplier<NodeQuota> here;

  public QuotaGauges(
      MeterRegistry registry, QuotaMeter quota, Supplier<NodeQuota> here, Supplier<Totals> totals) {
    this.registry = registry;
    this.quota = quota;
    this.here = here;
    for (QuotaUse.State state : QuotaUse.State.values()) {
      gauge("state", "1 for the state that the quota is in", use -> use.state() == state ? 1 : 0)
          .tag("state", ClusterStatus.tag(state))
          .register(registry);
    }
    gauge(
            "remaining",
            "Until the state ends by itself; 0 where it does not",
            use -> seconds(use.remaining().toMillis()))
        .baseUnit("seconds")
        .register(registry);
    gauge(
            "until.grants",
            "Until permits are granted again; 0 while they are, NaN where nobody can tell",
            QuotaGauges::untilGrants)
        .baseUnit("seconds")
        .register(registry);
    both("limit", "The most that may count in a minute", () -> quota.use().limit());
    both("ceiling", "The same, or less where the upstream named less", () -> quota.use().ceiling());
    both(
        "booked",
        "What counts now, or is promised; NaN where nobody can tell",
        () -> quota.use().used());
    both(
        "used.by.others",
        "What the upstream's headers show in use beyond what the cluster has booked",
        quota::usedByOthers);
    both("leased", "What this node may spend without asking", () -> here.get().leased());
    node("waiting", "Requests that wait for a permit", NodeQuota::finals)
        .tag("priority", "final")
        .register(registry);
    node("waiting", "Requests that wait for a permit", NodeQuota::partials)
        .tag("priority", "partial")
        .register(registry);
    node("ledger", "1 where this node keeps the quota's books", it -> it.keepsLedger() ? 1 : 0)
        .register(registry);
    total("sessions", "Sessions that began", Totals::sessions, totals);
    total("requests", "Requests that were permitted", Totals::requests, totals);
    total("tokens", "Tokens that the quota was charged", Totals::tokens, totals);
  }

  private Gauge.Builder<Supplier<Number>> gauge(
      String name, String description, ToDoubleFunction<QuotaUse> value) {
    return builder(name, description, () -> value.applyAsDouble(quota.use()));
  }

  private Gauge.Builder<Supplier<Number>> node(
      String name, String description, ToDoubleFunction<NodeQuota> value) {
    return builder(name, description, () -> value.applyAsDouble(here.get()));
  }

  private static Gauge.Builder<Supplier<Number>> builder(
      String name, String description, Supplier<Number> value) {
    return Gauge.builder("dragoman.quota." + name, value).description(description);
  }

  private void both(String name, String description, Supplier<@Nullable Load> load) {
    dimension(name, description, "requests", load, Load::requests);
    dimension(name, description, "tokens", load, Load::tokens);
  }

  private void dimension(
      String name,
      String description,
      String of,
      Supplier<@Nullable Load> load,
      ToDoubleFunction<Load> part) {
    Gauge.builder("dragoman.quota." + name, () -> value(load.get(), part))
        .tag("of", of)
        .description(description)
        .register(registry);
  }

  private static double value(@Nullable Load load, ToDoubleFunction<Load> part) {
    return load == null ? Double.NaN : part.applyAsDouble(load);
  }

  private void total(
      String of, String description, ToDoubleFunction<Totals> value, Supplier<Totals> totals) {
    Gauge.builder("dragoman.cluster." + of, () -> value.applyAsDouble(totals.get()))
        .description(description + " since the cluster began, on all nodes")
        .register(registry);
  }

  private static double untilGrants(QuotaUse use) {
    if (use.state().grants()) {
      return 0;
    }
    return use.remaining().isZero() ? Double.NaN : seconds(use.remaining().toMillis());
  }

  private static double seconds(long millis) {
    return millis / 1_000.0;
  }
}
