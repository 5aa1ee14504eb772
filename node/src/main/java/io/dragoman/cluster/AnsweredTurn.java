package io.dragoman.cluster;

import io.dragoman.quota.Amount;
import io.dragoman.quota.Delay;
import io.dragoman.quota.Delay.Bound;
import io.dragoman.quota.Delay.Cause;
import io.dragoman.quota.Permit;
import io.dragoman.quota.Turn;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;

/** The turn of a request that was answered at once, as most are. Thread-safe. */
final class AnsweredTurn implements Turn {
  static final Delay NO_DELAY = new Delay(Cause.SHARE, Bound.REQUESTS, Amount.ZERO, 0);

  private final Answer answer;

  /** Whether the answer was handed over, or given up. */
  private final AtomicBoolean taken = new AtomicBoolean();

  AnsweredTurn(Answer answer) {
    this.answer = answer;
  }

  @Override
  public Answer await(Duration atMost) throws InterruptedException {
    if (Thread.interrupted()) {
      throw new InterruptedException();
    }
    return taken.getAndSet(true) ? new Answer.Over() : answer;
  }

  @Override
  public Delay why() {
    return NO_DELAY;
  }

  @Override
  public void withdraw() {
    if (!taken.getAndSet(true) && answer instanceof Answer.Granted(Permit permit)) {
      permit.unspent();
      permit.close();
    }
  }
}
