package io.dragoman.quota;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dragoman.quota.Cluster.Node;
import io.dragoman.quota.FairQueue.Session;
import io.dragoman.quota.QuotaRequest.Priority;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Example;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How large a ledger becomes: with its nodes and its slots, and not with sessions or limits. */
class LedgerSizeTest {
  private static final int OF_A_NODE = 64;
  private static final int OF_A_SLOT = 24;
  private static final int SLOTS = 600;

  /** What is neither of a node nor of a slot. */
  private static final int FIXED = 192;

  /** Of a limit of 600 million tokens a minute. */
  private static final int TOKENS = 20_000;

  @ParameterizedTest
  @CsvSource({"1, 1_000", "5, 100", "100, 10", "200, 3"})
  void staysWithinItsBoundFromItsBeginningOn(int nodes, int sessionsOnEach) {
    Busy busy = new Busy(nodes, sessionsOnEach);
    // Long enough for a window's slots where there are few nodes, and for the opening with many.
    busy.run(nodes > 100 ? 25 : 80);
    assertTrue(busy.ofNodes <= nodes * OF_A_NODE + FIXED, busy.ofNodes + " bytes for nodes");
    assertTrue(busy.ofSlots <= SLOTS * OF_A_SLOT, busy.ofSlots + " bytes for slots");
    assertTrue(busy.ofSlots > 250, busy.ofSlots + " bytes for slots");
  }

  @Example
  void doesNotGrowWithSessions() {
    Busy few = new Busy(5, 10);
    Busy many = new Busy(5, 1_000);
    few.run(20);
    many.run(20);
    // Larger amounts may have a digit more.
    assertTrue(many.all() <= few.all() * 1.02, few.all() + " and " + many.all() + " bytes");
  }

  /** A cluster whose sessions always wait, and the largest that its ledger has been. */
  private static final class Busy {
    private final Cluster cluster;
    private final List<Session> sessions = new ArrayList<>();
    private final int each;
    private int turn;
    private int ofNodes;
    private int ofSlots;

    Busy(int nodes, int each) {
      cluster = Cluster.of(nodes, Limits.perMinute(1_500_000, 600_000_000));
      this.each = each;
      for (Node node : cluster.nodes) {
        for (int i = 0; i < each; i++) {
          sessions.add(node.gate.open(i, 1));
        }
      }
    }

    void run(double seconds) {
      cluster.run(seconds, this::ask);
    }

    int all() {
      return ofNodes + ofSlots;
    }

    private void ask() {
      Ledger ledger = cluster.ledger;
      if (ledger != null) {
        Writer slots = new Writer();
        ledger.bookings.write(slots, ledger.asOf.monotonic());
        int size = slots.bytes().length;
        ofSlots = Math.max(ofSlots, size);
        ofNodes = Math.max(ofNodes, BinaryForm.LEDGER.write(ledger).length - size);
      }
      int at = turn++ % cluster.nodes.size();
      Node node = cluster.nodes.get(at);
      for (Session session : sessions.subList(at * each, (at + 1) * each)) {
        while (session.waiting() < 3) {
          node.gate.await(session, Priority.FINAL, TOKENS, cluster.in(60), cluster.now());
        }
      }
    }
  }
}
