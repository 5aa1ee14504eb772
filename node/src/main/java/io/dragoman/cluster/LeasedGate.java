package io.dragoman.cluster;

import io.dragoman.quota.Amount;
import io.dragoman.quota.Delay;
import io.dragoman.quota.Dispatch;
import io.dragoman.quota.FairQueue;
import io.dragoman.quota.Gate;
import io.dragoman.quota.Lessee;
import io.dragoman.quota.Load;
import io.dragoman.quota.Moment;
import io.dragoman.quota.NodeQuota;
import io.dragoman.quota.Permit;
import io.dragoman.quota.QuotaGate;
import io.dragoman.quota.QuotaRequest;
import io.dragoman.quota.QuotaRequest.Priority;
import io.dragoman.quota.RecentUse;
import io.dragoman.quota.Refresh;
import io.dragoman.quota.Reply;
import io.dragoman.quota.SessionQuota;
import io.dragoman.quota.Ticket;
import io.dragoman.quota.Turn;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A node's gate: sessions take permits from the node's lease, in memory, and wait in a fair line
 * for what it does not cover. A permit is given only with a free place for its call, so whoever
 * gets one can send at once. Thread-safe.
 */
final class LeasedGate implements QuotaGate {
  private static final Logger log = LoggerFactory.getLogger(LeasedGate.class);

  private final Lessee lessee;
  private final Gate gate;
  private final Supplier<Moment> clock;
  private final ScheduledExecutorService timer;

  private final ReentrantLock lock = new ReentrantLock();

  // Guarded by lock, as the gate and the lessee are.
  private final Map<Ticket, LeasedTurn> waiting = new HashMap<>();
  private final Places places;
  private long sessions;
  private boolean isToLookAgain;

  /**
   * @param lessee of the gate
   * @param dispatch how many calls the node makes at once
   * @param timer looks again for what has become due
   */
  LeasedGate(
      Lessee lessee,
      Gate gate,
      DispatchConfig dispatch,
      Supplier<Moment> clock,
      ScheduledExecutorService timer) {
    this.lessee = lessee;
    this.gate = gate;
    this.places = new Places(dispatch, clock);
    this.clock = clock;
    this.timer = timer;
  }

  @Override
  public SessionQuota open(int weight) {
    return locked(() -> new Guest(gate.open(++sessions, weight)));
  }

  /** What to tell the ledger now. */
  Refresh refresh(boolean leaving) {
    return locked(() -> gate.refresh(leaving, clock.get()));
  }

  /**
   * Takes the ledger's answer, and hands out what it brought.
   *
   * @return in how many nanoseconds the ledger waits for the next refresh, if it does
   */
  OptionalLong replied(Reply reply) {
    return locked(
        () -> {
          gate.replied(reply, clock.get());
          places.heard(reply, clock.get().monotonic());
          handOut();
          return lessee.awaitedIn(clock.get());
        });
  }

  /** How many calls the node makes at once. */
  Dispatch dispatch() {
    return places;
  }

  /** What the node holds, and who waits here. */
  NodeQuota use(boolean keepsLedger) {
    return locked(
        () -> {
          long lasts = lessee.lasts(clock.get());
          Amount unspent = lasts > 0 ? lessee.unspent() : Amount.ZERO;
          int finals =
              (int) waiting.keySet().stream().filter(it -> it.priority() == Priority.FINAL).count();
          return new NodeQuota(
              keepsLedger,
              new Load(unspent.requests() / Amount.REQUEST, unspent.tokens()),
              Duration.ofNanos(lasts),
              finals,
              waiting.size() - finals);
        });
  }

  /** Gives permits to those whose turn it is. */
  private void handOut() {
    if (waiting.isEmpty()) {
      return;
    }
    Moment now = clock.get();
    while (places.admits(now.monotonic())) {
      Ticket ticket = gate.next(now);
      if (ticket == null) {
        break;
      }
      LeasedTurn turn = waiting.remove(ticket);
      if (turn == null) {
        throw new IllegalStateException("a permit for nobody");
      }
      turn.answer(answer(ticket, now));
    }
    long due = Math.max(gate.due(now).orElse(0), places.due(now.monotonic()));
    if (due > 0 && !waiting.isEmpty()) {
      lookAgainIn(due);
    }
  }

  private Turn.Answer answer(Ticket ticket, Moment now) {
    return switch (ticket.state()) {
      case GRANTED -> new Turn.Answer.Granted(occupy(ticket.permit(), now));
      case IMPOSSIBLE -> new Turn.Answer.Impossible(impossible(ticket.tokens()));
      case DROPPED, WAITING -> new Turn.Answer.Over();
    };
  }

  private String impossible(long tokens) {
    String why = gate.impossible(tokens);
    return why == null ? "the limit was lower for a while" : why;
  }

  @SuppressWarnings("FutureReturnValueIgnored") // It neither ends nor fails with a value.
  private void lookAgainIn(long nanos) {
    if (!isToLookAgain && !timer.isShutdown()) {
      isToLookAgain = true;
      timer.schedule(this::lookAgain, nanos, TimeUnit.NANOSECONDS);
    }
  }

  private void lookAgain() {
    lock.lock();
    try {
      isToLookAgain = false;
      handOut();
    } catch (RuntimeException bug) {
      log.error("who waits for the quota could not be looked at again", bug);
    } finally {
      lock.unlock();
    }
  }

  private Permit occupy(long permit, Moment now) {
    places.take(now.monotonic());
    return new LeasedPermit(lessee, permit, now.monotonic(), clock, lock, this::vacate);
  }

  private void vacate() {
    places.vacate();
    handOut();
  }

  private <T> T locked(Supplier<T> work) {
    lock.lock();
    try {
      return work.get();
    } finally {
      lock.unlock();
    }
  }

  /** A session. */
  private final class Guest implements SessionQuota, LeasedTurn.Line {
    private final FairQueue.Session session;

    /** Those that had to wait and whose answer nobody has taken yet; a few. */
    private final List<LeasedTurn> open = new ArrayList<>();

    private boolean closed;

    Guest(FairQueue.Session session) {
      this.session = session;
    }

    @Override
    public Turn ask(QuotaRequest request) {
      return locked(() -> line(request));
    }

    private Turn line(QuotaRequest request) {
      if (closed) {
        return new AnsweredTurn(new Turn.Answer.Over());
      }
      String impossible = gate.impossible(request.tokens());
      if (impossible != null) {
        return new AnsweredTurn(new Turn.Answer.Impossible(impossible));
      }
      Moment now = clock.get();
      long permit =
          places.admits(now.monotonic()) ? gate.take(session, request.tokens(), now) : Gate.NONE;
      if (permit != Gate.NONE) {
        return new AnsweredTurn(new Turn.Answer.Granted(occupy(permit, now)));
      }
      long deadline = now.monotonic() + request.within().toNanos();
      Ticket ticket = gate.await(session, request.priority(), request.tokens(), deadline, now);
      LeasedTurn turn = new LeasedTurn(ticket, this, lock);
      open.add(turn);
      waiting.put(ticket, turn);
      handOut();
      return turn;
    }

    @Override
    public @Nullable Delay why(Ticket ticket) {
      if (!waiting.containsKey(ticket)) {
        return null;
      }
      Moment now = clock.get();
      return places.admits(now.monotonic()) ? gate.why(ticket, now) : places.why();
    }

    @Override
    public void left(LeasedTurn turn) {
      open.remove(turn);
      if (waiting.remove(turn.ticket()) != null) {
        gate.cancel(turn.ticket());
      }
    }

    @Override
    public void brought(RecentUse use) {
      lock.lock();
      try {
        gate.brought(session, use, clock.get());
      } finally {
        lock.unlock();
      }
    }

    @Override
    public @Nullable Delay why() {
      lock.lock();
      try {
        Moment now = clock.get();
        Delay delay = gate.why(session, now);
        return delay == null || places.admits(now.monotonic()) ? delay : places.why();
      } finally {
        lock.unlock();
      }
    }

    @Override
    public void close() {
      lock.lock();
      try {
        closed = true;
        List.copyOf(open).forEach(LeasedTurn::withdraw);
        gate.close(session);
      } finally {
        lock.unlock();
      }
    }
  }
}
