package io.dragoman.pipeline;

import io.dragoman.openai.ApiResult;
import io.dragoman.openai.Usage;
import io.dragoman.pipeline.Caption.Role;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
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
  /** An upstream's wish to wait is heeded for so long, and then tried. */
  private static final Duration LONGEST_RETRY_AFTER = Duration.ofMinutes(1);

  private final Role role;
  private final String language;
  private final Prompt prompt;
  private final CaptionPlan.Stability stability;
  private final Calls calls;
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
  private Spent spent = Spent.NOTHING;

  // Only accessed by the lane's thread.
  private Growth growth;
  private int failures;
  private int refusals;
  private long noPartialBefore = System.nanoTime();

  Lane(
      Role role,
      String language,
      Prompt prompt,
      CaptionPlan.Stability stability,
      Calls calls,
      Waiting waiting,
      CaptionSink sink) {
    this.role = role;
    this.language = language;
    this.prompt = prompt;
    this.stability = stability;
    this.calls = calls;
    this.waiting = waiting;
    this.sink = sink;
    this.growth = new Growth(-1);
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

  /** Waits until every final is made, or the lane is closed. */
  void finish() throws InterruptedException {
    lock.lockInterruptibly();
    try {
      while (!finals.isEmpty() && !closed) {
        changed.await();
      }
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

  Spent spent() {
    lock.lock();
    try {
      return spent;
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
        if (next == null) {
          return;
        }
        Duration left = next.complete() ? Duration.ZERO : untilNextPartial();
        pause(next, left.isPositive() ? left : make(next));
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
    if (growth.segment != utterance.segment()) {
      growth = new Growth(utterance.segment());
    }
    StringBuilder soFar = new StringBuilder();
    Calls.Attempt attempt =
        calls.attempt(
            role, prompt, utterance, delta -> growth.grow(utterance, soFar.append(delta)));
    return switch (attempt) {
      case Calls.Attempt.Made made -> settle(utterance, made.result());
      case Calls.Attempt.NotYet notYet -> {
        if (utterance.complete()) {
          waiting.begin(this, notYet.reason(), notYet.pause());
        }
        yield notYet.pause();
      }
      case Calls.Attempt.Never never -> giveUp(utterance, never.reason());
    };
  }

  private Duration settle(Utterance utterance, ApiResult result) {
    spend(utterance, result);
    return switch (result) {
      case ApiResult.Completed completed -> {
        show(utterance, completed.text().strip());
        yield done(utterance);
      }
      case ApiResult.Incomplete incomplete ->
          ++refusals < calls.config().refusals()
              ? again(utterance, Duration.ZERO)
              : giveUp(utterance, incomplete.reason());
      case ApiResult.RateLimited limited -> again(utterance, limited.retryAfter());
      case ApiResult.Failed failed ->
          failed.retryable() ? again(utterance, Duration.ZERO) : giveUp(utterance, failed.reason());
    };
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
      growth.show(utterance, growth.text.next(text));
    }
  }

  private Duration untilNextPartial() {
    return Duration.ofNanos(noPartialBefore - System.nanoTime());
  }

  /** A final is tried again, after a pause that grows; a partial is not, for a newer one comes. */
  private Duration again(Utterance utterance, Duration asked) {
    PipelineConfig config = calls.config();
    Duration atLeast = asked.compareTo(LONGEST_RETRY_AFTER) < 0 ? asked : LONGEST_RETRY_AFTER;
    if (!utterance.complete()) {
      Duration rest = atLeast.plus(config.retryFirst());
      noPartialBefore = System.nanoTime() + rest.toNanos();
      return done(utterance);
    }
    Duration backoff = config.retryFirst().multipliedBy(1L << Math.min(failures, 10));
    failures++;
    Duration capped = backoff.compareTo(config.retryMost()) < 0 ? backoff : config.retryMost();
    Duration pause = capped.compareTo(atLeast) < 0 ? atLeast : capped;
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
        failures = 0;
        refusals = 0;
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

  private void spend(Utterance utterance, ApiResult result) {
    Usage usage = result instanceof ApiResult.Completed completed ? completed.usage() : null;
    long tokens =
        usage == null
            ? prompt.tokens(utterance.text())
            : usage.promptTokens() + usage.completionTokens();
    boolean sent = !(result instanceof ApiResult.Failed failed) || failed.sent();
    lock.lock();
    try {
      spent = sent ? spent.plus(new Spent(1, tokens)) : spent;
    } finally {
      lock.unlock();
    }
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

  /** What was shown of the segment that grows. Only accessed by the lane's thread. */
  private final class Growth {
    private final long segment;
    private final StableText text;
    private int revision;
    private long shownAt;

    Growth(long segment) {
      this.segment = segment;
      this.text = new StableText(language, stability.versions());
      this.shownAt = System.nanoTime() - TimeUnit.HOURS.toNanos(1);
    }

    int nextRevision() {
      return ++revision;
    }

    /**
     * Shows an answer while it streams in, once it says more than what is shown, and not too often.
     */
    void grow(Utterance utterance, StringBuilder soFar) {
      if (System.nanoTime() - shownAt >= calls.config().showEvery().toNanos()) {
        StableText.Split split = text.grow(soFar.toString());
        if (split != null) {
          show(utterance, split);
        }
      }
    }

    void show(Utterance utterance, StableText.Split split) {
      shownAt = System.nanoTime();
      sink.partial(
          new Caption.Partial(
              role,
              language,
              segment,
              nextRevision(),
              utterance.startSample(),
              utterance.endSample(),
              split.stable(),
              split.tentative()));
    }
  }
}
