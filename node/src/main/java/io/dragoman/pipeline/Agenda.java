package io.dragoman.pipeline;

import io.dragoman.quota.Turn;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * What a lane is to make: finals in order, none of which is dropped, and between them the newest
 * partial, which gives way to any final. While too many finals wait, whoever submits the next one
 * is held up. Thread-safe; one thread works it off.
 */
final class Agenda {
  private final int mostFinals;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();

  // Guarded by lock.
  private final Deque<Utterance> finals = new ArrayDeque<>();
  private @Nullable Utterance partial;

  /** What the lane is at; null between its attempts. */
  private @Nullable Utterance present;

  /** While that waits for its permit. */
  private @Nullable Turn turn;

  private boolean closed;

  /**
   * @param mostFinals how many finals may wait
   */
  Agenda(int mostFinals) {
    this.mostFinals = mostFinals;
  }

  /** Takes what is to be made into a caption; waits while too many finals do. */
  void submit(Utterance utterance) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      if (!utterance.complete()) {
        partial = utterance;
      } else {
        while (finals.size() >= mostFinals && !closed) {
          changed.await();
        }
        finals.add(utterance);
        partial = null;
      }
      giveWay();
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Takes a final however many wait. */
  void owe(Utterance utterance) {
    lock.lock();
    try {
      finals.add(utterance);
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Waits until every final is made, or the agenda is closed, or the time is over.
   *
   * @return what is left of the time
   */
  long finish(long nanos) throws InterruptedException {
    long left = nanos;
    lock.lockInterruptibly();
    try {
      while (!finals.isEmpty() && !closed && left > 0) {
        left = changed.awaitNanos(left);
      }
      return left;
    } finally {
      lock.unlock();
    }
  }

  /** How many utterances wait for their turn; one that is being made does not. */
  int waiting() {
    lock.lock();
    try {
      int all = finals.size() + (partial == null ? 0 : 1);
      Utterance made = turn == null ? present : null;
      return made != null && (made.equals(finals.peek()) || made.equals(partial)) ? all - 1 : all;
    } finally {
      lock.unlock();
    }
  }

  /** Nothing is made any more. */
  void close() {
    lock.lock();
    try {
      closed = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** What to do next: the oldest final, else the newest partial; null when the agenda is closed. */
  @Nullable Utterance next() throws InterruptedException {
    lock.lockInterruptibly();
    try {
      while (!closed && finals.isEmpty() && partial == null) {
        changed.await();
      }
      if (closed) {
        return null;
      }
      present = finals.isEmpty() ? partial : finals.peek();
      return present;
    } finally {
      lock.unlock();
    }
  }

  /** What the lane is at waits for its permit, until that is there or something goes before it. */
  void linesUp(Turn newTurn) {
    lock.lock();
    try {
      turn = newTurn;
      giveWay();
    } finally {
      lock.unlock();
    }
  }

  /** What the lane is at has its permit. */
  void passes() {
    lock.lock();
    try {
      turn = null;
    } finally {
      lock.unlock();
    }
  }

  /** What the lane is at is made, or given up. */
  void done(Utterance utterance) {
    lock.lock();
    try {
      if (utterance.complete()) {
        finals.remove();
      } else if (utterance.equals(partial)) {
        partial = null;
      }
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Ends an attempt with a pause; a partial's ends as soon as something goes before it. */
  void pause(Utterance after, Duration pause) throws InterruptedException {
    long left = pause.toNanos();
    lock.lockInterruptibly();
    try {
      present = null;
      turn = null;
      while (left > 0 && isWanted(after)) {
        left = changed.awaitNanos(left);
      }
    } finally {
      lock.unlock();
    }
  }

  /** Gives up the turn of what nobody wants any more. */
  private void giveWay() {
    if (turn != null && present != null && !isWanted(present)) {
      turn.withdraw();
    }
  }

  private boolean isWanted(Utterance utterance) {
    return !closed && (utterance.complete() || utterance.equals(partial));
  }
}
