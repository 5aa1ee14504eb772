package io.dragoman.quota;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dragoman.quota.Cluster.Node;
import io.dragoman.quota.Delay.Bound;
import io.dragoman.quota.Delay.Cause;
import io.dragoman.quota.FairQueue.Session;
import io.dragoman.quota.QuotaRequest.Priority;
import io.dragoman.quota.Ticket.State;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

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
          fill(cluster, near, heavy, 100);
          fill(cluster, near, light, 100);
          fill(cluster, far, away, 100);
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
      cluster.run(1, () -> fill(cluster, node, session, 300));
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
    cluster.run(90, () -> fill(cluster, node, session, 300));
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
    cluster.run(90, () -> fill(cluster, here, awake, 300));
    Runnable asks =
        () -> {
          fill(cluster, here, awake, 300);
          fill(cluster, there, sleeper, 300);
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
    busy.run(30, () -> fill(busy, busy.first(), greedy, 50));
    free.run(
        30,
        () -> {
          if (modest.waiting() == 0) {
            ask(free, free.first(), modest, Priority.FINAL, 100);
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
    sessions.forEach(session -> fill(cluster, cluster.first(), session, 1));
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
    cluster.run(120, () -> fill(cluster, node, session, 200));
    node.granted.clear();
    cluster.run(60, () -> fill(cluster, node, session, 200));
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
    ask(cluster, node, quiet.get(0), Priority.FINAL, 100);
    ask(cluster, node, quiet.get(1), Priority.FINAL, 100);
    ask(cluster, cluster.nodes.getLast(), quiet.get(2), Priority.FINAL, 100);
    cluster.run(2, () -> {});
    cluster.run(59, () -> fill(cluster, node, greedy, 100));
    assertEquals(600 / 4.0, node.tokens(greedy) / 100.0, 5);
    assertEquals(0, quiet.stream().mapToInt(Session::waiting).sum());
  }

  /** As long as the upstream names such a limit, a window at most. */
  @Test
  void aRequestAboveTheUpstreamsOwnLimitHoldsUpNobody() {
    Cluster cluster = Cluster.of(1, Limits.perMinute(600, 60_000)).open();
    Node node = cluster.first();
    long all = Long.MAX_VALUE;
    node.lessee.observed(new Evidence.Headers(new Amount(all, 5_000), new Amount(all, all), 0));
    cluster.run(1, () -> {});
    Ticket large = await(cluster, node, node.gate.open(1, 1), Priority.FINAL, 8_000, 90);
    Ticket small = await(cluster, node, node.gate.open(2, 1), Priority.FINAL, 100, 90);
    cluster.run(2, () -> {});
    assertEquals(State.GRANTED, small.state());
    assertEquals(State.WAITING, large.state());
    cluster.run(70, () -> {});
    assertEquals(State.GRANTED, large.state(), "a final is never dropped");
  }

  @Test
  void equalSharesAreARequestAtLeast() {
    Cluster cluster =
        new Cluster(1, Limits.perMinute(60, 60_000), Policy.EQUAL, Charge.RESERVED).open();
    Node node = cluster.first();
    for (int id = 1; id <= 100; id++) {
      ask(cluster, node, node.gate.open(id, 1), Priority.FINAL, 100);
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
      await(cluster, node, session, Priority.FINAL, 100, 0.5);
    }
    Ticket partial = await(cluster, node, session, Priority.PARTIAL, 100, 0.5);
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
    Ticket large = await(cluster, node, node.gate.open(1, 1), Priority.FINAL, 8_000, 60);
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

  @Test
  void aRequestThatTheLimitWasLoweredBeneathHoldsUpNobody() {
    Cluster cluster = Cluster.of(1, Limits.perMinute(600, 60_000)).open();
    Node node = cluster.first();
    Session session = node.gate.open(1, 1);
    Ticket large = await(cluster, node, session, Priority.FINAL, 50_000, 60);
    Ticket small = await(cluster, node, session, Priority.FINAL, 100, 60);
    Ledger ledger = cluster.ledger;
    assertNotNull(ledger);
    cluster.ledger = cluster.keeper.limit(ledger, Limits.perMinute(600, 20_000), cluster.now());
    cluster.run(3, () -> {});
    assertEquals(State.IMPOSSIBLE, large.state());
    assertEquals(State.GRANTED, small.state());
  }

  @ParameterizedTest
  @CsvSource({
    "60001, a request of 60001 tokens can never fit into a limit of 60000 a minute",
    "0, 'a request needs at least 1 token, not 0'",
    "-5, 'a request needs at least 1 token, not -5'"
  })
  void whatCanNeverPassIsRefusedAtOnce(long tokens, String why) {
    Cluster cluster = Cluster.of(1, Limits.perMinute(600, 60_000)).open();
    Node node = cluster.first();
    Session session = node.gate.open(1, 1);
    Exception waiting =
        assertThrows(
            IllegalArgumentException.class,
            () -> await(cluster, node, session, Priority.FINAL, tokens, 1));
    Exception atOnce =
        assertThrows(
            IllegalArgumentException.class, () -> node.gate.take(session, tokens, cluster.now()));
    assertEquals(why, waiting.getMessage());
    assertEquals(why, atOnce.getMessage());
    assertEquals(why, node.gate.impossible(tokens));
  }

  @ParameterizedTest
  @CsvSource({
    "0, 1000, 1, requests per minute: 0 is not in 1..100000000",
    "-1, 1000, 1, requests per minute: -1 is not in 1..100000000",
    "100000001, 1000, 1, requests per minute: 100000001 is not in 1..100000000",
    "10, 0, 1, tokens per minute: 0 is not in 1..100000000000",
    "10, 100000000001, 1, tokens per minute: 100000000001 is not in 1..100000000000",
    "10, 1000, 0, requests per second: 0 is not in 1..100000000"
  })
  void absurdLimitsAreRefusedAtOnce(long requests, long tokens, long perSecond, String why) {
    Exception refused =
        assertThrows(IllegalArgumentException.class, () -> new Limits(requests, tokens, perSecond));
    assertEquals(why, refused.getMessage());
  }

  @ParameterizedTest
  @ValueSource(ints = {0, -1, 1_001})
  void anAbsurdWeightIsRefusedAtOnce(int weight) {
    Gate gate = Cluster.of(1, Limits.perMinute(600, 60_000)).first().gate;
    Exception refused = assertThrows(IllegalArgumentException.class, () -> gate.open(1, weight));
    assertEquals("weight: %d is not in 1..1000".formatted(weight), refused.getMessage());
  }

  @ParameterizedTest
  @CsvSource({"600, 6000000, REQUESTS", "60000, 60000, TOKENS"})
  void whoWaitsCanBeToldWhyAndForHowLong(long requests, long tokens, Bound bound) {
    Cluster cluster = Cluster.of(2, Limits.perMinute(requests, tokens)).open();
    Node node = cluster.first();
    List<Session> sessions = List.of(node.gate.open(1, 1), node.gate.open(2, 1));
    cluster.run(90, () -> sessions.forEach(session -> fill(cluster, node, session, 50)));
    for (Session session : sessions) {
      Ticket head = session.head();
      assertNotNull(head);
      Delay why = node.gate.why(head, cluster.now());
      assertEquals(Cause.SHARE, why.cause());
      assertEquals(bound, why.bound());
      double half =
          bound == Bound.REQUESTS
              ? why.share().requests() / (requests / 2.0 * Amount.REQUEST)
              : why.share().tokens() / (tokens / 2.0);
      assertEquals(1, half, 0.1, why + " of two sessions");
      double second = (double) why.remaining() / Cluster.SECOND;
      assertTrue(second > 0.02 && second < 1, "a request each 0.2 s, and not " + second);
      Ticket last = await(cluster, node, session, Priority.FINAL, 100, 60);
      double late = (double) node.gate.why(last, cluster.now()).remaining() / Cluster.SECOND;
      assertEquals(50 * 0.2, late, 1.5);
    }
  }

  @Test
  void whoHadItsEqualPartCanBeToldInWhichDimensionAndForHowLong() {
    Limits limits = Limits.perMinute(600, 60_000);
    Cluster cluster = new Cluster(1, limits, Policy.EQUAL, Charge.RESERVED).open();
    Node node = cluster.first();
    Session talker = node.gate.open(1, 1);
    Session essayist = node.gate.open(2, 1);
    await(cluster, node, essayist, Priority.FINAL, 29_000, 60);
    cluster.run(70, () -> fill(cluster, node, talker, 20, 10));
    Ticket head = talker.head();
    assertNotNull(head);
    Delay why = node.gate.why(head, cluster.now());
    assertEquals(Cause.SHARE, why.cause());
    assertEquals(Bound.REQUESTS, why.bound(), "though the cluster has fewer tokens left");
    assertEquals(Amount.of(300, 30_000), why.share());
    int granted = node.granted.size();
    double seconds = (double) why.remaining() / Cluster.SECOND;
    cluster.run(seconds - 1.5, () -> {});
    assertEquals(granted, node.granted.size());
    cluster.run(3, () -> {});
    assertTrue(node.granted.size() > granted, "told to wait for " + seconds + " s");
  }

  @Test
  void movingAboutWithFinalsDoesNotPay() {
    Cluster cluster = Cluster.of(2, Limits.perMinute(600, 600_000)).open();
    Map<Session, Node> speakers = new LinkedHashMap<>();
    for (Node node : cluster.nodes) {
      speakers.put(node.gate.open(1, 1), node);
      speakers.put(node.gate.open(2, 1), node);
    }
    Runnable asks =
        () ->
            speakers.forEach(
                (session, node) -> {
                  Priority priority = session.id() == 3 ? Priority.FINAL : Priority.PARTIAL;
                  while (session.waiting() < 3) {
                    ask(cluster, node, session, priority, 100);
                  }
                });
    cluster.run(90, asks);
    List<Long> given = new ArrayList<>();
    for (int move = 0; move < 120; move++) {
      Node here = cluster.nodes.get(move % 2);
      Session mover = here.gate.open(3, 1);
      here.gate.brought(mover, use(given, cluster.now().monotonic()), cluster.now());
      speakers.put(mover, here);
      int before = here.granted.size();
      cluster.run(0.5, asks);
      here.granted.subList(before, here.granted.size()).stream()
          .filter(ticket -> ticket.session() == mover)
          .forEach(_ -> given.add(cluster.now().monotonic()));
      here.gate.close(mover);
      speakers.remove(mover);
    }
    // Its share is 120. Were each move a new beginning, it would be given 228.
    assertEquals(150, given.size(), 30);
  }

  private static RecentUse use(List<Long> times, long now) {
    return new RecentUse(
        times.stream().map(time -> new RecentUse.Part(now - time, 1, 100)).toList());
  }

  @Test
  void whoHadItsEqualPartElsewhereHasNoOtherHere() {
    Limits limits = Limits.perMinute(600, 600_000);
    Cluster cluster = new Cluster(2, limits, Policy.EQUAL, Charge.RESERVED).open();
    Node here = cluster.nodes.getLast();
    Session session = here.gate.open(1, 1);
    long second = Cluster.SECOND;
    here.gate.brought(
        session,
        new RecentUse(
            List.of(
                new RecentUse.Part(30 * second, 500, 50_000),
                new RecentUse.Part(61 * second, 600, 60_000))),
        cluster.now());
    cluster.run(25, () -> fill(cluster, here, session, 50));
    assertEquals(100, here.granted.size(), 1, "what is left of its part");
    cluster.run(10, () -> fill(cluster, here, session, 50));
    assertTrue(here.granted.size() > 110, "what it used elsewhere counts no more");
  }

  @Test
  void whoWaitsForTheLedgerCanBeToldSo() {
    Cluster cluster = Cluster.of(2, Limits.perMinute(600, 60_000));
    Node node = cluster.first();
    Ticket ticket = await(cluster, node, node.gate.open(1, 1), Priority.FINAL, 100, 60);
    assertEquals(Cause.LEASE, node.gate.why(ticket, cluster.now()).cause());
    cluster.run(1, () -> {});
    assertEquals(Cause.GATHERING, node.gate.why(ticket, cluster.now()).cause());
  }

  private static void fill(Cluster cluster, Node node, Session session, int waiting) {
    fill(cluster, node, session, waiting, 100);
  }

  private static void fill(Cluster cluster, Node node, Session session, int waiting, long tokens) {
    while (session.waiting() < waiting) {
      ask(cluster, node, session, Priority.FINAL, tokens);
    }
  }

  private static void ask(
      Cluster cluster, Node node, Session session, Priority priority, long tokens) {
    await(cluster, node, session, priority, tokens, 60);
  }

  private static Ticket await(
      Cluster cluster, Node node, Session session, Priority priority, long tokens, double within) {
    return node.gate.await(session, priority, tokens, cluster.in(within), cluster.now());
  }
}
