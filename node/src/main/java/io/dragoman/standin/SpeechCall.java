package io.dragoman.standin;

import com.google.cloud.speech.v2.StreamingRecognizeRequest;
import com.google.cloud.speech.v2.StreamingRecognizeResponse;
import io.grpc.Status;
import io.grpc.StatusException;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One {@code StreamingRecognize} call. It asks for the next request only when the client has taken
 * what was said so far, so a client that does not read is not heard any further, and nothing piles
 * up. gRPC and the clock's thread both come here; the object's monitor guards everything.
 */
final class SpeechCall
    implements StreamObserver<StreamingRecognizeRequest>, Comparable<SpeechCall> {
  private final long number;
  private final SpeechStandInConfig config;
  private final ServerCallStreamObserver<StreamingRecognizeResponse> client;
  private final ScheduledExecutorService clock;
  private final Consumer<SpeechCall> onEnd;

  private final long startedNanos = System.nanoTime();
  private long lastRequestNanos = startedNanos;

  /** Whether no request was asked for, since the client does not read. */
  private boolean paused;

  private boolean ended;

  /** Whether a fault keeps it from saying anything, and from ending. */
  private boolean silent;

  private @Nullable Future<?> watching;
  private @Nullable Recognition recognition;

  /** What there is once the configuration has come. */
  private record Recognition(StreamSetup setup, Ear ear, Transcriber transcriber) {}

  /**
   * @param number of the call, by which calls are in the order of their beginning
   * @param clock ends it when its time is over
   * @param onEnd is told once, however it ends
   */
  SpeechCall(
      long number,
      SpeechStandInConfig config,
      ServerCallStreamObserver<StreamingRecognizeResponse> client,
      ScheduledExecutorService clock,
      Consumer<SpeechCall> onEnd) {
    this.number = number;
    this.config = config;
    this.client = client;
    this.clock = clock;
    this.onEnd = onEnd;
  }

  void begin() {
    client.disableAutoRequest();
    client.setOnReadyHandler(this::onReady);
    client.setOnCancelHandler(this::onCancel);
    client.request(1);
    watch();
  }

  /** Lets a fault befall the call. */
  synchronized void meet(Fault fault) {
    switch (fault.kind()) {
      case SPEECH_SILENT -> silent = true;
      case SPEECH_CUT -> failAfter(fault, tooLong());
      case SPEECH_UNAVAILABLE ->
          failAfter(
              fault, Status.UNAVAILABLE.withDescription("The service is currently unavailable."));
      case SPEECH_INTERNAL ->
          failAfter(fault, Status.INTERNAL.withDescription("Internal error encountered."));
      case SPEECH_EXHAUSTED ->
          failAfter(
              fault,
              Status.RESOURCE_EXHAUSTED.withDescription(
                  "Resource has been exhausted (e.g. check quota)."));
      case SPEECH_UNAUTHENTICATED ->
          failAfter(
              fault,
              Status.UNAUTHENTICATED.withDescription(
                  "Request had invalid authentication credentials."));
      case SPEECH_DENIED ->
          failAfter(
              fault,
              Status.PERMISSION_DENIED.withDescription(
                  "Permission 'speech.recognizers.recognize' denied on resource."));
      case SPEECH_INVALID ->
          failAfter(
              fault, Status.INVALID_ARGUMENT.withDescription("Invalid recognition 'config'."));
      default -> throw new IllegalArgumentException(fault.kind() + " befalls no speech");
    }
  }

  private void failAfter(Fault fault, Status status) {
    var _ = clock.schedule(() -> fail(status), fault.parameter(), TimeUnit.MILLISECONDS);
  }

  @Override
  public synchronized void onNext(StreamingRecognizeRequest request) {
    if (ended) {
      return;
    }
    lastRequestNanos = System.nanoTime();
    try {
      if (recognition == null) {
        recognition = begin(StreamSetup.of(request));
      } else {
        hear(recognition, request);
      }
      if (client.isReady()) {
        client.request(1);
      } else {
        paused = true;
      }
    } catch (StatusException e) {
      fail(e.getStatus());
    }
  }

  private Recognition begin(StreamSetup setup) {
    var replies = new SpeechReplies(setup);
    var hearing = config.hearing();
    var guesses = new Guesses(hearing.wrongTail(), hearing.seed());
    var utterances =
        new Utterances(
            hearing,
            setup.sampleRate(),
            result -> replies.reply(result, received()).ifPresent(this::say));
    var transcriber = new Transcriber(setup.sampleRate(), guesses, setup.punctuation(), utterances);
    return new Recognition(setup, new Ear(setup.sampleRate(), transcriber), transcriber);
  }

  private void say(StreamingRecognizeResponse response) {
    if (!silent) {
      client.onNext(response);
    }
  }

  private long received() {
    return recognition == null ? 0 : recognition.ear().received();
  }

  private void hear(Recognition now, StreamingRecognizeRequest request) throws StatusException {
    if (!request.hasAudio()) {
      throw Status.INVALID_ARGUMENT
          .withDescription(
              "Malordered Data Received. Expected audio but none was set."
                  + " Send exactly one config, followed by audio data.")
          .asException();
    }
    int size = request.getAudio().size();
    int max = config.limits().maxAudioBytes();
    if (size > max) {
      throw Status.INVALID_ARGUMENT
          .withDescription(
              "Audio chunk can be of a maximum of %d bytes. Received audio of %d bytes instead."
                  .formatted(max, size))
          .asException();
    }
    now.ear().hear(request.getAudio().toByteArray());
    double nanos = now.ear().received() * 1e9 / now.setup().sampleRate();
    if (nanos >= config.limits().maxDuration().toNanos()) {
      throw tooLong().asException();
    }
    if (nanos - (lastRequestNanos - startedNanos) > config.limits().maxLead().toNanos()) {
      throw Status.OUT_OF_RANGE
          .withDescription(
              "Audio data is being streamed too fast."
                  + " Please stream audio data approximately at real time.")
          .asException();
    }
  }

  /** The client half-closed: what was said so far is final at once. */
  @Override
  public synchronized void onCompleted() {
    if (ended || silent) {
      return;
    }
    if (recognition == null) {
      fail(
          Status.INVALID_ARGUMENT.withDescription(
              "Malordered Data Received. Expected streaming_config but received none."
                  + " Send exactly one config, followed by audio data."));
      return;
    }
    recognition.ear().finish();
    recognition.transcriber().finish(received());
    end();
    client.onCompleted();
  }

  @Override
  public synchronized void onError(Throwable cancelled) {
    end();
  }

  private synchronized void onCancel() {
    end();
  }

  private synchronized void onReady() {
    if (paused && !ended) {
      paused = false;
      lastRequestNanos = System.nanoTime();
      client.request(1);
    }
  }

  @Override
  public int compareTo(SpeechCall other) {
    return Long.compare(number, other.number);
  }

  /** Ends the call when its time is over, or looks again when it may be. */
  private synchronized void watch() {
    if (ended) {
      return;
    }
    long now = System.nanoTime();
    long toLive = startedNanos + config.limits().maxDuration().toNanos() - now;
    long toIdle =
        paused || silent
            ? Long.MAX_VALUE
            : lastRequestNanos + config.limits().idleTimeout().toNanos() - now;
    if (toLive <= 0) {
      fail(tooLong());
    } else if (toIdle <= 0) {
      fail(
          Status.ABORTED.withDescription(
              "Stream timed out after receiving no more client requests."));
    } else {
      long again = Math.min(config.limits().idleTimeout().toNanos(), Math.min(toLive, toIdle));
      watching = clock.schedule(this::watch, again, TimeUnit.NANOSECONDS);
    }
  }

  private Status tooLong() {
    Duration max = config.limits().maxDuration();
    String text =
        max.toSecondsPart() == 0 && max.toMillisPart() == 0
            ? max.toMinutes() + " minutes"
            : max.toMillis() / 1_000.0 + " seconds";
    return Status.ABORTED.withDescription("Max duration of " + text + " reached for stream.");
  }

  private synchronized void fail(Status status) {
    if (!ended) {
      end();
      client.onError(status.asException());
    }
  }

  private void end() {
    if (!ended) {
      ended = true;
      if (watching != null) {
        watching.cancel(false);
      }
      onEnd.accept(this);
    }
  }
}
