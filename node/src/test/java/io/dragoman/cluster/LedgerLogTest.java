package io.dragoman.cluster;

import static io.dragoman.cluster.TestGrid.TEN_A_SECOND;
import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.dragoman.cluster.LedgerOperation.SetLimits;
import io.dragoman.quota.Amount;
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
import java.time.Duration;
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

/** What the log of the node that keeps the books says of them. */
@Timeout(60)
final class LedgerLogTest {
  private static final Timing TIMING = TEN_A_SECOND.timing(1);
  private static final Limits BEFORE = TEN_A_SECOND.limits();
  private static final Limits AFTER = Limits.perMinute(60, BEFORE.tokens());

  private final ListAppender<ILoggingEvent> log = new ListAppender<>();
  private final Logger logger = (Logger) LoggerFactory.getLogger("io.dragoman.cluster");

  private long time = 1_000_000_000L;
  private long slept;
  private final LedgerOwners owners = process(1);
  private final QuotaStanding standing = new QuotaStanding(BEFORE, TIMING, System::nanoTime);
  private final GridLimits limits = new GridLimits(this::change, owners, standing);
  private final Rules rules = new Rules(TIMING);
  private final Lessee lessee = new Lessee(1, 1, HardState.NONE, rules, Charge.RESERVED, moment());
  private final Gate gate = new Gate(lessee, rules, Policy.FAIR, BEFORE);
  private @Nullable Ledger ledger;

  private Moment moment() {
    return new Moment(time, time + slept);
  }

  private LedgerOwners process(long name) {
    LedgerOwners owners =
        new LedgerOwners(
            name, Voters.configured(1), 1, Map.of(GridQuota.NAME, TEN_A_SECOND), this::moment);
    owners.open();
    return owners;
  }

  private CompletionStage<LimitsAnswer> change(SetLimits change) {
    Ledger changed = change.change(GridQuota.NAME, ledger);
    ledger = changed == null ? ledger : changed;
    return CompletableFuture.completedFuture(change.answer());
  }

  private Reply refresh(LedgerOwners at) {
    time += TIMING.refresh();
    Outcome outcome = at.refresh(GridQuota.NAME, ledger, gate.refresh(false, moment()));
    assertNotNull(outcome);
    ledger = outcome.ledger();
    gate.replied(outcome.reply(), moment());
    return outcome.reply();
  }

  private Reply opened(LedgerOwners at) {
    Reply reply = refresh(at);
    while (reply.status().state() != Reply.State.NORMAL) {
      reply = refresh(at);
    }
    return reply;
  }

  private List<String> lines() {
    return log.list.stream().map(ILoggingEvent::getFormattedMessage).toList();
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
    standing.heard(opened(owners));
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
        lines().stream().filter(it -> it.contains("quota's limits")).toList());
  }

  @Test
  void anEpochIsNamedWhereItBeginsAndWhereItsBooksAreOpened() {
    opened(owners);
    ledger = owners.seal(GridQuota.NAME, requireNonNull(ledger));
    opened(process(2));
    assertEquals(
        List.of(
            "this node is the ledger's owner now: epoch 1 begins with what nodes remember",
            "the ledger's epoch 1 is open here, with 1 votes",
            "this node is the ledger's owner now: epoch 2 begins with the sealed books of epoch 1",
            "the ledger's epoch 2 is open here, with 1 votes"),
        lines());
  }

  @Test
  void othersWhoUseTheKeyAreNamedOnceWhenTheyBeginAndOnceTheyAreGone() {
    QuotaStanding told = new QuotaStanding(BEFORE, TIMING, () -> time);
    Reply nobody = opened(owners);
    Reply others = others(nobody, Amount.of(300, 24_000));
    told.heard(nobody);
    log.list.clear();

    for (int i = 0; i < 20; i++) {
      told.heard(others);
      time += TIMING.window() / 2;
      told.heard(nobody);
    }
    assertEquals(
        List.of(
            "the quota: by the upstream's headers, others use 300 requests and 24000 tokens of it"
                + " with the same key; so much less is granted"),
        lines());

    log.list.clear();
    time += TIMING.window();
    told.heard(nobody);
    told.heard(nobody);
    assertEquals(List.of("the quota: for a minute, no others were seen to use it"), lines());
  }

  private static Reply others(Reply reply, Amount foreign) {
    return new Reply(
        reply.incarnation(),
        reply.sequence(),
        reply.stamp(),
        reply.joining(),
        reply.continues(),
        reply.known(),
        reply.granted(),
        reply.booked(),
        reply.lease(),
        reply.level(),
        reply.active(),
        reply.scarce(),
        reply.limits(),
        reply.ceiling(),
        reply.voters(),
        reply.status(),
        foreign);
  }

  @Test
  void aClockThatIsSetOnTheOwnerIsNamedAsWhatVoidsTheVotes() {
    opened(owners);
    log.list.clear();
    slept = Duration.ofHours(-1).toNanos();
    assertEquals(Reply.State.NO_MAJORITY, refresh(owners).status().state());
    opened(owners);
    assertEquals(
        List.of(
            "the votes for this node as the ledger's owner are void until they are renewed: this"
                + " machine was suspended, or its clock was set, by -3600.0 s"),
        lines());
  }
}
