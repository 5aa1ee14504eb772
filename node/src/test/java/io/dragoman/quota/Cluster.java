package io.dragoman.quota;

import io.dragoman.quota.FairQueue.Session;
import io.dragoman.quota.LedgerKeeper.Outcome;
import io.dragoman.quota.QuotaRequest.Priority;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/** Nodes that share a quota, in a time of their own, without a network and without faults. */
final class Cluster {
  static final long SECOND = 1_000_000_000L;

  /** One node, and what became of its requests. */
  final class Node {
    final Lessee lessee;
    final Gate gate;
    final List<Ticket> granted = new ArrayList<>();
    final List<Ticket> ended = new ArrayList<>();

    Node(long number, Rules rules, Limits limits, Policy policy, Charge charge) {
      lessee = new Lessee(number, number, HardState.NONE, rules, charge, now());
      gate = new Gate(lessee, rules, policy, limits);
    }

    private void pump() {
      for (Ticket next = gate.next(now()); next != null; next = gate.next(now())) {
        (next.state() == Ticket.State.GRANTED ? granted : ended).add(next);
        if (next.state() == Ticket.State.GRANTED) {
          lessee.arrived(next.permit(), now());
          lessee.completed(next.permit(), next.tokens() / 4, now());
        }
      }
    }

    /** Asks for finals until so many of a session wait. */
    void fill(Session session, int waiting) {
      fill(session, waiting, 100);
    }

    void fill(Session session, int waiting, long tokens) {
      while (session.waiting() < waiting) {
        ask(session, Priority.FINAL, tokens);
      }
    }

    void ask(Session session, Priority priority, long tokens) {
      await(session, priority, tokens, 60);
    }

    /** Asks for what must be sent within so many seconds. */
    Ticket await(Session session, Priority priority, long tokens, double within) {
      return gate.await(session, priority, tokens, in(within), now());
    }

    /** The tokens that a session was granted. */
    long tokens(Session session) {
      return granted.stream()
          .filter(ticket -> ticket.session() == session)
          .mapToLong(Ticket::tokens)
          .sum();
    }
  }

  final List<Node> nodes = new ArrayList<>();
  final LedgerKeeper keeper;
  private final long step;
  @Nullable Ledger ledger;
  private long now;
  private int turn;

  Cluster(int size, Limits limits, Policy policy, Charge charge) {
    Timing timing = Timing.of(size, Duration.ofSeconds(20), Duration.ofSeconds(2));
    Rules rules = new Rules(timing);
    step = timing.refresh() / size;
    keeper =
        new LedgerKeeper(
            1, rules, Voters.configured(LongStream.rangeClosed(1, size).toArray()), limits);
    for (int number = 1; number <= size; number++) {
      nodes.add(new Node(number, rules, limits, policy, charge));
    }
  }

  static Cluster of(int size, Limits limits) {
    return new Cluster(size, limits, Policy.FAIR, Charge.RESERVED);
  }

  /** A cluster that has just begun to grant. */
  Cluster open() {
    run(6, () -> {});
    return this;
  }

  Node first() {
    return nodes.getFirst();
  }

  Moment now() {
    return new Moment(now, now);
  }

  /** When a request must be sent that may wait for so long. */
  long in(double seconds) {
    return now + (long) (seconds * SECOND);
  }

  /** Time passes, and nodes send what has become due. */
  void pass(long nanoseconds) {
    now += nanoseconds;
    nodes.forEach(Node::pump);
  }

  /** Lets nodes refresh by turns for a while; before each turn, sessions may ask for more. */
  void run(double seconds, Runnable asks) {
    long end = in(seconds);
    while (now < end) {
      pass(step);
      asks.run();
      Node node = nodes.get(turn++ % nodes.size());
      Outcome outcome = keeper.refresh(ledger, node.gate.refresh(false, now()), now());
      ledger = outcome.ledger();
      node.gate.replied(outcome.reply(), now());
      nodes.forEach(Node::pump);
    }
  }
}
