package io.dragoman.cluster;

import static io.dragoman.cluster.TestGrid.await;
import static io.dragoman.cluster.TestGrid.isKeptBy;
import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.map.EntryProcessor;
import io.dragoman.ops.Totals;
import io.dragoman.pipeline.PipelineMetrics;
import io.dragoman.pipeline.SessionMeter;
import io.dragoman.pipeline.SessionUse;
import io.dragoman.pipeline.SessionWindow;
import io.dragoman.pipeline.Spent;
import io.dragoman.quota.RecentUse;
import io.dragoman.session.SessionWindows;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What three real members know of sessions that move between them. */
@Timeout(300)
final class GridSessionWindowsTest {
  private static final long SECOND = 1_000_000_000L;

  /** Forty requests so far, of which thirty count still. */
  private static final SessionWindow USED =
      new SessionWindow(
          40,
          2_000,
          new RecentUse(
              List.of(
                  new RecentUse.Part(2 * SECOND, 10, 2_000),
                  new RecentUse.Part(20 * SECOND, 20, 4_000))),
          new Spent(39, 7_800));

  private final Map<Grid, PipelineMetrics> metrics = new HashMap<>();
  private final Map<Grid, SessionWindows> windows = new HashMap<>();
  private TestGrid grid;

  @BeforeEach
  void start() throws Exception {
    grid = TestGrid.of(3);
    for (Grid member : grid.all()) {
      PipelineMetrics pipelines = new PipelineMetrics(new SimpleMeterRegistry());
      metrics.put(member, pipelines);
      windows.put(member, member.openWindows(pipelines));
    }
  }

  @AfterEach
  void stop() {
    grid.close();
  }

  @Test
  void aSessionThatMovesBringsWhatItUsedAndSoAgain() {
    String sid = sidKeptBy(grid.get(2));
    meter(grid.get(0), sid).brought(USED);

    SessionWindow brought = recalled(grid.get(1), sid);
    assertEquals(40, brought.requests());
    assertEquals(30, requests(brought));
    assertEquals(new Spent(39, 7_800), brought.spent());
    assertTrue(brought.lastAgeMs() >= 2_000, brought::toString);
    assertTrue(brought.lastAgeMs() < 60_000, brought::toString);
    await(() -> recalled(grid.get(1), sid).lastAgeMs() > brought.lastAgeMs());

    SessionMeter second = meter(grid.get(1), sid);
    second.brought(brought);
    second.brought(new SessionWindow(1, 0, new RecentUse(List.of(part(0, 1))), new Spent(1, 100)));
    SessionWindow again =
        await(() -> recalled(grid.get(0), sid), window -> window.requests() == 41);
    assertEquals(31, requests(again));
    SessionUse use = metrics(grid.get(1)).sessions().getFirst();
    assertEquals(31, use.requestsLastMinute());
    assertEquals(0, metrics(grid.get(1)).lastMinute().requests(), "the node's own");
  }

  @Test
  void whatAMemberKeptIsThereWhenItIsGone() throws Exception {
    Grid keeper = grid.get(2);
    String sid = sidKeptBy(keeper);
    meter(grid.get(0), sid).brought(USED);
    recalled(grid.get(1), sid);
    await(() -> keeper.hazelcast().getPartitionService().isClusterSafe());

    grid.kill(keeper);

    assertEquals(40, recalled(grid.get(1), sid).requests());
  }

  @Test
  void aNodeThatLeavesHandsOverWhatItsSessionsUsedLast() {
    Grid leaves = grid.get(0);
    String sid = sidKeptBy(grid.get(1));
    meter(leaves, sid).brought(USED);
    leaves.leave();
    CompletableFuture<SessionWindow> told = new CompletableFuture<>();
    windows(grid.get(1)).recall(sid, told::complete);
    assertEquals(40, await(() -> told.getNow(null), it -> it != null).requests());
  }

  @Test
  void aMemberThatIsStuckHoldsUpNobodyAndIsToldOnceItAnswers() throws Exception {
    Grid stuck = grid.get(2);
    String late = sidKeptBy(stuck);
    CountDownLatch released = new CountDownLatch(1);
    try {
      stall(stuck, late, released);
      meter(grid.get(0), late).brought(USED);
      CompletableFuture<SessionWindow> told = new CompletableFuture<>();
      long before = System.nanoTime();
      windows(grid.get(1)).recall(late, told::complete);
      assertTrue(System.nanoTime() - before < SECOND, "it waits for the grid");

      writesToOthersGoThrough(0);
      SessionMeter next = meter(grid.get(0), sidKeptBy(stuck, 1));
      next.brought(USED);
      writesToOthersGoThrough(1);
      assertNotNull(next.changes(), "one write waits for that member already");
      next.changedStill();
      assertFalse(told.isDone());
    } finally {
      released.countDown();
    }
    assertEquals(40, recalled(grid.get(1), late).requests());
  }

  private void writesToOthersGoThrough(int number) {
    for (int i = 0; i < 2; i++) {
      String other = sidKeptBy(grid.get(i), number);
      meter(grid.get(0), other).brought(USED);
      recalled(grid.get(1), other);
    }
  }

  @Test
  void allNodesAddUpWhatTheyWereAsked() throws Exception {
    for (int i = 0; i < 3; i++) {
      for (int session = 0; session <= i; session++) {
        meter(grid.get(i), "s" + i + session);
      }
    }
    for (Grid member : grid.all()) {
      await(() -> member.totals().equals(new Totals(6, 0, 0)));
    }
    Grid leaves = grid.get(2);
    meter(leaves, "last");
    leaves.leave();
    await(() -> grid.get(0).totals().equals(new Totals(7, 0, 0)));
  }

  private static RecentUse.Part part(long age, int requests) {
    return new RecentUse.Part(age, requests, 100L * requests);
  }

  private static int requests(SessionWindow window) {
    return window.minute().parts().stream().mapToInt(RecentUse.Part::requests).sum();
  }

  private PipelineMetrics metrics(Grid member) {
    return requireNonNull(metrics.get(member));
  }

  private SessionWindows windows(Grid member) {
    return requireNonNull(windows.get(member));
  }

  private SessionMeter meter(Grid member, String sid) {
    return metrics(member).session(sid);
  }

  /** What a member is told of a session, once it is told something. */
  private SessionWindow recalled(Grid member, String sid) {
    return await(
        () -> {
          CompletableFuture<SessionWindow> told = new CompletableFuture<>();
          windows(member).recall(sid, told::complete);
          return told.completeOnTimeout(null, 1, TimeUnit.SECONDS).join();
        },
        window -> window != null);
  }

  private String sidKeptBy(Grid member) {
    return sidKeptBy(member, 0);
  }

  private String sidKeptBy(Grid member, int skip) {
    HazelcastInstance hazelcast = member.hazelcast();
    return IntStream.range(0, 1_000)
        .mapToObj(i -> "session-" + i)
        .filter(sid -> isKeptBy(hazelcast, sid))
        .skip(skip)
        .findFirst()
        .orElseThrow();
  }

  /** Holds the thread of the member that keeps an entry. */
  private static void stall(Grid member, String sid, CountDownLatch until) throws Exception {
    CountDownLatch stalled = new CountDownLatch(1);
    EntryProcessor<String, Object, Object> holds =
        entry -> {
          stalled.countDown();
          try {
            until.await();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
          return null;
        };
    member.hazelcast().<String, Object>getMap(GridSessionWindows.MAP).submitToKey(sid, holds);
    assertTrue(stalled.await(60, TimeUnit.SECONDS));
  }
}
