package io.dragoman.quota;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import io.dragoman.quota.Cluster.Node;
import io.dragoman.quota.FairQueue.Session;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a request takes of the limit under either charge, from its permit until it is forgotten. */
class ChargeTest {
  private static final long RESERVED = 1_000;

  /** The ledger's slots, and the stretching of a window by clocks that differ. */
  private static final double MARGIN = 0.5;

  @ParameterizedTest
  @CsvSource({"RESERVED, 1000", "USAGE, 250"})
  void onceItsUsageIsKnownThatIsWhatCounts(Charge charge, long counted) {
    Cluster cluster = cluster(charge);
    Node node = cluster.first();
    long permit = permit(cluster, node);
    node.lessee.arrived(permit, cluster.now());
    node.lessee.completed(permit, 250, cluster.now());
    cluster.run(1, () -> {});
    assertEquals(Amount.of(1, counted), landed(cluster));
  }

  @ParameterizedTest
  @CsvSource({"RESERVED", "USAGE"})
  void untilItsUsageIsKnownAllThatWasReservedCounts(Charge charge) {
    Cluster cluster = cluster(charge);
    Node node = cluster.first();
    long permit = permit(cluster, node);
    assertEquals(Amount.of(1, RESERVED), node.lessee.flying());
    node.lessee.arrived(permit, cluster.now());
    cluster.run(1, () -> {});
    assertEquals(Amount.of(1, RESERVED), landed(cluster).plus(node.lessee.flying()));
  }

  @Test
  void anUsageThatNobodyTellsIsTakenToBeAllThatWasReserved() {
    Cluster cluster = cluster(Charge.USAGE);
    Node node = cluster.first();
    long permit = permit(cluster, node);
    node.lessee.arrived(permit, cluster.now());
    cluster.run(24, () -> {}); // The longest call and the network's bound are over.
    assertEquals(Amount.ZERO, node.lessee.flying());
    cluster.run(60 - 24 + MARGIN, () -> {});
    assertEquals(
        new Amount(0, RESERVED), landed(cluster), "its tokens, counted at the last moment");
    cluster.run(24, () -> {});
    assertEquals(Amount.ZERO, landed(cluster));
  }

  @ParameterizedTest
  @CsvSource({"RESERVED", "USAGE"})
  void usageAboveWhatWasReservedCountsNoMoreThanThat(Charge charge) {
    Cluster cluster = cluster(charge);
    Node node = cluster.first();
    long permit = permit(cluster, node);
    node.lessee.arrived(permit, cluster.now());
    node.lessee.completed(permit, 5 * RESERVED, cluster.now());
    cluster.run(1, () -> {});
    assertEquals(Amount.of(1, RESERVED), landed(cluster));
  }

  @ParameterizedTest
  @CsvSource({"RESERVED", "USAGE"})
  void whatWasNeverSentDoesNotCount(Charge charge) {
    Cluster cluster = cluster(charge);
    Node node = cluster.first();
    Amount before = node.lessee.unspent();
    long permit = permit(cluster, node);
    node.lessee.giveBack(permit);
    assertEquals(before, node.lessee.unspent());
    cluster.run(1, () -> {});
    assertEquals(Amount.ZERO, landed(cluster));
  }

  private static Cluster cluster(Charge charge) {
    Cluster cluster =
        new Cluster(1, Limits.perMinute(6_000, 6_000_000), Policy.FAIR, charge).open();
    cluster.run(2, () -> {});
    return cluster;
  }

  /** One request, straight from what the node holds. */
  private static long permit(Cluster cluster, Node node) {
    Session session = node.gate.open(1, 1);
    long permit = node.gate.take(session, RESERVED, cluster.now());
    assertNotEquals(Gate.NONE, permit);
    return permit;
  }

  /** What the ledger has booked as arrived. */
  private static Amount landed(Cluster cluster) {
    Ledger ledger = cluster.ledger;
    assertNotNull(ledger);
    return ledger.booked().minus(ledger.held());
  }
}
