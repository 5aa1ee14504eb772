package io.dragoman.cluster;

import static io.dragoman.cluster.TestGrid.FINAL;
import static io.dragoman.cluster.TestGrid.TEN_A_SECOND;
import static io.dragoman.cluster.TestGrid.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.hazelcast.map.IMap;
import io.dragoman.cluster.LedgerOperation.SetLimits;
import io.dragoman.quota.Ledger;
import io.dragoman.quota.Limits;
import io.dragoman.quota.LimitsChange;
import io.dragoman.quota.LimitsControl.Outcome;
import io.dragoman.quota.Permit;
import io.dragoman.quota.QuotaUse;
import io.dragoman.quota.SessionQuota;
import io.dragoman.quota.Turn;
import io.dragoman.quota.Voters;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.LoggerFactory;

/** Limits that are set while two real members run. */
@Timeout(300)
final class GridLimitsTest {
  private static final Limits BEFORE = TEN_A_SECOND.limits();
  private static final Limits ONE_A_SECOND = Limits.perMinute(60, BEFORE.tokens());
  private static final LimitsChange LOWER = new LimitsChange(60L, null, null);

  private final ListAppender<ILoggingEvent> log = new ListAppender<>();
  private final Logger logger = (Logger) LoggerFactory.getLogger("io.dragoman.cluster");
  private TestGrid grid;

  @BeforeEach
  void start() throws Exception {
    grid = TestGrid.of(2);
    await(() -> grid.all().stream().allMatch(this::isNormal));
    log.start();
    logger.addAppender(log);
    logger.setLevel(Level.INFO);
  }

  @AfterEach
  void stop() {
    logger.detachAppender(log);
    logger.setLevel(null);
    grid.close();
  }

  private boolean isNormal(Grid member) {
    return grid.quota(member).meter().use().state() == QuotaUse.State.NORMAL;
  }

  private Grid owner(boolean is) {
    return grid.all().stream()
        .filter(member -> grid.quota(member).isOwner() == is)
        .findAny()
        .orElseThrow();
  }

  private Outcome set(Grid member, LimitsChange change, String caller) throws Exception {
    return grid.quota(member).limits().set(change, caller);
  }

  private List<String> lines() {
    return List.copyOf(log.list).stream()
        .map(ILoggingEvent::getFormattedMessage)
        .filter(line -> line.contains("quota's limits"))
        .toList();
  }

  @Test
  void anyNodeSetsThemForAllAndWhoDidIsInTheLogOfBothThatKnow() throws Exception {
    assertEquals(new Outcome.Set(BEFORE, ONE_A_SECOND), set(owner(false), LOWER, "10.0.0.9:5"));

    String line =
        "10.0.0.9:5 set the quota's limits from 600 requests and 240000 tokens a minute, 100000000"
            + " requests a second to 60 requests and 240000 tokens a minute, 100000000 requests a"
            + " second";
    assertEquals(List.of(line, line), lines());
    for (Grid member : grid.all()) {
      await(() -> grid.quota(member).limits().limits().equals(ONE_A_SECOND));
      assertEquals(60, grid.quota(member).meter().use().limit().requests());
    }
    Limits both = new Limits(60, 9_000, 7);
    assertEquals(
        new Outcome.Set(ONE_A_SECOND, both),
        set(owner(true), new LimitsChange(null, 9_000L, 7L), "10.0.0.9:6"));
    assertEquals(3, lines().size(), "one process, one line");
    assertEquals(new Outcome.Set(both, both), set(owner(false), LOWER, "10.0.0.9:7"));

    assertEquals(LimitsAnswer.hold(both), lateCopyOfTheFirst());
    assertEquals(new Outcome.Set(both, both), set(owner(true), LOWER, "10.0.0.9:8"));
    assertEquals(5, lines().size());
  }

  /** Sent from afar, so that it is the owner's own as soon as it arrives. */
  private LimitsAnswer lateCopyOfTheFirst() {
    LedgerOwners nobody =
        new LedgerOwners(9, Voters.configured(1), 1, Map.of(), new SystemMoments());
    IMap<String, Ledger> ledgers = owner(false).hazelcast().getMap(GridQuota.MAP);
    return ledgers.executeOnKey(
        GridQuota.NAME, new SetLimits(nobody, 9, "late", BEFORE, ONE_A_SECOND));
  }

  @Test
  void whatIsGrantedFromThenOnKeepsThem() throws Exception {
    AtomicInteger granted = new AtomicInteger();
    List<SessionQuota> sessions =
        grid.all().stream().map(member -> grid.quota(member).gate().open(1)).toList();
    List<Thread> speaking =
        sessions.stream()
            .flatMap(session -> Stream.generate(() -> speak(session, granted)).limit(8))
            .toList();
    await(() -> granted.get() > 10);

    assertInstanceOf(Outcome.Set.class, set(owner(false), LOWER, "t"));
    // What nodes held is spent, and a little more than the time until the next is granted passes.
    long from = System.nanoTime();
    int before = granted.get();
    await(() -> System.nanoTime() - from > 5_000_000_000L);
    int after = granted.get() - before;
    double seconds = (System.nanoTime() - from) / 1e9;
    assertTrue(after <= seconds + 12, "%d in %.1f s".formatted(after, seconds));

    assertInstanceOf(Outcome.Set.class, set(owner(true), new LimitsChange(600L, null, null), "t"));
    int now = granted.get();
    await(() -> granted.get() > now + 20);
    sessions.forEach(SessionQuota::close);
    for (Thread thread : speaking) {
      thread.join();
    }
  }

  /** Takes permits until the session is closed. */
  private static Thread speak(SessionQuota session, AtomicInteger granted) {
    return Thread.startVirtualThread(
        () -> {
          try {
            while (session.ask(FINAL).await(Duration.ofMinutes(1))
                instanceof Turn.Answer.Granted(Permit permit)) {
              granted.incrementAndGet();
              permit.arrived();
              permit.close();
            }
          } catch (InterruptedException e) {
            throw new AssertionError(e);
          }
        });
  }

  @Test
  void whereNobodyKeepsTheBooksNothingIsChangedAndThatIsTold() throws Exception {
    Grid left = grid.get(0);
    grid.kill(grid.get(1));
    await(() -> !grid.quota(left).meter().use().state().settled());
    long from = System.nanoTime();
    assertInstanceOf(Outcome.Closed.class, set(left, LOWER, "t"));
    assertTrue(System.nanoTime() - from < 20_000_000_000L);
    assertEquals(BEFORE, grid.quota(left).limits().limits());
    assertEquals(1, lines().size());
    String line = lines().getFirst();
    assertTrue(line.startsWith("t wanted to set the quota's limits from 600 requests"), line);
    assertTrue(line.contains(" to 60 requests"), line);
    assertTrue(line.contains(", and nothing was changed"), line);

    left.leave();
    assertInstanceOf(Outcome.Closed.class, set(left, LOWER, "t"));
  }
}
