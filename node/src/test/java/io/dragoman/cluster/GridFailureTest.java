package io.dragoman.cluster;

import static io.dragoman.cluster.TestGrid.FINAL;
import static io.dragoman.cluster.TestGrid.await;
import static io.dragoman.cluster.TestGrid.grant;
import static io.dragoman.cluster.TestGrid.window;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dragoman.ops.ClusterView;
import io.dragoman.ops.NodeReport;
import io.dragoman.ops.Readiness;
import io.dragoman.ops.Selection;
import io.dragoman.quota.Decision;
import io.dragoman.quota.Decision.Bound;
import io.dragoman.quota.Load;
import io.dragoman.quota.Permit;
import io.dragoman.quota.QuotaConfig;
import io.dragoman.quota.QuotaGate;
import io.dragoman.quota.QuotaMeter;
import io.dragoman.quota.QuotaUse;
import io.dragoman.session.SessionEntry;
import io.dragoman.session.SessionRegistry;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What three real members keep of their promises when one of them goes. */
@Timeout(300)
final class GridFailureTest {

  private TestGrid grid;

  @BeforeEach
  void start() throws Exception {
    grid = TestGrid.of(3);
  }

  @AfterEach
  void stop() {
    grid.close();
  }

  @Test
  void whatIsBookedOutlivesTheOwner() throws Exception {
    QuotaConfig config = longLasting(10);
    for (int i = 0; i < 10; i++) {
      grant(grid.get(i % 3).quotaGate(config)).arrived();
    }
    Grid owner = owner();
    await(() -> window(owner).open().isEmpty());
    assertEquals(10, window(owner).booked(System.currentTimeMillis()).requests());

    grid.kill(owner);

    for (Grid survivor : grid.all()) {
      assertEquals(10, window(survivor).booked(System.currentTimeMillis()).requests());
      Decision.Wait wait = assertInstanceOf(Decision.Wait.class, reached(survivor, config));
      assertEquals(Bound.REQUESTS, wait.bound());
    }
  }

  @Test
  void aMinorityGrantsNothingAndSaysSo() throws Exception {
    QuotaConfig config = QuotaConfig.of(10, 1_000_000);
    QuotaGate gate = grid.get(0).quotaGate(config);
    QuotaMeter meter = grid.get(0).quotaMeter(config);
    grant(gate);
    grid.kill(grid.get(2));
    assertInstanceOf(Decision.Granted.class, reached(grid.get(0), config));
    grid.kill(grid.get(1));
    SessionRegistry sessions = grid.get(0).sessions();
    await(() -> !hasMajority(grid.get(0)));
    assertEquals(Bound.UNREACHABLE, assertInstanceOf(Decision.Wait.class, gate.ask(FINAL)).bound());
    assertThrows(SessionRegistry.Unavailable.class, sessions::all);
    assertEquals(
        new QuotaUse(QuotaUse.State.UNREACHABLE, null, new Load(10, 1_000_000)), meter.use());
  }

  @Test
  void aGateWithoutAGridSaysUnreachable() {
    QuotaGate gate = grid.get(0).quotaGate(QuotaConfig.of(10, 1_000_000));
    Permit permit = grant(gate);
    grid.get(0).leave();
    permit.arrived();
    assertEquals(Bound.UNREACHABLE, assertInstanceOf(Decision.Wait.class, gate.ask(FINAL)).bound());
  }

  @Test
  void aDeadNodesSessionsAreFreeAndRemoved() throws Exception {
    Grid doomed = grid.get(1);
    Grid survivor = grid.get(0);
    assertTrue(doomed.sessions().claim(entry("s1", doomed)));
    assertTrue(doomed.sessions().claim(entry("s2", doomed)));
    assertTrue(survivor.sessions().claim(entry("s3", survivor)));

    assertEquals("3 of 3 nodes", survivor.attendance());

    grid.kill(doomed);

    assertTrue(
        survivor.attendance().startsWith("2 of 3 nodes; missing: 127.0.0.1:"),
        survivor::attendance);
    assertTrue(survivor.sessions().claim(entry("s1", survivor)));
    await(() -> survivor.hazelcast().getMap("sessions").size() == 2);
    assertEquals(2, grid.get(1).sessions().all().size());
  }

  @Test
  void aNodeThatLeavesHandsItsStateOver() throws Exception {
    QuotaConfig config = QuotaConfig.of(10, 1_000_000);
    grant(grid.get(0).quotaGate(config));
    Grid last = grid.get(2);
    await(() -> window(last).open().size() == 1);
    grid.get(0).leave();
    await(() -> last.size() == 2);
    assertEquals(1, window(last).open().size());
  }

  @Test
  void aNodeThatIsGoneIsNamedByItsAddress() throws Exception {
    ClusterView view = grid.get(0).clusterView(GridFailureTest::report);
    grid.get(2).clusterView(GridFailureTest::report);
    String address =
        "127.0.0.1:" + grid.get(1).hazelcast().getCluster().getLocalMember().getAddress().getPort();

    grid.kill(grid.get(1));

    await(() -> view.report(new Selection.Busiest(1)).missing().equals(List.of(address)));
  }

  private static NodeReport report(Selection selection) {
    return new NodeReport(
        "n", Readiness.READY, "", "", "", 0, 0, 0, 0, 0, 0, 0, 0, 0, List.of(), List.of());
  }

  private static SessionEntry entry(String sid, Grid member) {
    return new SessionEntry(sid, member.node(), "translation", 1_000);
  }

  /** What is booked stays so for as long as a test may take. */
  private static QuotaConfig longLasting(int requestsPerMinute) {
    return new QuotaConfig(
        requestsPerMinute,
        1_000_000,
        60,
        Duration.ofSeconds(20),
        Duration.ofSeconds(2),
        Duration.ofMinutes(10));
  }

  private static boolean hasMajority(Grid member) {
    return member
        .hazelcast()
        .getSplitBrainProtectionService()
        .getSplitBrainProtection("majority")
        .hasMinimumSize();
  }

  /** What a new gate says as soon as the grid answers. */
  private static Decision reached(Grid member, QuotaConfig config) {
    return await(
        () -> member.quotaGate(config).ask(FINAL),
        said -> !(said instanceof Decision.Wait wait && wait.bound() == Bound.UNREACHABLE));
  }

  private Grid owner() {
    String owner =
        grid.get(0)
            .hazelcast()
            .getPartitionService()
            .getPartition(GridQuotaGate.KEY)
            .getOwner()
            .getAttribute(Grid.NODE);
    return grid.all().stream().filter(m -> m.node().equals(owner)).findAny().orElseThrow();
  }
}
