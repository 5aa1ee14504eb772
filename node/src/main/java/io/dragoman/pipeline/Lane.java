package io.dragoman.pipeline;

import io.dragoman.openai.ApiResult;
import io.dragoman.pipeline.Caption.Role;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The captions of one role and language, made by one thread with one call in flight.
 *
 * <p>Finals are made in order and never dropped; while too many wait, whoever submits the next one
 * is held up. Of partials only the newest waits, and it gives way to any final. Whatever holds a
 * call up (no connection, no permit, a failure) ends in a pause after which the lane looks again
 * for what is most worth doing, so a partial that was overtaken costs nothing.
 */
final class Lane implements AutoCloseable {
  private final Role role;
  private final String language;
  private final Prompt prompt;
  private final CaptionPlan.Stability stability;
  private final Calls calls;
  private final SessionMeter meter;
  private final Waiting waiting;
  private final CaptionSink sink;
  private final Thread thread;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();

  // Guarded by lock.
  private final Deque<Utterance> finals = new ArrayDeque<>();
  private @Nullable Utterance partial;
  private @Nullable Utterance making;
  private boolean closed;

  // Only accessed by the lane's thread.
  private Growth growth;
  private final Retry retry;
  private boolean refused;
  private long noPartialBefore = System.nanoTime();

  /** Until when an earlier call, or a pause, kept the lane from its next one. */
  private long heldUpUntil = System.nanoTime();

  Lane(
      Role role,
      String language,
      Prompt prompt,
      CaptionPlan.Stability stability,
      Calls calls,
      SessionMeter meter,
      Waiting waiting,
      CaptionSink sink) {
    this.role = role;
    this.language = language;
    this.prompt = prompt;
    this.stability = stability;
    this.calls = calls;
    this.meter = meter;
    this.waiting = waiting;
    this.sink = sink;
    this.growth = growth(-1);
    this.retry = new Retry(calls.config(), () -> ThreadLocalRandom.current().nextDouble());
    this.thread = Thread.ofVirtual().name("lane-" + language).unstarted(this::run);
  }

  void start() {
    thread.start();
  }

  /** Takes what is to be made into a caption; waits while too many finals do. */
  void submit(Utterance utterance) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      if (!utterance.complete()) {
        partial = utterance;
      } else {
        while (finals.size() >= calls.config().waitingFinals() && !closed) {
          changed.await();
        }
        finals.add(utterance);
        partial = null;
      }
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Waits until every final is made, or the lane is closed, or the time is over.
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

  /** How many utterances wait for their turn; the one that is being made does not. */
  int waiting() {
    lock.lock();
    try {
      int all = finals.size() + (partial == null ? 0 : 1);
      return making != null && (making.equals(finals.peek()) || making.equals(partial))
          ? all - 1
          : all;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    thread.interrupt();
  }

  private void run() {
    try {
      while (true) {
        Utterance next = await();
        if (next == null || refused) {
          return;
        }
        Duration left = next.complete() ? Duration.ZERO : untilNextPartial();
        pause(next, left.isPositive() ? left : make(next));
        heldUpUntil = System.nanoTime();
      }
    } catch (InterruptedException e) {
      // The lane is closed: nobody wants its captions any more.
    } catch (RuntimeException bug) {
      sink.broken(bug);
    } finally {
      close();
    }
  }

  /** What to do next: the oldest final, else the newest partial; null when the lane is closed. */
  private @Nullable Utterance await() throws InterruptedException {
    lock.lockInterruptibly();
    try {
      while (!closed && finals.isEmpty() && partial == null) {
        changed.await();
      }
      if (closed) {
        return null;
      }
      making = finals.isEmpty() ? partial : finals.peek();
      return making;
    } finally {
      lock.unlock();
    }
  }

  /** Tries to make a caption. Returns how long to pause: zero when it is done with. */
  private Duration make(Utterance utterance) throws InterruptedException {
    if (growth.segment() != utterance.segment()) {
      growth = growth(utterance.segment());
    }
    StringBuilder soFar = new StringBuilder();
    Calls.Attempt attempt =
        calls.attempt(
            role,
            prompt,
            utterance,
            Math.max(heldUpUntil, utterance.heardAt()),
            delta -> grow(utterance, soFar.append(delta)));
    return switch (attempt) {
      case Calls.Attempt.Made made -> settle(utterance, made.result());
      case Calls.Attempt.NotYet notYet -> {
        if (utterance.complete()) {
          waiting.begin(this, notYet.reason(), notYet.pause());
        }
        yield notYet.pause();
      }
      case Calls.Attempt.Resting resting ->
          utterance.complete() ? tryLater(utterance, resting.pause()) : resting.pause();
      case Calls.Attempt.Refused refusal -> {
        refused = true;
        sink.refused(refusal.code());
        yield Duration.ZERO;
      }
      case Calls.Attempt.Never never -> giveUp(utterance, never.reason());
    };
  }

  private Duration settle(Utterance utterance, ApiResult result) {
    return switch (result) {
      case ApiResult.Completed completed -> {
        retry.works();
        show(utterance, completed.text().strip());
        yield done(utterance);
      }
      case ApiResult.Incomplete incomplete -> {
        retry.works();
        yield utterance.complete() && !retry.mayAskAgain()
            ? giveUp(utterance, incomplete.reason())
            : again(utterance, Duration.ZERO);
      }
      case ApiResult.RateLimited limited -> again(utterance, limited.retryAfter());
      case ApiResult.Refused refusal -> again(utterance, Duration.ZERO);
      case ApiResult.Failed failed when failed.retryable() -> again(utterance, Duration.ZERO);
      case ApiResult.Failed failed -> giveUp(utterance, failed.reason());
    };
  }

  private void grow(Utterance utterance, StringBuilder soFar) {
    long start = System.nanoTime();
    if (growth.grow(utterance, soFar)) {
      meter.shown(Duration.ofNanos(System.nanoTime() - start));
    }
  }

  private Growth growth(long segment) {
    StableText text = new StableText(language, stability.versions());
    return new Growth(segment, role, language, text, calls.config().showEvery(), sink::partial);
  }

  private void show(Utterance utterance, String text) {
    if (utterance.complete()) {
      sink.finished(
          new Caption.Final(
              role,
              language,
              utterance.segment(),
              growth.nextRevision(),
              utterance.startSample(),
              utterance.endSample(),
              text));
    } else if (!text.isEmpty()) {
      growth.show(utterance, text);
    }
  }

  private Duration untilNextPartial() {
    return Duration.ofNanos(noPartialBefore - System.nanoTime());
  }

  /** A final is tried again; a partial is not, for a newer one comes. */
  private Duration again(Utterance utterance, Duration wish) {
    if (utterance.complete()) {
      return tryLater(utterance, retry.pause(wish));
    }
    Duration rest = Retry.bounded(wish).plus(calls.config().retryFirst());
    noPartialBefore = System.nanoTime() + rest.toNanos();
    return done(utterance);
  }

  /** Keeps a final for another try after the pause, unless the upstream has failed for too long. */
  private Duration tryLater(Utterance utterance, Duration pause) {
    if (retry.failedTooLong(System.nanoTime())) {
      return giveUp(utterance, "the language model has failed for too long");
    }
    waiting.begin(this, "language_model", pause);
    return pause;
  }

  private Duration giveUp(Utterance utterance, String reason) {
    if (utterance.complete()) {
      sink.failed(role, language, reason);
      show(utterance, role == Role.CORRECTED ? utterance.text() : "");
    }
    return done(utterance);
  }

  private Duration done(Utterance utterance) {
    lock.lock();
    try {
      if (utterance.complete()) {
        finals.remove();
        retry.next();
        waiting.end(this);
      } else if (utterance.equals(partial)) {
        partial = null;
      }
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    return Duration.ZERO;
  }

  /** Waits, but while a partial does, no longer than until something newer comes. */
  private void pause(Utterance after, Duration pause) throws InterruptedException {
    long left = pause.toNanos();
    lock.lockInterruptibly();
    try {
      making = null;
      while (left > 0 && !closed && (after.complete() || after.equals(partial))) {
        left = changed.awaitNanos(left);
      }
    } finally {
      lock.unlock();
    }
  }
}
