package io.dragoman.cluster;

import static io.dragoman.cluster.TestGrid.FINAL;
import static io.dragoman.cluster.TestGrid.TEN_A_SECOND;
import static io.dragoman.cluster.TestGrid.await;
import static io.dragoman.cluster.TestGrid.grant;
import static io.dragoman.cluster.TestGrid.isKeptBy;
import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.hazelcast.cluster.Member;
import io.dragoman.ops.ClusterView;
import io.dragoman.ops.NodeReport;
import io.dragoman.ops.Readiness;
import io.dragoman.ops.Selection;
import io.dragoman.quota.Charge;
import io.dragoman.quota.Delay.Cause;
import io.dragoman.quota.NodeQuota;
import io.dragoman.quota.Permit;
import io.dragoman.quota.QuotaConfig;
import io.dragoman.quota.QuotaMeter;
import io.dragoman.quota.QuotaUse;
import io.dragoman.quota.QuotaUse.State;
import io.dragoman.quota.SessionQuota;
import io.dragoman.quota.Turn;
import io.dragoman.session.SessionRegistry;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
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
  void aNewOwnerHoldsBackWhatTheDeadOneMayHaveGranted() throws Exception {
    Grid owner = owner();
    try (SessionQuota session = quota(owner).gate().open(1)) {
      for (int i = 0; i < 20; i++) {
        grant(session).close();
      }
    }

    grid.kill(owner);

    for (Grid survivor : grid.all()) {
      QuotaUse use = await(quota(survivor).meter()::use, it -> it.state() == State.QUARANTINE);
      assertEquals(2, use.votes());
      assertTrue(use.remaining().isPositive(), use::toString);
      assertTrue(requireNonNull(use.used()).requests() >= 20, use::toString);
      try (SessionQuota session = quota(survivor).gate().open(1)) {
        grant(session).close();
      }
    }
  }

  @Test
  void aMinorityGrantsNothingAndSaysSo() throws Exception {
    Grid last = grid.get(0);
    try (SessionQuota session = quota(last).gate().open(1)) {
      grant(session).close();
      grid.kill(grid.get(2));
      grant(session).close();
      grid.kill(grid.get(1));
      SessionRegistry sessions = last.sessions(Duration.ofSeconds(60), Duration.ZERO);
      await(() -> !sessions.hasMajority());
      assertThrows(
          ExecutionException.class,
          () -> GridSessionsTest.make(sessions, GridSessionsTest.begin("s1", last)));
      QuotaMeter meter = quota(last).meter();
      await(() -> Set.of(State.NO_MAJORITY, State.GATHERING).contains(meter.use().state()));
      Turn turn = await(() -> session.ask(FINAL), GridFailureTest::isHeldUp);
      assertTrue(
          Set.of(Cause.NO_MAJORITY, Cause.GATHERING).contains(turn.why().cause()),
          turn.why()::toString);
      assertEquals(2, meter.use().needed());
    }
  }

  private static boolean isHeldUp(Turn turn) {
    try {
      if (turn.await(Duration.ZERO) instanceof Turn.Answer.Granted(Permit permit)) {
        permit.close();
        return false;
      }
      return true;
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void aNodeWithoutAGridSaysThatNobodyAnswers() throws Exception {
    Grid lonely = grid.get(0);
    GridQuota quota = quota(lonely);
    SessionQuota session = quota.gate().open(1);
    Permit permit = grant(session);
    lonely.leave();
    permit.arrived();
    permit.close();
    await(() -> quota.meter().use().state() == State.UNREACHABLE);
    assertInstanceOf(Turn.Answer.Waiting.class, session.ask(FINAL).await(Duration.ZERO));
  }

  @Test
  void anOwnerThatLeavesInGoodOrderCostsNoQuarantine() {
    Grid owner = owner();
    List<Grid> others = grid.all().stream().filter(member -> member != owner).toList();
    try (SessionQuota session = quota(others.getFirst()).gate().open(1)) {
      grant(session).close();
      Set<State> seen =
          during(
              others,
              () -> {
                owner.leave();
                QuotaMeter meter = quota(others.getFirst()).meter();
                await(() -> meter.use().state() == State.NORMAL && meter.use().votes() == 2);
                grant(session).close();
              });
      assertFalse(seen.contains(State.QUARANTINE), seen::toString);
    }
  }

  /** As the ledger's owner it would refuse them, and they would be granted nothing. */
  @Test
  void aNodeThatKeepsBooksByOtherTermsStaysOutsideAndDisturbsNobody() {
    List<String> addresses = grid.all().stream().map(GridFailureTest::address).toList();
    Grid gone = grid.get(2);
    List<Grid> others = grid.all().subList(0, 2);
    await(() -> grid.all().stream().allMatch(this::isNormal));
    gone.leave();
    await(() -> others.stream().allMatch(it -> it.size() == 2 && isNormal(it)));
    Member first = others.getFirst().hazelcast().getCluster().getMembers().iterator().next();
    String oldest = requireNonNull(first.getAttribute(Grid.NODE));
    QuotaConfig slower =
        new QuotaConfig(
            TEN_A_SECOND.limits(),
            TEN_A_SECOND.policy(),
            Charge.USAGE,
            Duration.ofMillis(30_500),
            TEN_A_SECOND.networkBound());
    Set<State> seen =
        during(
            others,
            () -> {
              for (int attempt = 0; attempt < 3; attempt++) {
                GridConfig config = TestGrid.config("n3", addresses.get(2), addresses);
                String refused =
                    assertThrows(IOException.class, () -> Grid.start(config, slower)).getMessage();
                assertEquals(
                    "cannot join the grid: openai.timeout_s is 30.5 here and 20 on %1$s, quota.charge is usage here and reserved on %1$s, and all nodes must have the same; to change it, stop all, wait 90 s, and start them"
                        .formatted(oldest),
                    refused);
              }
            });
    // A ledger that moved to it and back is gone on with as it was.
    assertFalse(seen.contains(State.QUARANTINE), seen::toString);
    try (SessionQuota session = quota(others.getLast()).gate().open(1)) {
      grant(session).close();
    }
  }

  /** The states of the quota that some members saw meanwhile. */
  private Set<State> during(List<Grid> members, Runnable what) {
    Set<State> seen = ConcurrentHashMap.newKeySet();
    AtomicBoolean over = new AtomicBoolean();
    Thread watching =
        Thread.startVirtualThread(
            () -> {
              while (!over.get()) {
                members.forEach(member -> seen.add(quota(member).meter().use().state()));
                LockSupport.parkNanos(1_000_000);
              }
            });
    what.run();
    over.set(true);
    await(() -> !watching.isAlive());
    return seen;
  }

  private static String address(Grid member) {
    return "127.0.0.1:" + member.hazelcast().getCluster().getLocalMember().getAddress().getPort();
  }

  @Test
  void aNodeThatIsGoneIsNamedByItsAddress() throws Exception {
    ClusterView view = grid.get(0).clusterView(GridFailureTest::report);
    grid.get(2).clusterView(GridFailureTest::report);
    String address = address(grid.get(1));

    assertEquals("3 of 3 nodes", grid.get(0).attendance());
    grid.kill(grid.get(1));
    assertEquals("2 of 3 nodes; missing: " + address, grid.get(0).attendance());

    await(() -> view.report(new Selection.Busiest(1)).missing().equals(List.of(address)));
  }

  private static NodeReport report(Selection selection) {
    return new NodeReport(
        "n",
        Readiness.READY,
        "",
        "",
        "",
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        NodeQuota.NONE,
        List.of(),
        List.of());
  }

  @Test
  void aClusterOfOneGoesOnAtOnceWhenItStartsAgain() throws Exception {
    String address = TestGrid.freeAddresses(1).getFirst();
    GridConfig config = TestGrid.config("n1", address, List.of(address));
    for (int life = 0; life < 2; life++) {
      Grid only = Grid.start(config, TEN_A_SECOND);
      GridQuota quota = only.openQuota(DispatchConfig.of(10));
      QuotaUse use = await(quota.meter()::use, it -> it.state().grants());
      assertEquals(State.NORMAL, use.state());
      try (SessionQuota session = quota.gate().open(1)) {
        grant(session).close();
      }
      only.leave();
    }
  }

  private boolean isNormal(Grid member) {
    return quota(member).meter().use().state() == State.NORMAL;
  }

  private GridQuota quota(Grid member) {
    return grid.quota(member);
  }

  private Grid owner() {
    return grid.all().stream()
        .filter(member -> isKeptBy(member.hazelcast(), GridQuota.NAME))
        .findAny()
        .orElseThrow();
  }
}
