package io.dragoman.quota;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.dragoman.quota.Cluster.Node;
import io.dragoman.quota.FairQueue.Session;
import io.dragoman.quota.QuotaRequest.Priority;
import io.dragoman.quota.Ticket.State;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What can never be granted, or not for now, and what it holds up. */
class GateRefusalsTest {
  /** As long as the upstream names such a limit, a window at most. */
  @Test
  void aRequestAboveTheUpstreamsOwnLimitHoldsUpNobody() {
    Cluster cluster = Cluster.of(1, Limits.perMinute(600, 60_000)).open();
    Node node = cluster.first();
    long all = Long.MAX_VALUE;
    node.lessee.observed(
        new Evidence.Headers(new Amount(all, 5_000), new Amount(all, all), 0), cluster.now());
    cluster.run(1, () -> {});
    Ticket large = node.await(node.gate.open(1, 1), Priority.FINAL, 8_000, 90);
    Ticket small = node.await(node.gate.open(2, 1), Priority.FINAL, 100, 90);
    cluster.run(2, () -> {});
    assertEquals(State.GRANTED, small.state());
    assertEquals(State.WAITING, large.state());
    cluster.run(70, () -> {});
    assertEquals(State.GRANTED, large.state(), "a final is never dropped");
  }

  @Test
  void aRequestThatTheLimitWasLoweredBeneathHoldsUpNobody() {
    Cluster cluster = Cluster.of(1, Limits.perMinute(600, 60_000)).open();
    Node node = cluster.first();
    Session session = node.gate.open(1, 1);
    Ticket large = node.await(session, Priority.FINAL, 50_000, 60);
    Ticket small = node.await(session, Priority.FINAL, 100, 60);
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
            IllegalArgumentException.class, () -> node.await(session, Priority.FINAL, tokens, 1));
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
}
