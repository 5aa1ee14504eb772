package io.dragoman.quota;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dragoman.quota.Cluster.Node;
import io.dragoman.quota.FairQueue.Session;
import io.dragoman.quota.QuotaRequest.Priority;
import io.dragoman.quota.Ticket.State;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What sessions get at the gates of a whole cluster, with the real ledger behind them. */
class GateTest {
  @Test
  void aWeightIsAPartOfTheShareWhereverASessionIs() {
    Cluster cluster = Cluster.of(3, Limits.perMinute(600, 600_000)).open();
    Node near = cluster.first();
    Node far = cluster.nodes.getLast();
    Session heavy = near.gate.open(1, 3);
    Session light = near.gate.open(2, 1);
    Session away = far.gate.open(3, 1);
    Runnable asks =
        () -> {
          near.fill(heavy, 100);
          near.fill(light, 100);
          far.fill(away, 100);
        };
    cluster.run(20, asks);
    cluster.nodes.forEach(node -> node.granted.clear());
    cluster.run(60, asks);
    double part = near.tokens(light);
    assertEquals(3, near.tokens(heavy) / part, 0.15);
    assertEquals(1, far.tokens(away) / part, 0.1);
  }

  @Test
  void noSecondSeesMoreThanTheCapAndABurst() {
    Cluster cluster = Cluster.of(1, new Limits(6_000, 6_000_000, 10)).open();
    Node node = cluster.first();
    Session session = node.gate.open(1, 1);
    cluster.run(30, () -> {});
    int most = 0;
    for (int second = 0; second < 30; second++) {
      int before = node.granted.size();
      cluster.run(1, () -> node.fill(session, 300));
      most = Math.max(most, node.granted.size() - before);
    }
    // What was held for it, and half a second's worth.
    assertTrue(most <= 10 + 5 + 2, most + " in a second");
    assertEquals(300, node.granted.size(), 10);
  }

  @Test
  void whereSomebodyWaitsALeaseIsHandedOutEvenly() {
    Cluster cluster = Cluster.of(1, Limits.perMinute(6_000, 6_000_000)).open();
    Node node = cluster.first();
    Session session = node.gate.open(1, 1);
    cluster.run(90, () -> node.fill(session, 300));
    int refresh = 100 / 4;
    int before = node.granted.size();
    cluster.pass(Cluster.SECOND / 8);
    assertEquals(refresh / 2.0, node.granted.size() - before, 2);
    long due = node.gate.due(cluster.now()).orElseThrow();
    int half = node.granted.size();
    cluster.pass(due - 1);
    assertEquals(half, node.granted.size());
    cluster.pass(1);
    assertEquals(half + 1, node.granted.size());
    cluster.pass(Cluster.SECOND / 8);
    assertEquals(refresh, node.granted.size() - before, 2);
  }

  @Test
  void whereNobodyWaitsAllOfALeaseMayGoAtOnce() {
    Cluster cluster = Cluster.of(1, Limits.perMinute(6_000, 6_000_000)).open();
    Node node = cluster.first();
    Session session = node.gate.open(1, 1);
    cluster.run(10, () -> {});
    long held = node.lessee.unspent().requests() / Amount.REQUEST;
    assertTrue(held >= 2, held + " held ahead of demand");
    for (int i = 0; i < held; i++) {
      assertTrue(node.gate.take(session, 100, cluster.now()) != Gate.NONE);
    }
  }

  @ParameterizedTest
  @CsvSource({"1, 4500", "2, 4500", "5, 4500", "1, 450", "2, 450", "5, 450"})
  void whoWakesHasHalfOfWhatIsGrantedFromThenOn(int nodes, int limit) {
    Cluster cluster = Cluster.of(nodes, Limits.perMinute(limit, 1_000L * limit)).open();
    Node here = cluster.first();
    Node there = cluster.nodes.getLast();
    Session awake = here.gate.open(1, 1);
    Session sleeper = there.gate.open(2, 1);
    cluster.run(90, () -> here.fill(awake, 300));
    Runnable asks =
        () -> {
          here.fill(awake, 300);
          there.fill(sleeper, 300);
        };
    cluster.run(0.25, asks); // Its node is the last to refresh.
    cluster.nodes.forEach(node -> node.granted.clear());
    cluster.run(2, asks);
    double half = (here.tokens(awake) + there.tokens(sleeper)) / 2.0 / 100;
    assertEquals(half, there.tokens(sleeper) / 100.0, 2);
    assertEquals(limit / 60.0, half, limit / 450.0);
  }

  @Test
  void aQuotaDoesNotKnowOfAnother() {
    Cluster busy = Cluster.of(2, Limits.perMinute(60, 60_000)).open();
    Cluster free = Cluster.of(2, Limits.perMinute(6_000, 6_000_000)).open();
    Session greedy = busy.first().gate.open(1, 1);
    Session modest = free.first().gate.open(1, 1);
    busy.run(30, () -> busy.first().fill(greedy, 50));
    free.run(
        30,
        () -> {
          if (modest.waiting() == 0) {
            free.first().ask(modest, Priority.FINAL, 100);
          }
        });
    assertTrue(greedy.waiting() > 20);
    assertEquals(0, modest.waiting());
  }

  @Test
  void aSessionThatIsClosedIsCountedNoMoreAndEveryOtherIs() {
    Cluster cluster = Cluster.of(1, Limits.perMinute(60, 60_000)).open();
    Gate gate = cluster.first().gate;
    List<Session> sessions = LongStream.range(0, 5).mapToObj(id -> gate.open(id, 1)).toList();
    sessions.forEach(session -> cluster.first().fill(session, 1));
    for (int closed : new int[] {0, 4, 0, 2}) {
      gate.close(sessions.get(closed));
    }
    assertEquals(2, gate.refresh(false, cluster.now()).wants().active());
    gate.close(sessions.get(1));
    gate.close(sessions.get(3));
    assertEquals(0, gate.refresh(false, cluster.now()).wants().active());
  }

  @ParameterizedTest
  @CsvSource({"RESERVED, 1", "USAGE, 4"})
  void usageThatIsKnownLeavesRoomWhereItIsCharged(Charge charge, double times) {
    Cluster cluster = new Cluster(1, Limits.perMinute(6_000, 60_000), Policy.FAIR, charge).open();
    Node node = cluster.first();
    Session session = node.gate.open(1, 1);
    cluster.run(120, () -> node.fill(session, 200));
    node.granted.clear();
    cluster.run(60, () -> node.fill(session, 200));
    // Only a quarter of what is reserved is used.
    assertEquals(times * 60_000, (double) node.tokens(session), times * 60_000 * 0.1);
  }

  @Test
  void equalSharesAreKeptEvenWhereOthersAskForNothing() {
    Cluster cluster =
        new Cluster(2, Limits.perMinute(600, 600_000), Policy.EQUAL, Charge.RESERVED).open();
    Node node = cluster.first();
    Session greedy = node.gate.open(1, 1);
    List<Session> quiet =
        List.of(
            node.gate.open(2, 1), node.gate.open(3, 1), cluster.nodes.getLast().gate.open(4, 1));
    node.ask(quiet.get(0), Priority.FINAL, 100);
    node.ask(quiet.get(1), Priority.FINAL, 100);
    cluster.nodes.getLast().ask(quiet.get(2), Priority.FINAL, 100);
    cluster.run(2, () -> {});
    cluster.run(59, () -> node.fill(greedy, 100));
    assertEquals(600 / 4.0, node.tokens(greedy) / 100.0, 5);
    assertEquals(0, quiet.stream().mapToInt(Session::waiting).sum());
  }

  /** The cluster has been granted more since than the lower limit would have allowed. */
  @Test
  void aLimitThatTheUpstreamLowersHoldsBackNoLongerThanItIsUsedUp() {
    Cluster cluster = Cluster.of(1, Limits.perMinute(600, 600_000)).open();
    Node node = cluster.first();
    Session session = node.gate.open(1, 1);
    cluster.run(110, () -> node.fill(session, 50));
    Amount lowered = Amount.of(300, 300_000);
    node.lessee.observed(
        new Evidence.Headers(lowered, new Amount(Long.MAX_VALUE, Long.MAX_VALUE), 0),
        cluster.now());
    cluster.run(1, () -> {});
    assertEquals(lowered, requireNonNull(cluster.ledger).ceiling());
    while (!lowered.covers(requireNonNull(cluster.ledger).booked())) {
      cluster.run(0.25, () -> node.fill(session, 50));
    }
    int before = node.granted.size();
    cluster.run(2, () -> node.fill(session, 50));
    assertTrue(node.granted.size() >= before + 5, "nothing is granted, though less is booked");
  }

  @Test
  void equalSharesAreARequestAtLeast() {
    Cluster cluster =
        new Cluster(1, Limits.perMinute(60, 60_000), Policy.EQUAL, Charge.RESERVED).open();
    Node node = cluster.first();
    for (int id = 1; id <= 100; id++) {
      node.ask(node.gate.open(id, 1), Priority.FINAL, 100);
    }
    cluster.run(70, () -> {});
    assertTrue(node.granted.size() >= 55, node.granted.size() + " of 60 in a minute");
  }

  @Test
  void aStalePartialIsDroppedAndAFinalNeverIs() {
    Cluster cluster = Cluster.of(1, Limits.perMinute(60, 60_000)).open();
    Node node = cluster.first();
    Session session = node.gate.open(1, 1);
    for (int i = 0; i < 60; i++) {
      node.await(session, Priority.FINAL, 100, 0.5);
    }
    Ticket partial = node.await(session, Priority.PARTIAL, 100, 0.5);
    cluster.run(1, () -> {});
    assertEquals(State.DROPPED, partial.state(), "though finals are before it");
    cluster.run(69, () -> {});
    assertEquals(60, node.granted.size());
    assertEquals(List.of(partial), node.ended);
  }

  @Test
  void aRequestLargerThanASecondsWorthIsSavedUpFor() {
    Cluster cluster = Cluster.of(3, Limits.perMinute(600, 60_000)).open();
    Node node = cluster.first();
    Ticket large = node.await(node.gate.open(1, 1), Priority.FINAL, 8_000, 60);
    cluster.run(12, () -> {});
    assertEquals(State.GRANTED, large.state());
  }

  @Test
  void aNodeThatLeavesGivesItsLeaseBack() {
    Cluster cluster = Cluster.of(1, Limits.perMinute(600, 60_000)).open();
    Node node = cluster.first();
    Session session = node.gate.open(1, 1);
    cluster.run(3, () -> {});
    assertFalse(node.lessee.unspent().isZero());
    assertEquals(Amount.ZERO, node.gate.refresh(true, cluster.now()).held());
    assertEquals(Gate.NONE, node.gate.take(session, 100, cluster.now()));
  }
}
