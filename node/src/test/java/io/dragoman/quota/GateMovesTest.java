package io.dragoman.quota;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dragoman.quota.Cluster.Node;
import io.dragoman.quota.FairQueue.Session;
import io.dragoman.quota.QuotaRequest.Priority;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What sessions get that move between nodes. */
class GateMovesTest {
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
                    node.ask(session, priority, 100);
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
    cluster.run(25, () -> here.fill(session, 50));
    assertEquals(100, here.granted.size(), 1, "what is left of its part");
    cluster.run(10, () -> here.fill(session, 50));
    assertTrue(here.granted.size() > 110, "what it used elsewhere counts no more");
  }
}
