package io.dragoman.speech;

import com.google.api.gax.rpc.StatusCode.Code;
import io.dragoman.speech.SpeechEvent.Ended;
import io.dragoman.speech.SpeechEvent.Failure;
import io.dragoman.speech.SpeechEvent.Interrupted;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A live stream as a row of calls to Google. One virtual thread goes leg after leg: it opens a call
 * when there is audio, feeds it, reports what it hears, and begins the next where the last one was
 * settled, whether that was ended by age, by a flush, or by a failure.
 *
 * <p>A leg begins only when the one before has ended, though Google would take both at once. What
 * is said meanwhile waits in the buffer for the few tenths of a second, once in four minutes and
 * mostly in silence. In return the same audio is never heard by two calls, so there is nothing to
 * de-duplicate, with or without word positions, and a stream counts once against Google's limit on
 * concurrent streams.
 */
final class GoogleStream implements SpeechStream {
  private static final Logger log = LoggerFactory.getLogger(GoogleStream.class);

  /** How many times longer than at first a service is left in doubt, at most. */
  private static final int MOST_DOUBT = 8;

  private final Leg.Service service;
  private final SpeechListener listener;
  private final Consumer<GoogleStream> whenOver;
  private final Thread thread;
  private final Intake intake;

  // Only used by the thread:
  private final Hearing hearing;
  private final Retry retry;
  private Duration doubtAfter;

  /**
   * @param whenOver is run once, after the last event
   */
  GoogleStream(
      Leg.Service service,
      SpeechRequest request,
      SpeechListener listener,
      String name,
      Consumer<GoogleStream> whenOver) {
    SpeechConfig config = service.config();
    this.service = service;
    this.listener = listener;
    this.whenOver = whenOver;
    this.thread = Thread.ofVirtual().name(name).unstarted(this::run);
    long capacity = config.buffer().toMillis() * request.sampleRate() / 1_000;
    AudioBuffer buffer = new AudioBuffer(request.fromSample(), capacity);
    this.intake = new Intake(buffer, config.finishWithin(), this::wake);
    this.hearing = new Hearing(request.fromSample(), request.sampleRate());
    this.doubtAfter = config.patience();
    this.retry =
        new Retry(
            config.retryFirst(),
            config.retryLongest(),
            config.giveUpAfter(),
            () -> ThreadLocalRandom.current().nextDouble());
  }

  GoogleStream start() {
    thread.start();
    return this;
  }

  @Override
  public boolean offer(byte[] pcm) {
    return intake.offer(pcm);
  }

  @Override
  public void present() {
    intake.present();
  }

  @Override
  public void flush() {
    intake.flush();
  }

  @Override
  public void finish() {
    intake.finish();
  }

  @Override
  public void close() {
    intake.stop(new Intake.Stop(null));
  }

  /** Ends the stream at once, and tells the listener why. */
  void fail(Failure failure) {
    intake.stop(new Intake.Stop(failure));
  }

  private void wake() {
    LockSupport.unpark(thread);
  }

  private void run() {
    try {
      Failure failure = hearAll();
      Intake.Stop stop = intake.stopped();
      if (stop == null) {
        // No audio is taken from here on.
        intake.stop(new Intake.Stop(null));
        listener.onEvent(new Ended(failure));
      } else if (stop.failure() != null) {
        listener.onEvent(new Ended(stop.failure()));
      }
    } catch (RuntimeException bug) {
      log.error("a speech stream ended because of a bug", bug);
      intake.stop(new Intake.Stop(null));
      listener.onEvent(new Ended(new Failure(Code.INTERNAL.name(), bug.getClass().getName())));
    } finally {
      whenOver.accept(this);
    }
  }

  private void report(SpeechEvent event) {
    if (intake.stopped() == null) {
      listener.onEvent(event);
    }
  }

  /** Goes leg after leg; returns why it cannot go on, or null when all was heard. */
  private @Nullable Failure hearAll() {
    while (awaitAudio()) {
      long settled = hearing.settled();
      Leg.End end =
          new Leg(service, intake, hearing, doubtAfter, new GoogleCall(this::wake), this::report)
              .go();
      if (hearing.settled() > settled) {
        retry.works();
      }
      switch (end) {
        case Leg.End.Settled(boolean spoke) -> learnNoise(spoke);
        case Leg.End.Broken broken -> {
          Failure failure = recover(broken);
          if (failure != null) {
            return failure;
          }
        }
        case Leg.End.Stopped() -> {
          return null;
        }
      }
    }
    return null;
  }

  /** Waits until a leg has something to do; false when none will have. */
  private boolean awaitAudio() {
    while (intake.stopped() == null) {
      if (intake.end() > hearing.settled()) {
        return true;
      }
      if (intake.isFinished()) {
        return false;
      }
      LockSupport.park(this);
    }
    return false;
  }

  /** Waits until the next leg may be tried; returns why none may. */
  private @Nullable Failure recover(Leg.End.Broken broken) {
    String code = broken.code().name();
    long now = System.nanoTime();
    if (intake.nanosLeft(now) <= 0) {
      return new Failure(code, "not heard to the end in time: " + broken.message());
    }
    return switch (retry.afterBreak(broken.code(), worked(broken), now)) {
      case Retry.Decision.AtOnce() -> {
        log.debug("a speech call is renewed after {} ms", broken.lasted().toMillis());
        yield null;
      }
      case Retry.Decision.After(Duration pause) -> {
        log.debug("a speech call broke ({}), next in {} ms", code, pause.toMillis());
        service.watch().broke(broken.code(), broken.message());
        report(new Interrupted(code, pause, enduring(now)));
        sleep(pause);
        yield null;
      }
      case Retry.Decision.Never() -> {
        service.watch().broke(broken.code(), broken.message());
        yield new Failure(code, broken.message());
      }
    };
  }

  /** How long this may go on. */
  private Duration enduring(long now) {
    Duration untilGivenUp = retry.left(now);
    Duration untilFull =
        intake.isFinished()
            ? Duration.ofNanos(intake.nanosLeft(now))
            : Duration.ofMillis(intake.room() * 1_000 / service.sampleRate());
    return untilFull.compareTo(untilGivenUp) < 0 ? untilFull : untilGivenUp;
  }

  /** Where a sound service has nothing to say, it is asked less often if it still hears. */
  private void learnNoise(boolean spoke) {
    Duration patience = service.config().patience();
    Duration most = patience.multipliedBy(MOST_DOUBT);
    Duration doubled = doubtAfter.multipliedBy(2);
    doubtAfter = spoke ? patience : doubled.compareTo(most) < 0 ? doubled : most;
  }

  /** Whether a call was of use: it outlived the longest pause, and not without a word. */
  private boolean worked(Leg.End.Broken broken) {
    return broken.lasted().compareTo(service.config().retryLongest()) > 0
        && (broken.spoke() || broken.code() != Code.DEADLINE_EXCEEDED);
  }

  /** Sleeps, but no longer than the stream may be heard. */
  private void sleep(Duration pause) {
    long until = System.nanoTime() + pause.toNanos();
    long now;
    while (intake.stopped() == null
        && (now = System.nanoTime()) - until < 0
        && intake.nanosLeft(now) > 0) {
      LockSupport.parkNanos(this, Math.min(until - now, intake.nanosLeft(now)));
    }
  }
}
