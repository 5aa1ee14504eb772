package io.dragoman.cluster;

import io.dragoman.quota.Delay;
import io.dragoman.quota.Permit;
import io.dragoman.quota.Ticket;
import io.dragoman.quota.Turn;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** The turn of a request that waits in the line of a {@link LeasedGate}. Thread-safe. */
final class LeasedTurn implements Turn {

  /** Where it stands. */
  interface Line {
    /** What a request waits for; null where it waits no more. */
    @Nullable Delay why(Ticket ticket);

    /** Takes a request back, if it still waits. */
    void leave(Ticket ticket);
  }

  private final Ticket ticket;
  private final Line line;
  private final CompletableFuture<Answer> answer = new CompletableFuture<>();

  /** Whether the answer was handed over, or given up. */
  private final AtomicBoolean taken = new AtomicBoolean();

  /** What it waited for when somebody asked last. */
  private volatile Delay delay = AnsweredTurn.NO_DELAY;

  LeasedTurn(Ticket ticket, Line line) {
    this.ticket = ticket;
    this.line = line;
  }

  boolean isIn(Line line) {
    return this.line == line;
  }

  void answer(Answer came) {
    answer.complete(came);
  }

  @Override
  public Answer await(Duration atMost) throws InterruptedException {
    try {
      Answer came = answer.get(atMost.toNanos(), TimeUnit.NANOSECONDS);
      return taken.getAndSet(true) ? new Answer.Over() : came;
    } catch (TimeoutException e) {
      return new Answer.Waiting();
    } catch (ExecutionException e) {
      throw new IllegalStateException("an answer is never an exception", e);
    }
  }

  @Override
  public Delay why() {
    Delay now = line.why(ticket);
    if (now != null) {
      delay = now;
    }
    return delay;
  }

  @Override
  public void withdraw() {
    if (taken.getAndSet(true)) {
      return;
    }
    line.leave(ticket);
    if (!answer.complete(new Answer.Over())
        && answer.resultNow() instanceof Answer.Granted(Permit permit)) {
      permit.unspent();
      permit.close();
    }
  }
}
