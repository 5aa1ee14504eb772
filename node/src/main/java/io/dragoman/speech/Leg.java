package io.dragoman.speech;

import com.google.api.gax.rpc.BidiStreamingCallable;
import com.google.api.gax.rpc.StatusCode.Code;
import com.google.cloud.speech.v2.StreamingRecognizeRequest;
import com.google.cloud.speech.v2.StreamingRecognizeResponse;
import com.google.protobuf.UnsafeByteOperations;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/**
 * One leg of a stream: a single call, from its opening to its end. It sends what the client gave,
 * from the settled position on, and reports what is heard. Used by one thread, which must be the
 * one that its wake-ups reach.
 *
 * <p>Audio leaves in chunks of 100 ms: what is new at once or after 100 ms, what is sent again no
 * faster than the service bears. Nothing is sent to a call that is not ready for it.
 */
final class Leg {

  /** How a leg ended. */
  sealed interface End {

    /**
     * It was heard to the end; what follows is for another leg.
     *
     * @param spoke whether the service had said anything
     */
    record Settled(boolean spoke) implements End {}

    /**
     * The service broke it off, or did not go on with it.
     *
     * @param spoke whether it had said anything
     */
    record Broken(Code code, String message, Duration lasted, boolean spoke) implements End {}

    /** The stream is over. */
    record Stopped() implements End {}
  }

  /** What all the legs of a stream need. */
  record Service(
      BidiStreamingCallable<StreamingRecognizeRequest, StreamingRecognizeResponse> callable,
      StreamingRecognizeRequest configuration,
      int sampleRate,
      SpeechConfig config,
      Rotation rotation,
      ServiceWatch watch) {}

  private static final long CHUNK_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  /**
   * How long a call lives at least, though finals are asked for sooner: no client makes a service
   * with a limit on calls take several a second from it.
   */
  private static final long SHORTEST_NANOS = TimeUnit.SECONDS.toNanos(1);

  private static final int CHUNKS_PER_SECOND = 10;
  private static final int BYTES_PER_SAMPLE = 2;

  private final Service service;
  private final Intake intake;
  private final Hearing hearing;
  private final Duration doubtAfter;
  private final GoogleCall call;
  private final Consumer<SpeechEvent> listener;
  private final Timeline timeline;
  private final long from;
  private final int chunk;

  private boolean configured;
  private boolean halfClosed;

  /** Up to where the listener knows that everything is settled. */
  private long told;

  private final long openedAt = System.nanoTime();
  private long sentAt = openedAt - CHUNK_NANOS;
  private long sentAudioAt = openedAt;

  /** When the service last did what was expected of it. */
  private long responsiveAt = openedAt;

  /** When it last said something, and how much was sent since that sounds like speech. */
  private long spokeAt = openedAt;

  private long loudSamples;
  private boolean spoke;

  /**
   * @param doubtAfter for how long the service may say nothing about so much that sounds like
   *     speech, before it is asked if it still hears
   */
  Leg(
      Service service,
      Intake intake,
      Hearing hearing,
      Duration doubtAfter,
      GoogleCall call,
      Consumer<SpeechEvent> listener) {
    this.service = service;
    this.intake = intake;
    this.hearing = hearing;
    this.doubtAfter = doubtAfter;
    this.call = call;
    this.listener = listener;
    this.timeline = hearing.beginCall();
    this.from = timeline.next();
    this.told = from;
    this.chunk = service.sampleRate / CHUNKS_PER_SECOND;
  }

  /** Goes the leg, and returns at its end. */
  End go() {
    call.open(service.callable);
    try {
      return goOn();
    } finally {
      call.abandon();
    }
  }

  private End goOn() {
    while (true) {
      // Asked before the responses are taken, of which none comes after the end.
      GoogleCall.End end = call.end();
      hearResponses();
      if (intake.stopped() != null) {
        return new End.Stopped();
      }
      long now = System.nanoTime();
      if (end != null) {
        return ended(end, now);
      }
      long pause = halfClosed ? patienceLeft(now) : feed(now);
      if (call.end() != null) {
        // It may have ended while the listener heard, and a lock that the listener waited for may
        // have used up the wake-up.
        continue;
      }
      long left = intake.nanosLeft(now);
      if (left <= 0 || patienceLeft(now) <= 0) {
        String what = halfClosed ? "does not end" : "takes no audio";
        return broken(Code.DEADLINE_EXCEEDED, "the call " + what, now);
      }
      LockSupport.parkNanos(this, Math.min(pause, left));
    }
  }

  private void hearResponses() {
    StreamingRecognizeResponse response;
    while ((response = call.poll()) != null && intake.stopped() == null) {
      hearing.hear(response).forEach(listener);
      release();
      // The listener's time is not the service's.
      responsiveAt = System.nanoTime();
      service.watch.works(openedAt);
      spokeAt = responsiveAt;
      loudSamples = 0;
      spoke = true;
    }
  }

  private void release() {
    long settled = hearing.settled();
    intake.release(settled);
    if (settled > told) {
      told = settled;
      listener.accept(new SpeechEvent.Settled(settled));
    }
  }

  private End ended(GoogleCall.End end, long now) {
    if (end.code() != Code.OK) {
      return broken(end.code(), end.message(), now);
    }
    if (!halfClosed) {
      return broken(Code.ABORTED, "the service ended the call by itself", now);
    }
    service.watch.works(openedAt);
    hearing.callEnded();
    release();
    return new End.Settled(spoke);
  }

  private End broken(Code code, String message, long now) {
    return new End.Broken(code, message, Duration.ofNanos(now - openedAt), spoke);
  }

  private long patienceLeft(long now) {
    return service.config.patience().toNanos() - (now - responsiveAt);
  }

  /** Sends what is due; returns for how many nanoseconds nothing else will be. */
  private long feed(long now) {
    if (!call.isReady()) {
      return patienceLeft(now);
    }
    responsiveAt = now;
    if (!configured) {
      call.send(service.configuration);
      configured = true;
    }
    long position = timeline.next();
    long limit = intake.limit(from);
    if (position >= limit) {
      long early = openedAt + SHORTEST_NANOS - now;
      if (early > 0 && !intake.isFinished()) {
        return early;
      }
      halfClose();
      return 0;
    }
    long available = Math.min(intake.end(), limit) - position;
    boolean rotates = rotationIsDue(now, position, available);
    if (rotates || isInDoubt(now)) {
      hearing.callIsCut(rotates && hearing.isQuiet());
      halfClose();
      return 0;
    }
    long early = dueAt(now, available, position + available == limit) - now;
    if (early > 0) {
      return early;
    }
    if (available > 0) {
      byte[] pcm = intake.read(position, (int) Math.min(available, chunk));
      timeline.addAudio(pcm.length / BYTES_PER_SAMPLE);
      sentAudioAt = now;
      loudSamples += Loudness.isLoud(pcm) ? pcm.length / BYTES_PER_SAMPLE : 0;
      send(pcm);
    } else {
      timeline.addSilence(chunk);
      send(new byte[chunk * BYTES_PER_SAMPLE]);
    }
    sentAt = now;
    return 0;
  }

  /** When so much audio, or silence in its place, is to be sent. */
  private long dueAt(long now, long available, boolean isLast) {
    if (available >= chunk || (available > 0 && isLast)) {
      double pace = leadIsSpent(now) ? 1 : service.config.catchUp();
      return sentAt + (long) (CHUNK_NANOS / pace);
    }
    if (available > 0) {
      return sentAt + CHUNK_NANOS;
    }
    long idleFillAfter = service.config.idleFillAfter().toNanos();
    if (!hearing.isQuiet() && !intake.isPresent()) {
      // It may be cut off within a word, and the service would take silence for a sentence's end.
      return now + idleFillAfter;
    }
    return Math.max(sentAudioAt + idleFillAfter - sentAt, CHUNK_NANOS) + sentAt;
  }

  /** Whether the call was sent as much more audio than time has passed as the service bears. */
  private boolean leadIsSpent(long now) {
    return heard().minusNanos(now - openedAt).compareTo(service.config.lead()) >= 0;
  }

  /** How much audio the call was sent. */
  private Duration heard() {
    return Duration.ofMillis(timeline.length() * 1_000 / service.sampleRate);
  }

  private boolean rotationIsDue(long now, long position, long available) {
    Duration lived = Duration.ofNanos(now - openedAt);
    Duration heard = heard();
    Duration age = lived.compareTo(heard) > 0 ? lived : heard;
    return timeline.length() > 0
        && service.rotation.isDue(
            age,
            // Who has said nothing yet may only be slow.
            spoke && hearing.isQuiet(),
            position - hearing.settled(),
            leadIsSpent(now) && available > service.sampleRate);
  }

  /**
   * Whether the service has said nothing for long, though much of what it was sent sounds like
   * speech. Music does, too. A service that is well ends the call when it is half-closed, and then
   * there was nothing to say.
   */
  private boolean isInDoubt(long now) {
    return now - spokeAt >= doubtAfter.toNanos()
        && loudSamples >= doubtAfter.toMillis() * service.sampleRate / 1_000;
  }

  private void halfClose() {
    call.halfClose();
    halfClosed = true;
  }

  private void send(byte[] pcm) {
    call.send(
        StreamingRecognizeRequest.newBuilder()
            .setAudio(UnsafeByteOperations.unsafeWrap(pcm))
            .build());
  }
}
