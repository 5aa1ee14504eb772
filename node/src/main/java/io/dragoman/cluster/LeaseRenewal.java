package io.dragoman.cluster;

import io.dragoman.quota.HardState;
import io.dragoman.quota.Moment;
import io.dragoman.quota.Refresh;
import io.dragoman.quota.Reply;
import io.dragoman.quota.Rules;
import java.io.IOException;
import java.time.Duration;
import java.util.HashSet;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Renews a node's lease: tells the ledger four times a second what the node holds and wants, and
 * brings what it answers to the gate. All of it in one thread.
 */
final class LeaseRenewal {
  private static final Logger log = LoggerFactory.getLogger(LeaseRenewal.class);

  /** So many refreshes' time an answer is waited for; then twice as many, and so on. */
  private static final int PATIENCE = 2;

  private static final int LONGEST_PATIENCE = 8;

  /** The way to the ledger. */
  interface Link {
    /**
     * The answer is null where the ledger's owner does not keep it, or not yet, or not any more.
     */
    CompletionStage<@Nullable Reply> send(Refresh refresh);
  }

  /** Where a node keeps what it must not forget. */
  interface Memory {
    void store(HardState state) throws IOException;
  }

  private final LeasedGate gate;
  private final Link link;
  private final Memory memory;
  private final QuotaStanding standing;
  private final Rules rules;
  private final long every;
  private final Supplier<Moment> clock;
  private final ScheduledExecutorService thread;

  // Only accessed by the thread.
  private HardState stored;
  private @Nullable Refresh open;
  private long answerBy;
  private int patience = PATIENCE;
  private boolean leaving;

  /** When the last refresh was sent. */
  private Moment asked;

  /** Reasons for which the lease is not renewed, as far as they were told since it last was. */
  private final Set<Object> troubles = new HashSet<>();

  private final CompletableFuture<Boolean> left = new CompletableFuture<>();

  /**
   * @param stored what the memory holds
   * @param standing is told of every answer
   * @param clock that of the gate
   * @param thread the one in which all happens
   */
  LeaseRenewal(
      LeasedGate gate,
      Link link,
      Memory memory,
      HardState stored,
      QuotaStanding standing,
      Rules rules,
      Supplier<Moment> clock,
      ScheduledExecutorService thread) {
    this.gate = gate;
    this.link = link;
    this.memory = memory;
    this.stored = stored;
    this.standing = standing;
    this.rules = rules;
    this.every = rules.timing().refresh();
    this.clock = clock;
    this.asked = clock.get();
    this.thread = thread;
  }

  void start() {
    thread.execute(this::tick);
  }

  /**
   * Gives the lease back; nothing is granted to this node afterwards.
   *
   * @return whether the ledger has answered
   */
  boolean leave(Duration atMost) throws InterruptedException {
    thread.execute(
        () -> {
          leaving = true;
          refresh();
        });
    try {
      return left.get(atMost.toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      return false;
    } catch (ExecutionException e) {
      throw new IllegalStateException("leaving never fails", e);
    }
  }

  @SuppressWarnings("FutureReturnValueIgnored") // It neither ends nor fails with a value.
  private void tick() {
    try {
      renew();
    } finally {
      long jitter = ThreadLocalRandom.current().nextLong(-every / 20, every / 20);
      thread.schedule(this::tick, every + jitter, TimeUnit.NANOSECONDS);
    }
  }

  /** Refreshes, unless an answer is still waited for. */
  private void renew() {
    try {
      if (System.nanoTime() - answerBy >= 0 || open == null) {
        refresh();
      }
      standing.tell();
    } catch (RuntimeException bug) {
      log.error("the quota's lease could not be renewed", bug);
    }
  }

  @SuppressWarnings("FutureReturnValueIgnored") // What becomes of it is told where it is taken.
  private void refresh() {
    watch();
    Refresh refresh = gate.refresh(leaving);
    open = refresh;
    answerBy = System.nanoTime() + patience * every;
    patience = Math.min(2 * patience, LONGEST_PATIENCE);
    if (!remember(refresh.remembered())) {
      return;
    }
    CompletionStage<@Nullable Reply> answer;
    try {
      answer = link.send(refresh);
    } catch (RuntimeException e) {
      answer = CompletableFuture.failedFuture(e);
    }
    answer.whenCompleteAsync((reply, failure) -> answered(refresh, reply, failure), thread);
  }

  /** The lease voids itself, and this says why. */
  private void watch() {
    Moment now = clock.get();
    if (rules.voidsLease(asked, now)) {
      log.warn(
          "what the quota's lease held is void until it is renewed: {}",
          SystemMoments.told(now.drift(asked)));
    }
    asked = now;
  }

  /** Nothing may be told that could be forgotten. */
  private boolean remember(HardState state) {
    if (state.equals(stored)) {
      return true;
    }
    try {
      memory.store(state);
      stored = state;
      return true;
    } catch (IOException e) {
      trouble(memory, "cannot be renewed, since " + e.getMessage());
      return false;
    }
  }

  private void answered(Refresh refresh, @Nullable Reply reply, @Nullable Throwable failure) {
    try {
      take(refresh, reply, failure);
    } catch (RuntimeException bug) {
      log.error("the ledger's answer could not be taken", bug);
    }
  }

  private void take(Refresh refresh, @Nullable Reply reply, @Nullable Throwable failure) {
    if (open == null || refresh.sequence() != open.sequence()) {
      return; // It is too late, and another one has been sent since.
    }
    open = null;
    if (failure != null) {
      Throwable cause = cause(failure);
      String why = cause.getClass().getSimpleName() + ": " + cause.getMessage();
      trouble(cause.getClass(), "is not renewed: " + why);
      return;
    }
    if (reply == null) {
      trouble(
          link,
          "is not renewed: its owner has just started, is about to leave, or knows no such quota");
      return;
    }
    patience = PATIENCE;
    recovered();
    standing.heard(reply);
    OptionalLong awaited = gate.replied(reply);
    if (leaving) {
      left.complete(true);
    } else if (awaited.isPresent() && awaited.getAsLong() < every) {
      refreshIn(awaited.getAsLong());
    }
  }

  @SuppressWarnings("FutureReturnValueIgnored") // It neither ends nor fails with a value.
  private void refreshIn(long nanos) {
    if (nanos == 0) {
      refresh();
    } else {
      thread.schedule(this::renew, nanos, TimeUnit.NANOSECONDS);
    }
  }

  /** Each kind is told once: the details of some are new every time. */
  private void trouble(Object kind, String what) {
    if (troubles.add(kind)) {
      log.warn("the quota's lease {}", what);
    }
  }

  private void recovered() {
    if (!troubles.isEmpty()) {
      troubles.clear();
      log.info("the quota's lease is renewed again");
    }
  }

  private static Throwable cause(Throwable failure) {
    Throwable cause = failure;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause;
  }
}
