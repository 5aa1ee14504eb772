package io.dragoman.ops;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dragoman.quota.Load;
import io.dragoman.quota.NodeQuota;
import io.dragoman.quota.QuotaUse;
import io.dragoman.quota.QuotaUse.State;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class QuotaGaugesTest {
  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private QuotaUse use =
      new QuotaUse(
          State.NORMAL,
          Duration.ZERO,
          2,
          2,
          new Load(100, 5_000),
          new Load(4_500, 1_800_000),
          new Load(3_000, 1_800_000));

  QuotaGaugesTest() {
    NodeQuota here = new NodeQuota(true, new Load(12, 4_000), Duration.ofSeconds(1), 3, 4);
    Totals totals = new Totals(7, 8, 9);
    new QuotaGauges(registry, () -> use, () -> here, () -> totals);
    System.gc(); // Nobody but the registry need hold them.
  }

  @Test
  void theQuotaAndTheNodesPartInItAreShownInBothDimensions() {
    assertEquals(4_500, of("limit", "requests"));
    assertEquals(1_800_000, of("limit", "tokens"));
    assertEquals(3_000, of("ceiling", "requests"));
    assertEquals(100, of("booked", "requests"));
    assertEquals(5_000, of("booked", "tokens"));
    assertEquals(12, of("leased", "requests"));
    assertEquals(4_000, of("leased", "tokens"));
    assertEquals(3, gauge("quota.waiting", "priority", "final"));
    assertEquals(4, gauge("quota.waiting", "priority", "partial"));
    assertEquals(1, gauge("quota.ledger"));
    assertEquals(7, gauge("cluster.sessions"));
    assertEquals(8, gauge("cluster.requests"));
    assertEquals(9, gauge("cluster.tokens"));
  }

  @Test
  void oneStateIsShownAndWhenItEnds() {
    assertEquals(1, state(State.NORMAL));
    assertEquals(0, gauge("quota.until.grants"));

    use = in(State.REFUSED, Duration.ofMillis(12_500));

    assertEquals(0, state(State.NORMAL));
    assertEquals(1, state(State.REFUSED));
    assertEquals(12.5, gauge("quota.remaining"));
    assertEquals(12.5, gauge("quota.until.grants"));

    use = in(State.QUARANTINE, Duration.ofSeconds(40));

    assertEquals(40, gauge("quota.remaining"));
    assertEquals(0, gauge("quota.until.grants"));

    use = in(State.NO_MAJORITY, Duration.ZERO);

    assertEquals(Double.NaN, gauge("quota.until.grants"));
    assertEquals(Double.NaN, of("booked", "tokens"));
  }

  @Test
  void operatorsFindEachInTheirPage() throws Exception {
    String page = Files.readString(Path.of("../docs/operating.md"));
    for (Meter meter : registry.getMeters()) {
      String name = meter.getId().getName().replace('.', '_');
      assertTrue(page.contains("`" + name), name);
    }
  }

  private static QuotaUse in(State state, Duration remaining) {
    Load limit = new Load(4_500, 1_800_000);
    return new QuotaUse(state, remaining, 1, 2, null, limit, limit);
  }

  private double state(State state) {
    return gauge("quota.state", "state", ClusterStatus.tag(state));
  }

  private double of(String name, String dimension) {
    return gauge("quota." + name, "of", dimension);
  }

  private double gauge(String name, String... tags) {
    return registry.get("dragoman." + name).tags(tags).gauge().value();
  }
}
