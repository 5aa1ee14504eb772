package io.dragoman.cluster;

import static io.dragoman.cluster.TestGrid.TEN_A_SECOND;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dragoman.quota.Charge;
import io.dragoman.quota.Gate;
import io.dragoman.quota.HardState;
import io.dragoman.quota.Ledger;
import io.dragoman.quota.LedgerKeeper;
import io.dragoman.quota.Lessee;
import io.dragoman.quota.Policy;
import io.dragoman.quota.QuotaUse;
import io.dragoman.quota.Refresh;
import io.dragoman.quota.Reply;
import io.dragoman.quota.Rules;
import io.dragoman.quota.Timing;
import io.dragoman.quota.Voters;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** How a node renews its lease, with a ledger beside it that answers, or does not. */
@Timeout(120)
final class LeaseRenewalTest {
  private static final Timing TIMING = TEN_A_SECOND.timing(1);

  private final ScheduledThreadPoolExecutor thread = new ScheduledThreadPoolExecutor(1);
  private final SystemMoments clock = new SystemMoments();
  private final Rules rules = new Rules(TIMING);
  private final LedgerKeeper keeper =
      new LedgerKeeper(1, rules, Voters.configured(1), TEN_A_SECOND.limits());
  private final QuotaStanding standing =
      new QuotaStanding(TEN_A_SECOND.limits(), TIMING, System::nanoTime);
  private final List<Refresh> sent = new CopyOnWriteArrayList<>();
  private final List<HardState> stored = new CopyOnWriteArrayList<>(List.of(HardState.NONE));

  /** Refreshes that were sent with what was not stored. */
  private final List<Refresh> hasty = new CopyOnWriteArrayList<>();

  private volatile boolean memoryFails;
  private volatile int failures;
  private volatile boolean isDeaf;
  private @Nullable Ledger ledger;

  private final LeaseRenewal renewal = renewal();

  private LeaseRenewal renewal() {
    Lessee lessee = new Lessee(1, 1, HardState.NONE, rules, Charge.RESERVED, clock.get());
    Gate gate = new Gate(lessee, rules, Policy.FAIR, TEN_A_SECOND.limits());
    LeasedGate leased = new LeasedGate(lessee, gate, DispatchConfig.of(2), clock, thread);
    return new LeaseRenewal(
        leased, this::send, this::store, HardState.NONE, standing, TIMING, thread);
  }

  private CompletionStage<@Nullable Reply> send(Refresh refresh) {
    sent.add(refresh);
    if (!stored.getLast().equals(refresh.remembered())) {
      hasty.add(refresh);
    }
    return isDeaf ? new CompletableFuture<>() : CompletableFuture.completedFuture(answer(refresh));
  }

  private synchronized Reply answer(Refresh refresh) {
    LedgerKeeper.Outcome outcome = keeper.refresh(ledger, refresh, clock.get());
    ledger = outcome.ledger();
    return outcome.reply();
  }

  private synchronized void store(HardState state) throws IOException {
    if (memoryFails) {
      failures++;
      throw new IOException("the disk is full");
    }
    stored.add(state);
  }

  @AfterEach
  void stop() {
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
