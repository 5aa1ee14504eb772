package io.dragoman.session;

import io.dragoman.pipeline.Caption;
import io.dragoman.pipeline.CaptionPipeline;
import io.dragoman.pipeline.CaptionSink;
import io.dragoman.pipeline.SessionMeter;
import io.dragoman.pipeline.Spent;
import io.dragoman.protocol.CloseCode;
import io.dragoman.protocol.ErrorCode;
import io.dragoman.protocol.ServerMessage;
import io.dragoman.quota.Load;
import io.dragoman.quota.SessionQuota;
import io.dragoman.speech.SpeechEvent;
import io.dragoman.speech.SpeechRecognizer;
import io.dragoman.speech.SpeechRequest;
import io.dragoman.speech.SpeechStream;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One live session: audio in, captions out.
 *
 * <p>The connection's thread brings audio and messages; the recogniser's thread brings what was
 * heard; the pipeline's lanes bring captions. All that is said to the client goes through the
 * {@link Outbox}.
 */
final class Session implements CaptionSink, Inflow.Owner {
  private static final Logger log = LoggerFactory.getLogger(Session.class);

  /** How long captions of what was said may still take once speech has failed for good. */
  private static final Duration LAST_CAPTIONS = Duration.ofSeconds(5);

  /** All sessions share the quota alike. */
  private static final int WEIGHT = 1;

  private final String sid;
  private final SessionPlan plan;
  private final Outbox outbox;
  private final CaptionWording wording;
  private final Duration overflow;
  private final CaptionPipeline pipeline;
  private final SpeechStream speech;
  private final AtomicBoolean closed = new AtomicBoolean();

  private final Inflow inflow;

  /** Added to by the connection's thread only. */
  private final AtomicLong receivedSamples = new AtomicLong();

  /** Set once the session cannot go on: what audio still comes is let pass. */
  private volatile boolean over;

  /** Whether the recogniser is in trouble; the client was told. */
  private volatile boolean unheard;

  /** Whether the client said that no audio follows. Written by the connection's thread. */
  private volatile boolean ending;

  Session(String sid, SessionPlan plan, SessionServices services, Outbox outbox) {
    this.sid = sid;
    this.plan = plan;
    this.outbox = outbox;
    this.wording = new CaptionWording(sid, plan.sampleRate());
    this.overflow = services.config().overflow();
    SessionQuota quota = services.gate().open(WEIGHT);
    SessionMeter meter = services.metrics().session(sid);
    this.pipeline =
        new CaptionPipeline(
            plan.captions(), 0, services.openAi(), quota, services.captions(), meter, this);
    this.speech = listen(services.recognizer());
    this.inflow = new Inflow(speech, plan.sampleRate(), services.config(), this);
    services
        .windows()
        .recall(
            sid,
            window -> {
              quota.brought(window.minute());
              meter.brought(window);
            });
  }

  private SpeechStream listen(SpeechRecognizer recognizer) {
    try {
      return recognizer.open(
          new SpeechRequest(plan.source(), plan.sampleRate(), 0), this::onSpeech);
    } catch (RuntimeException e) {
      pipeline.close();
      throw e;
    }
  }

  long receivedSamples() {
    return receivedSamples.get();
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

  /** Releases everything at once; the connection is gone. Thread-safe. */
  void close() {
    if (closed.compareAndSet(false, true)) {
      try {
        speech.close();
      } finally {
        pipeline.close();
      }
      log.debug("session {} closed after {} ms of audio", sid, millis(receivedSamples.get()));
    }
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
        case SpeechEvent.Settled settled ->
            outbox.commit(seq -> new ServerMessage.AudioAck(seq, settled.before()));
        case SpeechEvent.Activity activity ->
            outbox.send(
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
      fatal(
          ErrorCode.SPEECH_UNAVAILABLE,
          CloseCode.INTERNAL,
          "Speech recognition failed; start a new session.");
      return;
    }
    pipeline.finish();
    Spent spent = pipeline.spent();
    outbox.send(
        new ServerMessage.SessionEnded(
            "client",
            new ServerMessage.Usage(
                millis(receivedSamples.get()), spent.requests(), spent.tokens())));
    outbox.close(CloseCode.ENDED, Outbox.ENDED);
  }

  @Override
  public void partial(Caption.Partial caption) {
    outbox.send(wording.partial(caption));
  }

  @Override
  public void finished(Caption.Final caption) {
    outbox.commit(seq -> wording.finished(seq, caption));
  }

  @Override
  public void waiting(String reason, @Nullable Load share, Duration about) {
    long ms = about.toMillis();
    outbox.send(
        new ServerMessage.Status(
            "waiting",
            reason,
            share == null ? null : new ServerMessage.Share(share.requests(), share.tokens()),
            ms == 0 ? null : ms));
  }

  @Override
  public void flowing() {
    outbox.send(new ServerMessage.Status("flowing", null, null, null));
  }

  @Override
  public void failed(Caption.Role role, String language, String reason) {
    log.warn("session {}: a final could not be made for {} {}: {}", sid, role, language, reason);
    fail(
        ErrorCode.LANGUAGE_MODEL_UNAVAILABLE,
        "A sentence could not be "
            + (role == Caption.Role.CORRECTED ? "corrected." : "translated."));
  }

  @Override
  public void refused(String code) {
    log.warn("session {} ends: the language model refuses this node: {}", sid, code);
    fatal(
        ErrorCode.LANGUAGE_MODEL_UNAVAILABLE,
        CloseCode.INTERNAL,
        "The language model refuses this server; its operator has to act. Without targets and"
            + " corrections a session still has captions of what is said.");
  }

  @Override
  public void broken(RuntimeException bug) {
    log.error("session {} met a bug", sid, bug);
    fatal(ErrorCode.INTERNAL, CloseCode.INTERNAL, "The server failed; start a new session.");
  }

  private void unheard(Duration retryAfter, Duration kept, String message) {
    outbox.send(
        new ServerMessage.Failure(
            ErrorCode.SPEECH_UNAVAILABLE,
            false,
            true,
            retryAfter.toMillis(),
            kept.toMillis(),
            message));
  }

  private void fail(ErrorCode code, String message) {
    outbox.send(new ServerMessage.Failure(code, false, true, null, null, message));
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
