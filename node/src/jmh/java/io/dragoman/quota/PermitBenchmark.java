package io.dragoman.quota;

import io.dragoman.quota.FairQueue.Session;
import io.dragoman.quota.QuotaRequest.Priority;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * A permit from a node's lease, given back at once so that the lease lasts. A gate is not
 * thread-safe, so that threads take turns at its lock.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 3, time = 2)
@Fork(1)
public class PermitBenchmark {
  private static final int TOKENS = 300;

  @Param({"10", "1000", "100000"})
  private int sessions;

  private final BenchCluster cluster = new BenchCluster(1, 0);
  private final BenchCluster.Node node = cluster.nodes.getFirst();
  private final List<Session> free = new ArrayList<>();
  private final List<Session> busy = new ArrayList<>();
  private final Lessee lessee = node.lessee;

  // Two gates of one lease: nobody waits at the one, everybody at the other.
  private final Gate gate =
      new Gate(lessee, new Rules(cluster.timing()), Policy.FAIR, cluster.limits());
  private final Gate crowd =
      new Gate(lessee, new Rules(cluster.timing()), Policy.FAIR, cluster.limits());

  private Moment now = cluster.now();
  private int turn;

  @Setup
  public void lease() {
    while (lessee.unspent().requests() < 10 * Amount.REQUEST) {
      cluster.refresh(node);
    }
    now = cluster.now();
    for (int number = 0; number < sessions; number++) {
      free.add(gate.open(10 + number, 1));
    }
    for (int number = 0; number < sessions; number++) {
      Session session = crowd.open(number, 1);
      busy.add(session);
      crowd.await(session, Priority.FINAL, TOKENS, number, now);
    }
  }

  /** Nobody waits: the permit is there at once. */
  @Benchmark
  public long atOnce() {
    synchronized (lessee) {
      long permit = gate.take(free.get(turn()), TOKENS, now);
      lessee.giveBack(permit);
      return permit;
    }
  }

  /** All sessions wait: one more request joins, and the one whose turn it is goes. */
  @Benchmark
  public @Nullable Ticket inTurn() {
    synchronized (lessee) {
      crowd.await(busy.get(turn()), Priority.FINAL, TOKENS, turn, now);
      Ticket ticket = crowd.next(now);
      if (ticket != null) {
        lessee.giveBack(ticket.permit());
      }
      return ticket;
    }
  }

  private int turn() {
    turn = turn + 1 == sessions ? 0 : turn + 1;
    return turn;
  }
}
