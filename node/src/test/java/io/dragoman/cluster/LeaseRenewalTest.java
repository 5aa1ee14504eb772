package io.dragoman.cluster;

import static io.dragoman.cluster.TestGrid.TEN_A_SECOND;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.dragoman.quota.Charge;
import io.dragoman.quota.Gate;
import io.dragoman.quota.HardState;
import io.dragoman.quota.Ledger;
import io.dragoman.quota.LedgerKeeper;
import io.dragoman.quota.Lessee;
import io.dragoman.quota.Moment;
import io.dragoman.quota.Policy;
import io.dragoman.quota.QuotaUse;
import io.dragoman.quota.Refresh;
import io.dragoman.quota.Refresh.Bond;
import io.dragoman.quota.Reply;
import io.dragoman.quota.Rules;
import io.dragoman.quota.SessionQuota;
import io.dragoman.quota.Timing;
import io.dragoman.quota.Turn;
import io.dragoman.quota.Voters;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

/** How a node renews its lease, with a ledger beside it that answers, or does not. */
@Timeout(120)
final class LeaseRenewalTest {
  private static final Timing TIMING = TEN_A_SECOND.timing(1);

  private final Logger logger = (Logger) LoggerFactory.getLogger(LeaseRenewal.class);
  private final ListAppender<ILoggingEvent> log = new ListAppender<>();
  private final ScheduledThreadPoolExecutor thread = new ScheduledThreadPoolExecutor(1);
  private final SystemMoments machine = new SystemMoments();

  /** By how much the wall clock was set. */
  private volatile long step;

  private final Supplier<Moment> clock =
      () -> {
        Moment now = machine.get();
        return new Moment(now.monotonic(), now.wall() + step);
      };
  private final QuotaStanding standing =
      new QuotaStanding(TEN_A_SECOND.limits(), TIMING, System::nanoTime);
  private final List<Refresh> sent = new CopyOnWriteArrayList<>();
  private final List<HardState> stored = new CopyOnWriteArrayList<>(List.of(HardState.NONE));

  private final List<Reply.State> states = new CopyOnWriteArrayList<>();

  /** Refreshes that were sent with what was not stored. */
  private final List<Refresh> hasty = new CopyOnWriteArrayList<>();

  private volatile boolean memoryFails;
  private volatile int failures;
  private volatile boolean isDeaf;

  /** Whether the ledger's owner knows no such quota. */
  private volatile boolean isStranger;

  private volatile @Nullable Throwable failure;
  private @Nullable Ledger ledger;
  private LedgerKeeper keeper = keeper(TIMING);
  private LeasedGate gate = gate(TIMING);
  private LeaseRenewal renewal = renewal(TIMING);

  private static LedgerKeeper keeper(Timing timing) {
    return new LedgerKeeper(1, new Rules(timing), Voters.configured(1), TEN_A_SECOND.limits());
  }

  private LeasedGate gate(Timing timing) {
    Rules rules = new Rules(timing);
    Lessee lessee = new Lessee(1, 1, HardState.NONE, rules, Charge.RESERVED, clock.get());
    Gate pure = new Gate(lessee, rules, Policy.FAIR, TEN_A_SECOND.limits());
    return new LeasedGate(lessee, pure, DispatchConfig.of(2), clock, thread);
  }

  private LeaseRenewal renewal(Timing timing) {
    return new LeaseRenewal(
        gate, this::send, this::store, HardState.NONE, standing, new Rules(timing), clock, thread);
  }

  private CompletionStage<@Nullable Reply> send(Refresh refresh) {
    sent.add(refresh);
    if (!stored.getLast().equals(refresh.remembered())) {
      hasty.add(refresh);
    }
    if (failure != null) {
      return CompletableFuture.failedFuture(failure);
    }
    if (isStranger) {
      return CompletableFuture.completedFuture(null);
    }
    return isDeaf ? new CompletableFuture<>() : CompletableFuture.completedFuture(answer(refresh));
  }

  private synchronized Reply answer(Refresh refresh) {
    LedgerKeeper.Outcome outcome = keeper.refresh(ledger, refresh, clock.get());
    ledger = outcome.ledger();
    states.add(outcome.reply().status().state());
    return outcome.reply();
  }

  private synchronized void store(HardState state) throws IOException {
    if (memoryFails) {
      failures++;
      throw new IOException("the disk is full");
    }
    stored.add(state);
  }

  @BeforeEach
  void listen() {
    log.start();
    logger.addAppender(log);
    logger.setLevel(Level.INFO);
  }

  @AfterEach
  void stop() {
    logger.detachAppender(log);
    logger.setLevel(null);
    thread.shutdownNow();
  }

  private void awaitNormal() {
    await()
        .atMost(Duration.ofMinutes(1))
        .until(() -> standing.use().state() == QuotaUse.State.NORMAL);
  }

  @Test
  void nothingIsToldThatCouldBeForgotten() {
    renewal.start();
    awaitNormal();
    assertTrue(stored.size() > 1);
    assertEquals(List.of(), hasty);
  }

  @Test
  void whileItCannotBeStoredNothingIsSent() {
    memoryFails = true;
    renewal.start();
    await().atMost(Duration.ofSeconds(30)).until(() -> failures >= 3);
    assertEquals(List.of(), hasty);
    assertFalse(standing.use().state().grants());
    memoryFails = false;
    awaitNormal();
    assertEquals(List.of(), hasty);
  }

  @Test
  void whatIsNotAnsweredIsAskedAgainAndALateAnswerIgnored() {
    isDeaf = true;
    renewal.start();
    await().until(() -> sent.size() == 3);
    assertEquals(QuotaUse.State.UNREACHABLE, standing.use().state());
    isDeaf = false;
    awaitNormal();
  }

  /** As soon as a vote of its former life has lapsed, and not when the next refresh is due. */
  @Test
  void itJoinsAsSoonAsItIsFree() {
    long second = 1_000_000_000;
    long refresh = 4 * second;
    Timing rare =
        new Timing(
            60 * second,
            refresh,
            refresh + second / 2,
            refresh + second / 4,
            20 * second,
            2 * second,
            second / 10);
    keeper = keeper(rare);
    gate = gate(rare);
    renewal = renewal(rare);
    long start = System.nanoTime();
    renewal.start();
    await().until(() -> !sent.getLast().joined().equals(Bond.NONE));
    assertTrue(System.nanoTime() - start < 2 * refresh * 9 / 10, "before the third one");
  }

  /** It may have been suspended; nothing else is lost. */
  @ParameterizedTest
  @ValueSource(ints = {1, -1})
  void aClockThatIsSteppedByAnHourVoidsTheLeaseUntilTheNextRefresh(int hours) throws Exception {
    renewal.start();
    awaitNormal();
    try (SessionQuota session = gate.open(1)) {
      await().until(() -> gate.use(false).lasts().isPositive());
      assertEquals(List.of(), lines("what the quota's lease held is void"));
      isDeaf = true;
      states.clear();
      step = Duration.ofHours(hours).toNanos();
      assertFalse(gate.use(false).lasts().isPositive());
      isDeaf = false;
      Turn.Answer answer = session.ask(TestGrid.FINAL).await(Duration.ofMinutes(1));
      assertInstanceOf(Turn.Answer.Granted.class, answer).permit().close();
      awaitNormal();
    }
    assertEquals(
        List.of(
            "what the quota's lease held is void until it is renewed: this machine was suspended,"
                + " or its clock was set, by %d.0 s".formatted(hours * 3600)),
        lines("what the quota's lease held is void"));
    assertFalse(states.contains(Reply.State.GATHERING), states::toString);
    assertFalse(states.contains(Reply.State.QUARANTINE), states::toString);
  }

  @Test
  void eachReasonForWhichTheLeaseIsNotRenewedIsToldOnce() {
    isStranger = true;
    renewal.start();
    awaitLine("the quota's lease is not renewed: its owner has just started");
    assertEquals(QuotaUse.State.UNREACHABLE, standing.use().state());
    failure = new CompletionException(new IllegalStateException("of a newer release, 1"));
    awaitLine("the quota's lease is not renewed: IllegalStateException");
    int before = sent.size();
    failure = new IllegalStateException("of a newer release, 2");
    await().until(() -> sent.size() > before + 2);
    memoryFails = true;
    isStranger = false;
    failure = null;
    awaitLine("the quota's lease cannot be renewed");
    memoryFails = false;
    awaitNormal();
    assertEquals(
        List.of(
            "the quota's lease is not renewed: its owner has just started, is about to leave, or knows no such quota",
            "the quota's lease is not renewed: IllegalStateException: of a newer release, 1",
            "the quota's lease is renewed again",
            "the quota's lease cannot be renewed, since the disk is full",
            "the quota's lease is renewed again"),
        lines("the quota's lease"));
  }

  private void awaitLine(String start) {
    await().atMost(Duration.ofSeconds(30)).until(() -> !lines(start).isEmpty());
  }

  private List<String> lines(String start) {
    return List.copyOf(log.list).stream()
        .map(ILoggingEvent::getFormattedMessage)
        .filter(line -> line.startsWith(start))
        .toList();
  }

  @Test
  void whoLeavesSaysSo() throws Exception {
    renewal.start();
    awaitNormal();
    assertTrue(renewal.leave(Duration.ofSeconds(30)));
    assertTrue(sent.getLast().leaving());
    assertTrue(sent.getLast().held().isZero(), sent.getLast()::toString);
  }

  @Test
  void whoIsNotAnsweredLeavesAllTheSame() throws Exception {
    isDeaf = true;
    renewal.start();
    assertFalse(renewal.leave(Duration.ofMillis(100)));
  }
}
