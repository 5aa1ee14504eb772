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
import java.util.concurrent.locks.Lock;
import org.jspecify.annotations.Nullable;

/** The turn of a request that waits in the line of a {@link LeasedGate}. Thread-safe. */
final class LeasedTurn implements Turn {
  /** Where it stands; called under the gate's lock. */
  interface Line {
    /** What a request waits for; null where it waits no more. */
    @Nullable Delay why(Ticket ticket);

    /** Its answer was handed over, or given up. */
    void left(LeasedTurn turn);
  }

  private final Ticket ticket;
  private final Line line;
  private final Lock lock;
  private final CompletableFuture<Answer> answer = new CompletableFuture<>();

  // Guarded by lock.

  /** Whether the answer was handed over, or given up. */
  private boolean taken;

  /** What it waited for when somebody asked last. */
  private Delay delay = AnsweredTurn.NO_DELAY;

  /**
   * @param lock of the gate
   */
  LeasedTurn(Ticket ticket, Line line, Lock lock) {
    this.ticket = ticket;
    this.line = line;
    this.lock = lock;
  }

  Ticket ticket() {
    return ticket;
  }

  void answer(Answer came) {
    answer.complete(came);
  }

  @Override
  public Answer await(Duration atMost) throws InterruptedException {
    Answer came;
    try {
      came = answer.get(atMost.toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      return new Answer.Waiting();
    } catch (ExecutionException e) {
      throw new IllegalStateException("an answer is never an exception", e);
    }
    lock.lock();
    try {
      return take() ? came : new Answer.Over();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public Delay why() {
    lock.lock();
    try {
      Delay now = line.why(ticket);
      if (now != null) {
        delay = now;
      }
      return delay;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void withdraw() {
    lock.lock();
    try {
      if (take()
          && !answer.complete(new Answer.Over())
          && answer.resultNow() instanceof Answer.Granted(Permit permit)) {
        permit.unspent();
        permit.close();
      }
    } finally {
      lock.unlock();
    }
  }

  /** Whether the answer is the caller's. */
  private boolean take() {
    if (taken) {
      return false;
    }
    taken = true;
    line.left(this);
    return true;
  }
}
