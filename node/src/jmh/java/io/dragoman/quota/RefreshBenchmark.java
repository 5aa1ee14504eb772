package io.dragoman.quota;

import io.dragoman.quota.LedgerKeeper.Outcome;
import java.util.concurrent.TimeUnit;
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
 * One refresh of one node's lease, with all that the ledger and the node do for it, and the permits
 * that it brings.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 3, time = 3)
@Fork(1)
public class RefreshBenchmark {

  @Param({"10", "100", "1000"})
  private int nodes;

  /** On each node. */
  @Param({"1", "1000"})
  private int sessions;

  private BenchCluster cluster = new BenchCluster(1, 0);

  @Setup
  public void warm() {
    cluster = new BenchCluster(nodes, sessions - 1).warm();
  }

  @Benchmark
  public Outcome refresh() {
    return cluster.refresh();
  }
}
