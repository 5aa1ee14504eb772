package io.dragoman.cluster;

import com.hazelcast.core.HazelcastException;
import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.core.HazelcastInstanceNotActiveException;
import com.hazelcast.crdt.pncounter.PNCounter;
import io.dragoman.ops.Totals;
import io.dragoman.pipeline.PipelineMetrics;
import io.dragoman.pipeline.PipelineMetrics.Asked;
import java.time.Duration;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Adds up what all nodes were asked, in counters of which every member has a copy. A thread of its
 * own brings what this node was asked there once a second, so nobody waits for the grid.
 * Thread-safe.
 */
final class GridTotals {
  private static final Duration EVERY = Duration.ofSeconds(1);
  private static final Logger log = LoggerFactory.getLogger(GridTotals.class);

  private final PipelineMetrics pipelines;
  private final Counter sessions;
  private final Counter requests;
  private final Counter tokens;
  private final ScheduledThreadPoolExecutor thread =
      new ScheduledThreadPoolExecutor(
          1, Thread.ofPlatform().daemon().name("cluster-totals").factory());

  private volatile Totals last = Totals.NONE;

  @SuppressWarnings("FutureReturnValueIgnored") // It neither ends nor fails with a value.
  GridTotals(HazelcastInstance hazelcast, PipelineMetrics pipelines) {
    this.pipelines = pipelines;
    this.sessions = new Counter(hazelcast.getPNCounter("asked.sessions"));
    this.requests = new Counter(hazelcast.getPNCounter("asked.requests"));
    this.tokens = new Counter(hazelcast.getPNCounter("asked.tokens"));
    thread.scheduleWithFixedDelay(this::add, 0, EVERY.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** As of a second ago. */
  Totals last() {
    return last;
  }

  /** Adds what is not added yet, if the grid answers soon; then it stops. */
  void leave(Duration atMost) {
    thread.execute(this::add);
    thread.shutdown();
    try {
      if (!thread.awaitTermination(atMost.toMillis(), TimeUnit.MILLISECONDS)) {
        log.info("what this node was asked last lacks in the cluster's totals");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    stop();
  }

  /** Stops in the middle of everything. */
  void stop() {
    thread.shutdownNow();
  }

  private void add() {
    try {
      Asked asked = pipelines.asked();
      last =
          new Totals(
              sessions.reach(asked.sessions()),
              requests.reach(asked.requests()),
              tokens.reach(asked.tokens()));
    } catch (HazelcastInstanceNotActiveException e) {
      log.debug("the grid is left");
    } catch (HazelcastException e) {
      log.debug("the cluster's totals are added up later: {}", e.toString());
    } catch (RuntimeException e) {
      log.error("the cluster's totals could not be added up", e);
    }
  }

  /** One total. Only accessed by the thread. */
  private static final class Counter {
    private final PNCounter grid;

    /** This node's part of it. */
    private long told;

    Counter(PNCounter grid) {
      this.grid = grid;
    }

    /** Makes this node's part so large; returns the sum of all. */
    long reach(long part) {
      // What was seen on a member that is gone need not be seen again.
      grid.reset();
      long sum = part == told ? grid.get() : grid.addAndGet(part - told);
      told = part;
      return sum;
    }
  }
}
