package io.dragoman.cluster;

import static io.dragoman.cluster.TestGrid.TEN_A_SECOND;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.dragoman.cluster.LedgerOperation.SetLimits;
import io.dragoman.quota.Charge;
import io.dragoman.quota.Gate;
import io.dragoman.quota.HardState;
import io.dragoman.quota.Ledger;
import io.dragoman.quota.LedgerKeeper.Outcome;
import io.dragoman.quota.Lessee;
import io.dragoman.quota.Limits;
import io.dragoman.quota.LimitsChange;
import io.dragoman.quota.LimitsControl.Outcome.Unconfirmed;
import io.dragoman.quota.Moment;
import io.dragoman.quota.Policy;
import io.dragoman.quota.Reply;
import io.dragoman.quota.Rules;
import io.dragoman.quota.Timing;
import io.dragoman.quota.Voters;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.LoggerFactory;

/** New limits that the node which keeps the books sets itself, and is not told that they hold. */
@Timeout(60)
final class LimitsAuditTest {
  private static final Timing TIMING = TEN_A_SECOND.timing(1);
  private static final Limits BEFORE = TEN_A_SECOND.limits();
  private static final Limits AFTER = Limits.perMinute(60, BEFORE.tokens());

  private final ListAppender<ILoggingEvent> log = new ListAppender<>();
  private final Logger logger = (Logger) LoggerFactory.getLogger("io.dragoman.cluster");

  private long time = 1_000_000_000L;
  private final LedgerOwners owners =
      new LedgerOwners(
          1, Voters.configured(1), 1, Map.of(GridQuota.NAME, TEN_A_SECOND), this::moment);
  private final QuotaStanding standing = new QuotaStanding(BEFORE, TIMING, System::nanoTime);
  private final GridLimits limits = new GridLimits(this::change, owners, standing);
  private @Nullable Ledger ledger;

  private Moment moment() {
    return new Moment(time, time);
  }

  private CompletionStage<LimitsAnswer> change(SetLimits change) {
    Ledger changed = change.change(GridQuota.NAME, ledger);
    ledger = changed == null ? ledger : changed;
    return CompletableFuture.completedFuture(change.answer());
  }

  /** The last answer that this node ever gets. */
  private Reply opened() {
    Rules rules = new Rules(TIMING);
    Lessee lessee = new Lessee(1, 1, HardState.NONE, rules, Charge.RESERVED, moment());
    Gate gate = new Gate(lessee, rules, Policy.FAIR, BEFORE);
    while (true) {
      Outcome outcome = owners.refresh(GridQuota.NAME, ledger, gate.refresh(false, moment()));
      assertNotNull(outcome);
      ledger = outcome.ledger();
      if (outcome.reply().status().state() == Reply.State.NORMAL) {
        return outcome.reply();
      }
      gate.replied(outcome.reply(), moment());
      time += TIMING.refresh();
    }
  }

  @BeforeEach
  void listen() {
    log.start();
    logger.addAppender(log);
    logger.setLevel(Level.INFO);
  }

  @AfterEach
  void ignore() {
    logger.detachAppender(log);
    logger.setLevel(null);
  }

  @Test
  void limitsThatMayHoldAreNamedInTheLog() throws Exception {
    standing.heard(opened());
    assertEquals(
        new Unconfirmed(BEFORE, AFTER),
        limits.set(new LimitsChange(60L, null, null), "10.0.0.9:5"));
    SetLimits again = new SetLimits(owners, 1, "t", BEFORE, AFTER);
    change(again);
    assertEquals(LimitsAnswer.hold(AFTER), again.answer(), "and they do");
    assertEquals(
        List.of(
            "10.0.0.9:5 wanted to set the quota's limits from 600 requests and 240000 tokens a"
                + " minute, 100000000 requests a second to 60 requests and 240000 tokens a minute,"
                + " 100000000 requests a second, and nobody confirmed it in time: they may hold or"
                + " not"),
        log.list.stream()
            .map(ILoggingEvent::getFormattedMessage)
            .filter(it -> it.contains("quota's limits"))
            .toList());
  }
}
