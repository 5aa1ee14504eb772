package io.dragoman.cluster;

import static io.dragoman.cluster.TestGrid.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dragoman.ops.ClusterReport;
import io.dragoman.ops.ClusterView;
import io.dragoman.ops.NodeReport;
import io.dragoman.ops.NodeView;
import io.dragoman.ops.Readiness;
import io.dragoman.ops.Selection;
import io.dragoman.ops.Totals;
import io.dragoman.pipeline.SessionUse;
import io.dragoman.quota.NodeQuota;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What three real members tell of each other, and of one that does not answer. */
@Timeout(300)
final class ClusterViewTest {
  private static final Selection ALL = new Selection.ActiveAfter("", 100);

  private final List<ClusterView> views = new ArrayList<>();
  private final CountDownLatch released = new CountDownLatch(1);
  private static TestGrid grid;

  @BeforeAll
  static void start() throws Exception {
    grid = TestGrid.of(3);
  }

  @AfterAll
  static void stop() {
    grid.close();
  }

  @AfterEach
  void forget() {
    released.countDown();
    grid.all().forEach(member -> member.hazelcast().getUserContext().clear());
  }

  @Test
  void everyNodeIsAskedWhomeverOneAsks() {
    eachNodeHasSessions(2);
    for (ClusterView view : views) {
      ClusterReport report = report(view, ALL);
      assertEquals(grid.all().stream().map(Grid::node).sorted().toList(), names(report));
      assertEquals(6, report.nodes().stream().mapToInt(node -> node.selected().size()).sum());
    }
  }

  @Test
  void aNodeTellsNoMoreThanAPageAndWhetherThereIsMore() {
    eachNodeHasSessions(5);
    ClusterReport report = report(views.getFirst(), new Selection.ActiveAfter("n2-1", 2));
    for (NodeReport node : report.nodes()) {
      int number = number(node.node());
      List<String> expected =
          switch (number) {
            case 1 -> List.of();
            case 2 -> List.of("n2-2", "n2-3", "n2-4");
            default -> List.of("n3-0", "n3-1", "n3-2");
          };
      assertEquals(expected, node.selected().stream().map(SessionUse::session).toList());
    }
  }

  @Test
  void aNodeThatDoesNotAnswerIsNamedWithinASecondOrSo() {
    eachNodeHasSessions(1);
    Grid frozen = grid.get(2);
    frozen.clusterView(
        selection -> {
          try {
            released.await();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
          throw new AssertionError("too late to matter");
        });
    long start = System.nanoTime();

    ClusterReport report = views.getFirst().report(ALL);

    Duration took = Duration.ofNanos(System.nanoTime() - start);
    assertTrue(took.compareTo(Duration.ofSeconds(10)) < 0, took::toString);
    assertTrue(report.missing().contains(frozen.node()), report::toString);
    report(views.getFirst(), ALL, frozen);
  }

  @Test
  void aNodeThatOwesAReportIsNotAskedForMore() throws Exception {
    eachNodeHasSessions(1);
    Grid frozen = grid.get(2);
    AtomicInteger asked = new AtomicInteger();
    frozen.clusterView(
        selection -> {
          asked.incrementAndGet();
          try {
            released.await();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
          return report(frozen.node(), 3, 1, selection);
        });
    for (int i = 0; i < 4; i++) {
      report(views.getFirst(), ALL, frozen);
    }
    await(() -> asked.get() > 0);
    assertEquals(1, asked.get());

    released.countDown();
    report(views.getFirst(), ALL);
  }

  @Test
  void aNodeThatIsNotThereIsNamedAsItIsConfigured() {
    ClusterView view =
        new GridClusterView(
            grid.get(0).hazelcast(),
            node(1, 1),
            List.of("node-9.dragoman.invalid:5701"),
            () -> Totals.NONE);
    assertTrue(view.report(ALL).missing().contains("node-9.dragoman.invalid:5701"));
  }

  @Test
  void aNodeThatHasNothingToTellYetIsNamed() {
    ClusterReport report = grid.get(0).clusterView(node(1, 1)).report(ALL);

    assertEquals(List.of("n1-view"), names(report));
    assertEquals(
        List.of(grid.get(1).node(), grid.get(2).node()).stream().sorted().toList(),
        report.missing());
  }

  private void eachNodeHasSessions(int count) {
    for (Grid member : grid.all()) {
      views.add(member.clusterView(node(member, count)));
    }
  }

  /** The first report that misses these members and nobody else: a loaded one may be late once. */
  private static ClusterReport report(ClusterView view, Selection selection, Grid... silent) {
    List<String> missing = Stream.of(silent).map(Grid::node).toList();
    ClusterReport report =
        await(() -> view.report(selection), told -> told.missing().equals(missing));
    assertEquals(grid.all().size() - missing.size(), report.nodes().size());
    return report;
  }

  private static NodeView node(Grid member, int sessions) {
    return selection -> report(member.node(), number(member.node()), sessions, selection);
  }

  private static NodeView node(int number, int sessions) {
    return selection -> report("n" + number + "-view", number, sessions, selection);
  }

  private static NodeReport report(String name, int number, int sessions, Selection selection) {
    List<SessionUse> uses =
        IntStream.range(0, sessions)
            .mapToObj(
                i ->
                    new SessionUse(
                        "n%d-%d".formatted(number, i), true, true, 1, 1, 9, 9, 9, 9, false, "", 0))
            .toList();
    return new NodeReport(
        name,
        Readiness.READY,
        "",
        "",
        "1",
        1_000,
        sessions,
        sessions,
        sessions,
        sessions,
        128,
        sessions,
        9L * sessions,
        9L * sessions,
        NodeQuota.NONE,
        List.of(),
        selection.of(uses.stream()));
  }

  private static int number(String node) {
    return node.charAt(1) - '0';
  }

  private static List<String> names(ClusterReport report) {
    return report.nodes().stream().map(NodeReport::node).toList();
  }
}
