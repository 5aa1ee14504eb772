package io.dragoman.chaos;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The quota of three real processes, all of which want more than there is, while one of them
 * leaves, freezes and dies: the ledger's owner, which hurts most.
 */
@Timeout(900)
final class QuotaFaultIT {
  private static final Duration MINUTE = Duration.ofMinutes(1);
  private static final Duration FREEZE = Duration.ofSeconds(15);

  /** By then all is as before: a lease, the longest call, the network, a window; and to spare. */
  private static final Duration RECOVERED = Duration.ofSeconds(90);

  /** How long the others' first answer may take after the fault, where it does not hang. */
  private static final Duration CI_BOUND = Duration.ofSeconds(100);

  @TempDir Path directory;

  /** What befalls the ledger's owner, and how soon another node must go on. */
  enum Fault {
    LEAVES(Duration.ofSeconds(3)),
    FREEZES(Duration.ofSeconds(10)),
    DIES(Duration.ofSeconds(3));

    private final Duration promised;

    Fault(Duration promised) {
      this.promised = promised;
    }
  }

  @Test
  void theLimitIsKeptWhileTheOwnerLeavesFreezesAndDies() throws Exception {
    try (QuotaCluster cluster = QuotaCluster.start(directory)) {
      awaitCalls(cluster, 60);
      for (Fault fault : Fault.values()) {
        Duration pause = befall(cluster, fault);
        assertTrue(pause.compareTo(CI_BOUND) < 0, fault + ": " + pause);
      }
      awaitCalls(cluster, 20);
      cluster.assertNeverOver();
    }
  }

  @ParameterizedTest
  @EnumSource
  @Tag("acceptance")
  void whatAFaultCosts(Fault fault) throws Exception {
    try (QuotaCluster cluster = QuotaCluster.start(directory)) {
      pass(MINUTE);
      double before = used(cluster);
      double jain = jain(cluster.calls(System.currentTimeMillis() - 60_000, Long.MAX_VALUE));
      Duration pause = befall(cluster, fault);
      pass(RECOVERED);
      double after = used(cluster);
      System.out.printf(
          "%s: used %.3f before and %.3f after, Jain %.4f, first answer elsewhere after %d ms, %s%n",
          fault, before, after, jain, pause.toMillis(), cluster.counted());
      cluster.assertNeverOver();
      assertTrue(before >= 0.97 && after >= 0.97);
      assertTrue(jain >= 0.98);
      assertTrue(pause.compareTo(fault.promised) <= 0);
    }
  }

  /**
   * Lets a fault befall the owner, and all be as before, but for what is held back.
   *
   * @return how long after it another node had the first answer to a call of later
   */
  private static Duration befall(QuotaCluster cluster, Fault fault) throws Exception {
    int owner = cluster.owner();
    int[] others = IntStream.range(0, 3).filter(member -> member != owner).toArray();
    long then = System.currentTimeMillis();
    switch (fault) {
      case LEAVES -> {
        cluster.signal(owner, "TERM");
        cluster.awaitEnd(owner);
      }
      case FREEZES -> {
        cluster.signal(owner, "STOP");
        pass(FREEZE);
        cluster.signal(owner, "CONT");
      }
      case DIES -> {
        cluster.signal(owner, "KILL");
        cluster.awaitEnd(owner);
      }
    }
    long lease = 2_000;
    long pause = lease + cluster.firstCall(then + lease, others);
    if (fault != Fault.FREEZES) {
      cluster.start(owner);
    }
    cluster.awaitCalls(System.currentTimeMillis(), 0, 1, 2);
    if (fault == Fault.LEAVES) {
      for (int member : others) {
        assertFalse(cluster.states(member, then).contains("QUARANTINE"), "nobody is gone");
      }
    }
    return Duration.ofMillis(pause);
  }

  /** The part of the limit that arrives in a minute from now. */
  private static double used(QuotaCluster cluster) throws IOException, InterruptedException {
    JsonNode from = cluster.counted();
    pass(MINUTE);
    JsonNode to = cluster.counted();
    return Math.max(
        (double) (to.path("requests").asLong() - from.path("requests").asLong())
            / QuotaCluster.REQUESTS,
        (double) (to.path("tokens").asLong() - from.path("tokens").asLong()) / QuotaCluster.TOKENS);
  }

  private static double jain(Map<String, Integer> calls) {
    double sum = calls.values().stream().mapToDouble(Integer::doubleValue).sum();
    double squares = calls.values().stream().mapToDouble(count -> (double) count * count).sum();
    return sum * sum / (QuotaCluster.SESSIONS * squares);
  }

  private static void awaitCalls(QuotaCluster cluster, int calls) {
    long since = System.currentTimeMillis();
    await()
        .atMost(CI_BOUND)
        .until(
            () ->
                cluster.calls(since, Long.MAX_VALUE).values().stream()
                        .mapToInt(Integer::intValue)
                        .sum()
                    >= calls);
  }

  /** So much time is what is waited for. */
  private static void pass(Duration time) {
    long end = System.nanoTime() + time.toNanos();
    await().atMost(time.plus(MINUTE)).until(() -> System.nanoTime() - end >= 0);
  }
}
