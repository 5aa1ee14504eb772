package io.dragoman.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.dragoman.quota.Amount;
import io.dragoman.quota.Charge;
import io.dragoman.quota.Delay.Cause;
import io.dragoman.quota.Evidence;
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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** How many calls a node makes at once, and how soon one after another. */
@Timeout(60)
final class DispatchTest {
  private static final Duration NOW = Duration.ZERO;
  private static final Duration SOON = Duration.ofSeconds(10);
  private static final long SECOND = 1_000_000_000L;
  private static final Timing TIMING = Timing.of(1, Duration.ofSeconds(20), Duration.ofSeconds(2));
  private static final Limits LIMITS = Limits.perMinute(6_000, 6_000_000);

  private final AtomicLong time = new AtomicLong(SECOND);
  private final ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(1);
  private final Rules rules = new Rules(TIMING);
  private final LedgerKeeper keeper = new LedgerKeeper(1, rules, Voters.configured(1), LIMITS);
  private final Lessee lessee = new Lessee(1, 1, HardState.NONE, rules, Charge.RESERVED, moment());
  private @Nullable Ledger ledger;

  private Moment moment() {
    return new Moment(time.get(), time.get());
  }

  @AfterEach
  void stop() {
    timer.shutdownNow();
  }

  private LeasedGate gate(DispatchConfig dispatch) {
    Gate pure = new Gate(lessee, rules, Policy.FAIR, LIMITS);
    LeasedGate gate = new LeasedGate(lessee, pure, dispatch, this::moment, timer);
    pass(gate, 10 * SECOND);
    return gate;
  }

  /** Time passes, with a refresh four times a second. */
  private void pass(LeasedGate gate, long nanos) {
    for (long end = time.get() + nanos; time.get() < end; ) {
      time.addAndGet(Math.min(TIMING.refresh(), end - time.get()));
      LedgerKeeper.Outcome outcome = keeper.refresh(ledger, gate.refresh(false), moment());
      ledger = outcome.ledger();
      gate.replied(outcome.reply());
    }
  }

  private static List<Turn> ask(SessionQuota session, int times) {
    List<Turn> turns = new ArrayList<>();
    for (int i = 0; i < times; i++) {
      turns.add(session.ask(new QuotaRequest(Priority.FINAL, 100, SOON)));
    }
    return turns;
  }

  private static List<Permit> granted(List<Turn> turns) throws InterruptedException {
    List<Permit> permits = new ArrayList<>();
    for (Turn turn : turns) {
      if (turn.await(NOW) instanceof Answer.Granted granted) {
        permits.add(granted.permit());
      }
    }
    return permits;
  }

  /** How many calls the node makes at once for a session that wants ten. */
  private int atOnce(LeasedGate gate) throws InterruptedException {
    try (SessionQuota session = gate.open(1)) {
      List<Turn> turns = ask(session, 10);
      pass(gate, SECOND);
      List<Permit> permits = granted(turns);
      permits.forEach(Permit::close);
      return permits.size();
    }
  }

  private void tell(LeasedGate gate, Evidence evidence) throws InterruptedException {
    try (SessionQuota session = gate.open(1)) {
      Permit permit =
          assertInstanceOf(Answer.Granted.class, ask(session, 1).getFirst().await(SOON)).permit();
      permit.observed(evidence);
      permit.close();
    }
    pass(gate, TIMING.refresh());
  }

  @Test
  void afterARefusalFewerCallsAreMadeAtOnceUntilItIsSurelyOver() throws Exception {
    LeasedGate gate = gate(new DispatchConfig(5, 2, Duration.ZERO));
    assertEquals(5, atOnce(gate));
    assertEquals(Duration.ZERO, gate.dispatch().limited());
    tell(gate, new Evidence.Refusal(2 * SECOND));
    assertEquals(2, gate.dispatch().most());
    pass(gate, 3 * SECOND);
    assertEquals(2, atOnce(gate), "the first calls after it show whether it is over");
    assertEquals(4, gate.dispatch().limited().toSeconds());
    pass(gate, 4 * SECOND);
    assertEquals(5, atOnce(gate));
    assertEquals(Duration.ZERO, gate.dispatch().limited());
  }

  @Test
  void soItIsForAsLongAsTheUpstreamNamesALowerLimit() throws Exception {
    LeasedGate gate = gate(new DispatchConfig(5, 2, Duration.ZERO));
    Amount lower = Amount.of(3_000, 6_000_000);
    tell(gate, new Evidence.Headers(lower, lower, SECOND));
    pass(gate, 55 * SECOND);
    assertEquals(2, atOnce(gate));
    pass(gate, 10 * SECOND);
    assertEquals(5, atOnce(gate));
  }

  @Test
  void whoWaitsThenIsToldThatTheUpstreamIsWhy() throws Exception {
    LeasedGate gate = gate(new DispatchConfig(2, 1, Duration.ZERO));
    tell(gate, new Evidence.Refusal(SECOND / 2));
    pass(gate, SECOND);
    List<Turn> turns = ask(gate.open(1), 2);
    assertEquals(1, granted(turns).size());
    assertEquals(Cause.UPSTREAM, turns.getLast().why().cause());
  }

  @Test
  void aCallBeginsNoSoonerAfterAnotherThanTheInterval() throws Exception {
    LeasedGate gate = gate(new DispatchConfig(5, 2, Duration.ofMillis(25)));
    List<Turn> turns = ask(gate.open(1), 2);
    assertEquals(1, granted(turns).size());
    time.addAndGet(24_000_000);
    List<Turn> third = ask(gate.open(1), 1);
    assertEquals(0, granted(third).size());
    assertEquals(Cause.CALLS, turns.getLast().why().cause());
    time.addAndGet(1_000_000);
    assertInstanceOf(Answer.Granted.class, turns.getLast().await(SOON), "nobody else wakes it");
    assertEquals(0, granted(third).size());
  }
}
