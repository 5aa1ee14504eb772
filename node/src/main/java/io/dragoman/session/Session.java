package io.dragoman.session;

import io.dragoman.pipeline.CaptionPipeline;
import io.dragoman.pipeline.SessionMeter;
import io.dragoman.pipeline.Spent;
import io.dragoman.protocol.CloseCode;
import io.dragoman.protocol.ErrorCode;
import io.dragoman.protocol.ServerMessage;
import io.dragoman.quota.SessionQuota;
import io.dragoman.speech.SpeechEvent;
import io.dragoman.speech.SpeechRecognizer;
import io.dragoman.speech.SpeechRequest;
import io.dragoman.speech.SpeechStream;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One live session: audio in, captions out.
 *
 * <p>The connection's thread brings audio and messages; the recogniser's thread brings what was
 * heard; the pipeline's lanes bring captions. All that is said to the client goes through the
 * {@link Journal}, and from there through the {@link Outbox}.
 */
final class Session implements Inflow.Owner {
  private static final Logger log = LoggerFactory.getLogger(Session.class);

  /** How long captions of what was said may still take once speech has failed for good. */
  private static final Duration LAST_CAPTIONS = Duration.ofSeconds(5);

  /** What a client is told of a bug. */
  static final String BUG =
      "The server failed. Resume the session; if that fails as well, start a new one with another"
          + " sid.";

  /** All sessions share the quota alike. */
  private static final int WEIGHT = 1;

  private final String sid;
  private final Outbox outbox;
  private final Journal journal;
  private final CaptionWording wording;
  private final Duration overflow;
  private final CaptionPipeline pipeline;
  private final SpeechStream speech;
  private final AtomicBoolean closed = new AtomicBoolean();

  private final Inflow inflow;

  /** The position of the next audio. Added to by the connection's thread only. */
  private final AtomicLong receivedSamples = new AtomicLong();

  /** Set once the session cannot go on: what audio still comes is let pass. */
  private volatile boolean over;

  /** Whether the recogniser is in trouble; the client was told. */
  private volatile boolean unheard;

  /** Whether the client said that no audio follows. Written by the connection's thread. */
  private volatile boolean ending;

  /**
   * @param record what is known of it from before, where it is resumed
   */
  Session(
      SessionPlan plan,
      SessionServices services,
      SessionRecord record,
      CaptionWording wording,
      Journal journal,
      Outbox outbox) {
    this.sid = record.sid();
    this.outbox = outbox;
    this.journal = journal;
    this.wording = wording;
    this.receivedSamples.set(record.fromSample());
    this.overflow = services.config().overflow();
    SessionQuota quota = services.gate().open(WEIGHT);
    SessionMeter meter = services.metrics().session(sid);
    this.pipeline =
        new CaptionPipeline(
            plan.captions(),
            record.segment(),
            services.openAi(),
            quota,
            services.captions(),
            meter,
            new CaptionDelivery(
                sid,
                wording,
                journal,
                (code, message) -> fatal(code, CloseCode.INTERNAL, message)));
    record.owed().forEach(owed -> pipeline.owe(owed.role(), owed.language(), owed.said()));
    services
        .windows()
        .recall(
            sid,
            window -> {
              quota.brought(window.minute());
              meter.brought(window);
            });
    this.speech =
        listen(
            services.recognizer(),
            new SpeechRequest(plan.source(), plan.sampleRate(), record.fromSample()));
    this.inflow =
        new Inflow(speech, plan.sampleRate(), services.config(), this, record.owner().epoch() > 1);
    journal.start(this::lost);
  }

  private SpeechStream listen(SpeechRecognizer recognizer, SpeechRequest request) {
    try {
      return recognizer.open(request, this::onSpeech);
    } catch (RuntimeException e) {
      pipeline.close();
      throw e;
    }
  }

  /** How often the session was taken up, from 1. */
  int epoch() {
    return wording.epoch();
  }

  long receivedSamples() {
    return receivedSamples.get();
  }

  /** Another connection to this node has the session. Thread-safe. */
  void takenOver() {
    journal.takenOver();
  }

  /** Hears and asks for nothing from here on, however long the client takes to go. */
  private void lost() {
    over = true;
    close(false);
  }

  /** Whether the client said that no audio follows. Thread-safe. */
  boolean isEnding() {
    return ending;
  }

  /**
   * Takes the next audio. While it comes too fast, or the recogniser cannot keep up, it holds the
   * connection's thread, and so the client.
   */
  void audio(byte[] pcm) throws InterruptedException {
    if (!over && inflow.take(pcm)) {
      receivedSamples.addAndGet(pcm.length / 2);
    }
  }

  /** The client is there, though it sends no audio. */
  void present() {
    speech.present();
  }

  /** Makes what was said so far final. */
  void flush() {
    speech.flush();
  }

  /** Switches captions of sentences that still grow. */
  void growing(boolean on) {
    pipeline.growing(on);
  }

  /**
   * No audio follows: what was said is finished, then the client is told, and the connection
   * closed.
   */
  void end() {
    ending = true;
    speech.finish();
  }

  /**
   * Releases everything at once: the connection is gone, or another one has the session.
   * Thread-safe.
   *
   * @param forGood whether the client heard all, and will not resume the session
   */
  void close(boolean forGood) {
    if (closed.compareAndSet(false, true)) {
      try {
        speech.close();
      } finally {
        pipeline.close();
        journal.close(forGood);
      }
      log.debug("session {} closed after {} ms of audio", sid, millis(receivedSamples.get()));
    }
  }

  /** Waits until the cluster has all that it will have of the session, once it is closed. */
  void awaitLetGo() throws InterruptedException {
    journal.awaitLetGo();
  }

  @Override
  public boolean isOver() {
    return over;
  }

  @Override
  public void heldBack(String message) {
    // A client that knows that speech is away need not be told that its audio waits.
    if (!unheard) {
      fail(ErrorCode.AUDIO_OVERFLOW, message);
    }
  }

  @Override
  public void overflowed(String message) {
    if (unheard) {
      fatal(
          ErrorCode.SPEECH_UNAVAILABLE,
          CloseCode.INTERNAL,
          "Speech could not be heard for too long; start a new session later.");
    } else {
      fatal(ErrorCode.AUDIO_OVERFLOW, CloseCode.FULL, message);
    }
  }

  private void onSpeech(SpeechEvent event) {
    try {
      switch (event) {
        case SpeechEvent.Interim interim -> {
          unheard = false;
          pipeline.heard(interim);
        }
        case SpeechEvent.Final said -> {
          unheard = false;
          pipeline.heard(said);
        }
        case SpeechEvent.Settled settled -> journal.covered(settled.before());
        case SpeechEvent.Activity activity ->
            journal.say(
                new ServerMessage.Speech(
                    activity.speaking() ? "start" : "end", millis(activity.sample())));
        case SpeechEvent.Interrupted interrupted -> {
          Duration kept = enduring(interrupted);
          unheard = true;
          unheard(
              interrupted.retryAfter(),
              kept,
              "Speech is not heard at the moment. What is said is kept, and heard when that"
                  + " passes within %d s; otherwise the session ends.".formatted(kept.toSeconds()));
        }
        case SpeechEvent.Ended ended -> ended(ended);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** A client whose audio has no room left is held back for a while. */
  private Duration enduring(SpeechEvent.Interrupted interrupted) {
    return ending ? interrupted.enduring() : interrupted.enduring().plus(overflow);
  }

  private void ended(SpeechEvent.Ended ended) throws InterruptedException {
    SpeechEvent.Failure failure = ended.failure();
    over = true;
    if (failure != null) {
      log.warn(
          "session {}: speech recognition failed: {} {}", sid, failure.code(), failure.message());
      unheard(
          Duration.ofMillis(SessionSocket.RETRY_AFTER_MS),
          Duration.ZERO,
          "Speech recognition failed, and nothing more is heard. The session ends when what was"
              + " said has its captions, within %d s.".formatted(LAST_CAPTIONS.toSeconds()));
      pipeline.finish(LAST_CAPTIONS);
      journal.awaitSaid();
      fatal(
          ErrorCode.SPEECH_UNAVAILABLE,
          CloseCode.INTERNAL,
          "Speech recognition failed; start a new session.");
      return;
    }
    pipeline.finish();
    Spent spent = pipeline.spent();
    journal.say(
        new ServerMessage.SessionEnded(
            "client",
            new ServerMessage.Usage(
                millis(receivedSamples.get()), spent.requests(), spent.tokens())));
    journal.awaitSaid();
    outbox.close(CloseCode.ENDED, Outbox.ENDED);
  }

  private void unheard(Duration retryAfter, Duration kept, String message) {
    journal.say(
        new ServerMessage.Failure(
            ErrorCode.SPEECH_UNAVAILABLE,
            false,
            true,
            retryAfter.toMillis(),
            kept.toMillis(),
            message));
  }

  private void fail(ErrorCode code, String message) {
    journal.say(new ServerMessage.Failure(code, false, true, null, null, message));
  }

  private void fatal(ErrorCode code, CloseCode close, String message) {
    over = true;
    outbox.fail(
        new ServerMessage.Failure(code, true, true, SessionSocket.RETRY_AFTER_MS, null, message),
        close);
  }

  private long millis(long samples) {
    return wording.millis(samples);
  }
}
