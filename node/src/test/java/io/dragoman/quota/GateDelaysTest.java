package io.dragoman.quota;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dragoman.quota.Cluster.Node;
import io.dragoman.quota.Delay.Bound;
import io.dragoman.quota.Delay.Cause;
import io.dragoman.quota.FairQueue.Session;
import io.dragoman.quota.QuotaRequest.Priority;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What those who wait are told of the reason and the time. */
class GateDelaysTest {
  @ParameterizedTest
  @CsvSource({"600, 6000000, REQUESTS", "60000, 60000, TOKENS"})
  void whoWaitsCanBeToldWhyAndForHowLong(long requests, long tokens, Bound bound) {
    Cluster cluster = Cluster.of(2, Limits.perMinute(requests, tokens)).open();
    Node node = cluster.first();
    List<Session> sessions = List.of(node.gate.open(1, 1), node.gate.open(2, 1));
    cluster.run(90, () -> sessions.forEach(session -> node.fill(session, 50)));
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
      Ticket last = node.await(session, Priority.FINAL, 100, 60);
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
    node.await(essayist, Priority.FINAL, 29_000, 60);
    cluster.run(70, () -> node.fill(talker, 20, 10));
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
  void whoWaitsForTheLedgerCanBeToldSo() {
    Cluster cluster = Cluster.of(2, Limits.perMinute(600, 60_000));
    Node node = cluster.first();
    Ticket ticket = node.await(node.gate.open(1, 1), Priority.FINAL, 100, 60);
    assertEquals(Cause.LEASE, node.gate.why(ticket, cluster.now()).cause());
    cluster.run(1, () -> {});
    assertEquals(Cause.GATHERING, node.gate.why(ticket, cluster.now()).cause());
  }

  @Test
  void whoWaitsWhileTheLedgerIsSilentIsToldSoOnceTheLeaseIsOver() {
    Realm realm = new Realm();
    Realm.Owner owner = realm.owner(1, 2, 3);
    realm.start(1, 2, 3);
    realm.run(owner, 10, 1, 2, 3);
    Gate gate = new Gate(realm.node(1), realm.rules, Policy.FAIR, Realm.LIMITS);
    Ticket ticket = gate.await(gate.open(1, 1), Priority.FINAL, 1_000, realm.now(), realm.moment());
    realm.node(1).observed(new Evidence.Refusal(30 * Realm.SECOND), realm.moment());
    gate.replied(owner.hears(realm.tells(1, false)), realm.moment());
    Delay first = gate.why(ticket, realm.moment());
    assertEquals(Cause.REFUSED, first.cause());
    assertEquals(30, first.remaining() / Realm.SECOND);

    realm.pass(1.5);
    Delay second = gate.why(ticket, realm.moment());
    assertEquals(Cause.REFUSED, second.cause());
    assertEquals(first.remaining() - 1_500 * Realm.MILLISECOND, second.remaining());

    realm.pass(1);
    Delay third = gate.why(ticket, realm.moment());
    assertEquals(Cause.LEASE, third.cause(), "nobody has answered for longer than a lease");
    assertEquals(0, third.remaining());
  }
}
