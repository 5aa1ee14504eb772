package io.dragoman.quota;

import io.dragoman.quota.FairQueue.Session;
import io.dragoman.quota.LedgerKeeper.Outcome;
import io.dragoman.quota.QuotaRequest.Priority;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * Nodes that share a ledger, in a time of their own and without a network. On every node a session
 * wants more than there is, and others wait for one request each at any time.
 */
final class BenchCluster {

  /** One node, and its session. */
  static final class Node {
    final Lessee lessee;
    final Gate gate;
    final Session session;

    Node(long number, Rules rules, Limits limits, Moment now) {
      lessee = new Lessee(number, number, HardState.NONE, rules, Charge.RESERVED, now);
      gate = new Gate(lessee, rules, Policy.FAIR, limits);
      session = gate.open(number, 1);
    }
  }

  private static final int TOKENS = 300;

  /** What a session asks for at a time, in requests. */
  private static final int WAITING = 50;

  final List<Node> nodes = new ArrayList<>();
  private final LedgerKeeper keeper;
  private final long step;
  private final Timing timing;
  private final Limits limits;
  private @Nullable Ledger ledger;
  private long now;
  private int turn;

  /**
   * @param others how many more sessions there are on each node
   */
  BenchCluster(int size, int others) {
    timing = Timing.of(size, Duration.ofSeconds(20), Duration.ofSeconds(2));
    Rules rules = new Rules(timing);
    limits = Limits.perMinute(4_500L * size, 1_800_000L * size);
    step = timing.refresh() / size;
    keeper =
        new LedgerKeeper(
            1, rules, Voters.configured(LongStream.rangeClosed(1, size).toArray()), limits);
    for (int number = 1; number <= size; number++) {
      Node node = new Node(number, rules, limits, now());
      nodes.add(node);
      for (int other = 1; other <= others; other++) {
        await(node, node.gate.open(number + (long) other * size, 1));
      }
    }
  }

  Timing timing() {
    return timing;
  }

  Limits limits() {
    return limits;
  }

  Moment now() {
    return new Moment(now, now);
  }

  /** The next node's turn: it sends what has become due since its last one, and refreshes its lease. */
  Outcome refresh() {
    Node node = nodes.get(turn++ % nodes.size());
    for (Ticket next = node.gate.next(now()); next != null; next = node.gate.next(now())) {
      node.lessee.arrived(next.permit(), now());
      if (next.session() != node.session) {
        await(node, next.session());
      }
    }
    return refresh(node);
  }

  /** A node refreshes its lease, and keeps it. */
  Outcome refresh(Node node) {
    now += step;
    while (node.session.waiting() < WAITING) {
      await(node, node.session);
    }
    Outcome outcome = keeper.refresh(ledger, node.gate.refresh(false, now()), now());
    ledger = outcome.ledger();
    node.gate.replied(outcome.reply(), now());
    return outcome;
  }

  private void await(Node node, Session session) {
    node.gate.await(session, Priority.FINAL, TOKENS, now, now());
  }

  /** Goes on until the window has been full for a while. */
  BenchCluster warm() {
    while (now < 90_000_000_000L) {
      refresh();
    }
    return this;
  }
}
