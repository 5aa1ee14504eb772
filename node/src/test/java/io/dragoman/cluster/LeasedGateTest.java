package io.dragoman.cluster;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.dragoman.quota.Charge;
import io.dragoman.quota.Delay.Cause;
import io.dragoman.quota.Gate;
import io.dragoman.quota.HardState;
import io.dragoman.quota.Ledger;
import io.dragoman.quota.LedgerKeeper;
import io.dragoman.quota.Lessee;
import io.dragoman.quota.Limits;
import io.dragoman.quota.Moment;
import io.dragoman.quota.Permit;
import io.dragoman.quota.Policy;
import io.dragoman.quota.QuotaRequest;
import io.dragoman.quota.QuotaRequest.Priority;
import io.dragoman.quota.Refresh;
import io.dragoman.quota.Rules;
import io.dragoman.quota.SessionQuota;
import io.dragoman.quota.Timing;
import io.dragoman.quota.Turn;
import io.dragoman.quota.Turn.Answer;
import io.dragoman.quota.Voters;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.LoggerFactory;

/** A node's gate, on a clock that stands still until a test moves it, with a ledger beside it. */
@Timeout(60)
final class LeasedGateTest {
  private static final Duration NOW = Duration.ZERO;
  private static final Duration SOON = Duration.ofSeconds(10);
  private static final Timing TIMING = Timing.of(1, Duration.ofSeconds(20), Duration.ofSeconds(2));

  private final AtomicLong time = new AtomicLong(1_000_000_000L);
  private final ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(1);
  private final Rules rules = new Rules(TIMING);
  private final Limits limits = Limits.perMinute(600, 60_000);
  private final LedgerKeeper keeper = new LedgerKeeper(1, rules, Voters.configured(1), limits);
  private final Lessee lessee = new Lessee(1, 1, HardState.NONE, rules, Charge.RESERVED, moment());
  private final LeasedGate gate =
      new LeasedGate(
          lessee,
          new Gate(lessee, rules, Policy.FAIR, limits),
          DispatchConfig.of(2),
          this::moment,
          timer);
  private final SessionQuota session = gate.open(1);
  private @Nullable Ledger ledger;

  /** Whether the clock cannot be read. */
  private volatile boolean isClockBroken;

  private Moment moment() {
    if (isClockBroken) {
      throw new IllegalStateException("no clock");
    }
    return new Moment(time.get(), time.get());
  }

  @BeforeEach
  void open() {
    for (int i = 0; i < 40; i++) {
      pass();
    }
    assertTrue(gate.use(false).lasts().isPositive());
  }

  @AfterEach
  void stop() {
    timer.shutdownNow();
  }

  /** The time until a refresh passes, and it is answered. */
  private void pass() {
    time.addAndGet(TIMING.refresh());
    refresh();
  }

  private void refresh() {
    Refresh refresh = gate.refresh(false);
    LedgerKeeper.Outcome outcome = keeper.refresh(ledger, refresh, moment());
    ledger = outcome.ledger();
    gate.replied(outcome.reply());
  }

  private Turn ask(Priority priority, Duration within) {
    return session.ask(new QuotaRequest(priority, 100, within));
  }

  private Turn ask() {
    return ask(Priority.FINAL, SOON);
  }

  private static Permit permit(Turn turn) throws InterruptedException {
    return assertInstanceOf(Answer.Granted.class, turn.await(SOON)).permit();
  }

  @Test
  void whatTheLeaseCoversIsGrantedAtOnce() throws Exception {
    permit(ask()).close();
  }

  @Test
  void aNodeMakesNoMoreCallsAtOnceThanItHasPlaces() throws Exception {
    Permit first = permit(ask());
    permit(ask());
    Turn third = ask();
    assertInstanceOf(Answer.Waiting.class, third.await(NOW));
    first.close();
    first.close();
    pass();
    permit(third);
    assertInstanceOf(Answer.Waiting.class, ask().await(NOW), "a place that is closed is one");
  }

  @Test
  void aPermitIsHandedOverOnce() throws Exception {
    Turn turn = ask();
    permit(turn);
    assertInstanceOf(Answer.Over.class, turn.await(NOW));
    turn.withdraw();
    permit(ask());
    assertInstanceOf(Answer.Waiting.class, ask().await(NOW));
  }

  @Test
  void whatIsWithdrawnIsNeverAnsweredAndItsPlaceIsFree() throws Exception {
    Permit first = permit(ask());
    Permit second = permit(ask());
    Turn given = ask();
    Turn waiting = ask();
    Turn next = ask();
    waiting.withdraw();
    first.close();
    given.withdraw();
    assertInstanceOf(Answer.Over.class, given.await(NOW));
    assertInstanceOf(Answer.Over.class, waiting.await(NOW));
    pass();
    permit(next);
    second.close();
    pass();
    permit(ask());
  }

  @Test
  void whoIsInterruptedTakesNothing() throws Exception {
    long before = lessee.unspent().tokens();
    Turn turn = ask();
    Thread.currentThread().interrupt();
    assertThrows(InterruptedException.class, () -> turn.await(SOON));
    turn.withdraw();
    assertEquals(before, lessee.unspent().tokens());
  }

  @Test
  void whatWasNeverSentIsOnTheLeaseAgain() throws Exception {
    long before = lessee.unspent().tokens();
    Permit permit = permit(ask());
    assertEquals(before - 100, lessee.unspent().tokens());
    permit.unspent();
    permit.unspent();
    permit.close();
    assertEquals(before, lessee.unspent().tokens());
  }

  @Test
  void aSessionThatIsOverLeavesNothing() throws Exception {
    SessionQuota other = gate.open(1);
    Permit first = permit(ask());
    Turn atOnce = ask();
    Turn granted = ask();
    Turn waiting = ask();
    first.close();
    session.close();
    assertInstanceOf(Answer.Over.class, waiting.await(SOON));
    assertInstanceOf(Answer.Over.class, granted.await(SOON), "nobody took it");
    atOnce.withdraw();
    assertInstanceOf(Answer.Over.class, atOnce.await(SOON));
    assertInstanceOf(Answer.Over.class, ask().await(SOON));
    permit(other.ask(new QuotaRequest(Priority.FINAL, 100, SOON)));
  }

  @Test
  void aPartialIsOverWhenItsTimeIsAndAFinalIsNot() throws Exception {
    List<Permit> calls = List.of(permit(ask()), permit(ask()));
    Turn partial = ask(Priority.PARTIAL, Duration.ofMillis(100));
    Turn sentence = ask(Priority.FINAL, Duration.ofMillis(100));
    pass();
    calls.forEach(Permit::close);
    pass();
    assertInstanceOf(Answer.Over.class, partial.await(NOW));
    permit(sentence);
  }

  @Test
  void whatCanNeverPassIsToldAtOnce() throws Exception {
    Turn turn = session.ask(new QuotaRequest(Priority.FINAL, 60_001, SOON));
    assertEquals(
        "a request of 60001 tokens can never fit into a limit of 60000 a minute",
        assertInstanceOf(Answer.Impossible.class, turn.await(NOW)).reason());
  }

  @Test
  void aLeaseThatIsNotRenewedIsNotSpent() throws Exception {
    time.addAndGet(TIMING.lease());
    Turn turn = ask();
    assertInstanceOf(Answer.Waiting.class, turn.await(NOW));
    assertEquals(Cause.LEASE, turn.why().cause());
    assertFalse(gate.use(false).lasts().isPositive());
    refresh();
    pass();
    permit(turn);
  }

  @Test
  void whoeverWaitsIsWokenByWhatComesDue() throws Exception {
    List<Turn> line = line();
    int before = served(line);
    time.addAndGet(TIMING.refresh() / 2); // No refresh comes, but more of the lease is due.
    await().atMost(Duration.ofSeconds(30)).until(() -> served(line) < before);
  }

  @Test
  void whatGoesWrongWhileItLooksAgainIsInTheLog() throws Exception {
    Logger logger = (Logger) LoggerFactory.getLogger(LeasedGate.class);
    ListAppender<ILoggingEvent> log = new ListAppender<>();
    log.start();
    logger.addAppender(log);
    try {
      line();
      isClockBroken = true;
      await()
          .atMost(Duration.ofSeconds(30))
          .until(() -> List.copyOf(log.list).stream().anyMatch(it -> it.getLevel() == Level.ERROR));
    } finally {
      logger.detachAppender(log);
    }
  }

  /** More than the lease covers, which comes due bit by bit. */
  private List<Turn> line() throws InterruptedException {
    List<Turn> line = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      line.add(ask());
    }
    for (int i = 0; i < 8; i++) {
      pass();
      served(line);
    }
    return line;
  }

  /** Ends the calls of all that have their permit; how many still wait. */
  private static int served(List<Turn> line) throws InterruptedException {
    for (Turn turn : List.copyOf(line)) {
      if (turn.await(NOW) instanceof Answer.Granted(Permit permit)) {
        permit.close();
        line.remove(turn);
      }
    }
    return line.size();
  }

  @Test
  void anAbsurdWeightIsRefused() {
    assertThrows(IllegalArgumentException.class, () -> gate.open(0));
  }
}
