package io.dragoman.pipeline;

import io.dragoman.openai.ApiResult;
import io.dragoman.pipeline.Caption.Role;
import io.dragoman.quota.Delay;
import io.dragoman.quota.Turn;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/**
 * The captions of one role and language, made by one thread with one call in flight, in the order
 * of its {@link Agenda}.
 *
 * <p>A final that has lined up for its permit stays in line until it has it; a partial that waits
 * there gives way to a newer one, or to a final. Whatever else holds a call up (no connection, a
 * failure) ends in a pause after which the lane looks again for what is most worth doing, so a
 * partial that was overtaken costs nothing.
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
  private final Agenda agenda;
  private final Thread thread;

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
    this.agenda = new Agenda(calls.config().waitingFinals());
    this.growth = growth(-1);
    this.retry = new Retry(calls.config(), () -> ThreadLocalRandom.current().nextDouble());
    this.thread = Thread.ofVirtual().name("lane-" + language).unstarted(this::run);
  }

  void start() {
    thread.start();
  }

  boolean makes(Role asked, String into) {
    return role == asked && language.equals(into);
  }

  /** Takes a final that was due before; never waits. */
  void owe(Utterance utterance) {
    agenda.owe(utterance);
  }

  /** Takes what is to be made into a caption; waits while too many finals do. */
  void submit(Utterance utterance) throws InterruptedException {
    agenda.submit(utterance);
  }

  /**
   * Waits until every final is made, or the lane is closed, or the time is over.
   *
   * @return what is left of the time
   */
  long finish(long nanos) throws InterruptedException {
    return agenda.finish(nanos);
  }

  /** How many utterances wait for their turn; the one that is being made does not. */
  int waiting() {
    return agenda.waiting();
  }

  @Override
  public void close() {
    agenda.close();
    thread.interrupt();
  }

  private void run() {
    try {
      while (true) {
        Utterance next = agenda.next();
        if (next == null || refused) {
          return;
        }
        Duration left = next.complete() ? Duration.ZERO : untilNextPartial();
        agenda.pause(next, left.isPositive() ? left : make(next));
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

  /** Tries to make a caption. Returns how long to pause: zero when it is done with. */
  private Duration make(Utterance utterance) throws InterruptedException {
    if (growth.segment() != utterance.segment()) {
      growth = growth(utterance.segment());
    }
    long since = Math.max(heldUpUntil, utterance.heardAt());
    return switch (calls.attempt(role, prompt, utterance, since, new Making(utterance))) {
      case Calls.Attempt.Made made -> settle(utterance, made.result());
      case Calls.Attempt.NotYet notYet -> {
        if (utterance.complete()) {
          waiting.forConnection(this, utterance.heardAt());
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
      // Only the end of its session takes a final out of the line.
      case Calls.Attempt.Over over ->
          utterance.complete() ? calls.config().retryFirst() : done(utterance);
      case Calls.Attempt.Never never -> giveUp(utterance, never.reason());
    };
  }

  /** A caption in the making. */
  private final class Making implements Calls.Follower {
    private final Utterance utterance;
    private final StringBuilder soFar = new StringBuilder();

    Making(Utterance utterance) {
      this.utterance = utterance;
    }

    @Override
    public void linesUp(Turn turn) {
      agenda.linesUp(turn);
    }

    @Override
    public void waits(Delay delay) {
      if (utterance.complete()) {
        waiting.forPermit(Lane.this, delay);
      }
    }

    @Override
    public void passes() {
      agenda.passes();
    }

    @Override
    public void says(String delta) {
      grow(utterance, soFar.append(delta));
    }
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
    waiting.forUpstream(this, pause);
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
    if (utterance.complete()) {
      retry.next();
      waiting.end(this);
    }
    agenda.done(utterance);
    return Duration.ZERO;
  }
}
