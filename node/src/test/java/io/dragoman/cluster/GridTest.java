package io.dragoman.cluster;

import static io.dragoman.cluster.TestGrid.FINAL;
import static io.dragoman.cluster.TestGrid.await;
import static io.dragoman.cluster.TestGrid.grant;
import static io.dragoman.cluster.TestGrid.window;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.hazelcast.core.HazelcastException;
import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.map.IMap;
import io.dragoman.quota.Decision;
import io.dragoman.quota.Decision.Bound;
import io.dragoman.quota.Permit;
import io.dragoman.quota.PermitId;
import io.dragoman.quota.QuotaConfig;
import io.dragoman.quota.QuotaGate;
import io.dragoman.quota.RollingWindow;
import io.dragoman.quota.RollingWindow.Granted;
import io.dragoman.session.SessionEntry;
import io.dragoman.session.SessionRegistry;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BiFunction;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Three real members and what they promise together. */
@Timeout(300)
final class GridTest {

  private static TestGrid grid;
  private long sequence;

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
    grid.get(0).hazelcast().getMap("quota").clear();
    grid.get(0)
        .sessions()
        .all()
        .forEach(entry -> grid.all().forEach(member -> member.sessions().release(entry.sid())));
  }

  @Test
  void aClaimWhoseAnswerIsLostLeavesNothingBehind() {
    Grid member = grid.get(0);
    IMap<String, SessionEntry> sessions = member.hazelcast().getMap("sessions");
    SessionEntry entry = entry("lost", member);
    HazelcastInstance losing =
        losingAnswers(member.hazelcast(), () -> assertEquals(entry, sessions.get("lost")));
    SessionRegistry registry = new GridSessionRegistry(losing, member.node());
    assertThrows(SessionRegistry.Unavailable.class, () -> registry.claim(entry));
    await(() -> !sessions.containsKey("lost"));
  }

  /** A grid that does what it is asked for, but whose maps never answer a put. */
  private static HazelcastInstance losingAnswers(HazelcastInstance grid, Runnable afterPut) {
    return through(
        HazelcastInstance.class,
        grid,
        (method, answer) ->
            method.equals("getMap")
                ? through(
                    IMap.class, (IMap<?, ?>) answer, (name, said) -> losePut(name, said, afterPut))
                : answer);
  }

  private static Object losePut(String method, Object answer, Runnable afterPut) {
    if (method.equals("putIfAbsent")) {
      afterPut.run();
      throw new HazelcastException("the answer is lost");
    }
    return answer;
  }

  private static <T> T through(
      Class<T> type, T target, BiFunction<String, Object, Object> answers) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (proxy, method, arguments) ->
                answers.apply(method.getName(), method.invoke(target, arguments))));
  }

  @Test
  void membersThatHammerTogetherStayWithinTheLimit() throws Exception {
    Duration window = Duration.ofMillis(1_000);
    int limit = 40;
    QuotaConfig config =
        new QuotaConfig(
            limit, 1_000_000, 50, Duration.ofSeconds(20), Duration.ofSeconds(2), window);
    ConcurrentLinkedQueue<Long> arrivals = new ConcurrentLinkedQueue<>();
    int enough = 4 * limit;
    try (ExecutorService sessions = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<?>> all = new ArrayList<>();
      for (Grid member : grid.all()) {
        QuotaGate gate = member.quotaGate(config);
        for (int i = 0; i < 8; i++) {
          all.add(sessions.submit(() -> hammer(gate, arrivals, enough)));
        }
      }
      for (Future<?> one : all) {
        one.get();
      }
    }
    List<Long> sorted = arrivals.stream().sorted().toList();
    for (int i = limit; i < sorted.size(); i++) {
      long nanos = sorted.get(i) - sorted.get(i - limit);
      assertTrue(nanos >= window.toNanos(), "%d + 1 in %d ns".formatted(limit, nanos));
    }
    Duration took = Duration.ofNanos(sorted.get(enough - 1) - sorted.getFirst());
    assertTrue(took.compareTo(Duration.ofSeconds(40)) < 0, "%d took %s".formatted(enough, took));
  }

  private static void hammer(QuotaGate gate, ConcurrentLinkedQueue<Long> arrivals, int enough) {
    while (arrivals.size() < enough) {
      switch (gate.ask(FINAL)) {
        case Decision.Granted(Permit permit) -> {
          arrivals.add(System.nanoTime());
          permit.arrived();
        }
        case Decision.Wait(Duration retryAfter, Bound _) ->
            LockSupport.parkNanos(retryAfter.toNanos());
        case Decision.Impossible(String reason) -> throw new AssertionError(reason);
      }
    }
  }

  @Test
  void whatWasNeverSentIsFreeAgain() throws Exception {
    QuotaConfig config = QuotaConfig.of(1, 1_000_000);
    QuotaGate gate = grid.get(0).quotaGate(config);
    grant(gate).unspent();
    await(() -> window(grid.get(0)).open().isEmpty());
    grant(gate);
  }

  @Test
  void thePermitsFirstWordDecides() throws Exception {
    QuotaConfig config = QuotaConfig.of(1, 1_000_000);
    Permit permit = grant(grid.get(0).quotaGate(config));
    permit.arrived();
    permit.unspent();
    await(() -> window(grid.get(0)).open().isEmpty());
    assertEquals(1, window(grid.get(0)).proven().size());
  }

  @Test
  void anOperationThatRunsTwiceBooksOnce() {
    QuotaConfig config = QuotaConfig.of(10, 1_000_000);
    PermitId id = new PermitId("n1", 1);
    for (Grid member : grid.all()) {
      WindowOperation.Ask ask = new WindowOperation.Ask(InstantSource.system(), id, config, FINAL);
      assertEquals(
          new Granted(),
          member
              .hazelcast()
              .<String, RollingWindow>getMap("quota")
              .executeOnKey(GridQuotaGate.KEY, ask));
    }
    assertEquals(1, window(grid.get(0)).open().size());
  }

  @Test
  void aRefusalAnswersForTheGridForAWhile() {
    QuotaConfig config = patient(2);
    long[] now = {0};
    GridQuotaGate gate =
        new GridQuotaGate(
            grid.get(0).hazelcast().getMap("quota"),
            () -> new PermitId("n1", ++sequence),
            config,
            InstantSource.system(),
            () -> now[0]);
    assertInstanceOf(Decision.Granted.class, gate.ask(FINAL));
    assertInstanceOf(Decision.Granted.class, gate.ask(FINAL));
    Decision.Wait told = assertInstanceOf(Decision.Wait.class, gate.ask(FINAL));
    assertEquals(Duration.ofSeconds(1), told.retryAfter(), "room may free early");
    window(grid.get(0)).open().keySet().forEach(this::giveBack);
    now[0] += Duration.ofMillis(999).toNanos();
    assertEquals(new Decision.Wait(Duration.ofMillis(1), Bound.REQUESTS), gate.ask(FINAL));
    now[0] += Duration.ofMillis(1).toNanos();
    assertInstanceOf(Decision.Granted.class, gate.ask(FINAL));
  }

  /** A gate waits for half of the network bound for an answer: ten seconds, which no test needs. */
  private static QuotaConfig patient(int requestsPerMinute) {
    return new QuotaConfig(
        requestsPerMinute,
        1_000_000,
        60,
        Duration.ofSeconds(20),
        Duration.ofSeconds(20),
        Duration.ofMinutes(10));
  }

  private void giveBack(PermitId id) {
    grid.get(1)
        .hazelcast()
        .<String, RollingWindow>getMap("quota")
        .executeOnKey(
            GridQuotaGate.KEY,
            new WindowOperation.Settle(InstantSource.system(), id, patient(2), false));
  }

  @Test
  void aSessionIdIsClaimedOnce() {
    SessionRegistry first = grid.get(0).sessions();
    SessionRegistry second = grid.get(1).sessions();
    assertTrue(first.claim(entry("s1", grid.get(0))));
    assertFalse(first.claim(entry("s1", grid.get(0))));
    assertFalse(second.claim(entry("s1", grid.get(1))));
    second.release("s1");
    assertEquals(List.of(entry("s1", grid.get(0))), second.all());
    first.release("s1");
    assertEquals(List.of(), second.all());
    assertTrue(second.claim(entry("s1", grid.get(1))));
  }

  @Test
  void racingClaimsHaveOneWinner() throws Exception {
    try (ExecutorService racing = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int round = 0; round < 20; round++) {
        String sid = "s" + round;
        List<Future<Boolean>> claims = new ArrayList<>();
        for (Grid member : grid.all()) {
          claims.add(racing.submit(() -> member.sessions().claim(entry(sid, member))));
          claims.add(racing.submit(() -> member.sessions().claim(entry(sid, member))));
        }
        int won = 0;
        for (Future<Boolean> claim : claims) {
          won += claim.get() ? 1 : 0;
        }
        assertEquals(1, won);
      }
    }
  }

  private static SessionEntry entry(String sid, Grid member) {
    return new SessionEntry(sid, member.node(), "translation", 1_000);
  }
}
