package io.dragoman.speech;

import com.google.cloud.speech.v2.SpeechGrpc;
import com.google.cloud.speech.v2.StreamingRecognizeRequest;
import com.google.cloud.speech.v2.StreamingRecognizeResponse;
import io.grpc.Grpc;
import io.grpc.InsecureServerCredentials;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.ShortBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A server on Google's published stubs that is strict about the protocol. Each call is served by
 * the next script, and by an {@link Ear} when there is none.
 */
final class FakeGoogle implements AutoCloseable {
  private static final int LARGEST_MESSAGE = 15_360;

  /** Serves one call, on a thread of its own. */
  @FunctionalInterface
  interface Script {
    void serve(Call call) throws InterruptedException;
  }

  private final Server server;
  private final Queue<Script> scripts = new ConcurrentLinkedQueue<>();
  private final List<Call> calls = new CopyOnWriteArrayList<>();
  private final List<String> violations = new CopyOnWriteArrayList<>();
  private volatile Script otherwise = call -> new Ear().serve(call);

  FakeGoogle() throws IOException {
    server =
        Grpc.newServerBuilderForPort(0, InsecureServerCredentials.create())
            .addService(new Service())
            .build()
            .start();
  }

  String endpoint() {
    return "127.0.0.1:" + server.getPort();
  }

  /** The next call is served by this. */
  FakeGoogle then(Script script) {
    scripts.add(script);
    return this;
  }

  /** Calls without a script of their own are served by this. */
  FakeGoogle otherwise(Script script) {
    otherwise = script;
    return this;
  }

  List<Call> calls() {
    return calls;
  }

  List<String> violations() {
    return violations;
  }

  @Override
  public void close() {
    server.shutdownNow();
  }

  /** One call, as its script sees it. */
  final class Call implements StreamObserver<StreamingRecognizeRequest> {

    private final StreamObserver<StreamingRecognizeResponse> out;

    /** The audio that came; empty stands for its end. */
    private final LinkedBlockingQueue<Optional<short[]>> incoming = new LinkedBlockingQueue<>();

    private volatile @Nullable StreamingRecognizeRequest configuration;
    private volatile boolean halfClosed;
    private volatile boolean ended;
    private volatile boolean failed;
    private volatile boolean cancelled;

    private Call(StreamObserver<StreamingRecognizeResponse> out) {
      this.out = out;
    }

    @Override
    public void onNext(StreamingRecognizeRequest request) {
      if (halfClosed) {
        violations.add("a message after half-close");
      }
      if (request.hasStreamingConfig()) {
        if (configuration != null || request.getRecognizer().isEmpty()) {
          violations.add("a second configuration, or one without the recogniser");
        }
        configuration = request;
        return;
      }
      int size = request.getAudio().size();
      if (configuration == null || !request.getRecognizer().isEmpty()) {
        violations.add("audio before the configuration, or with a recogniser");
      }
      if (size == 0 || size > LARGEST_MESSAGE || size % 2 != 0) {
        violations.add("audio of " + size + " bytes");
      }
      ShortBuffer pcm =
          ByteBuffer.wrap(request.getAudio().toByteArray())
              .order(ByteOrder.LITTLE_ENDIAN)
              .asShortBuffer();
      short[] audio = new short[pcm.remaining()];
      pcm.get(audio);
      incoming.add(Optional.of(audio));
    }

    @Override
    public void onError(Throwable failure) {
      cancelled = true;
      if (halfClosed && !ended) {
        violations.add("a cancellation after half-close");
      }
      incoming.add(Optional.empty());
    }

    @Override
    public void onCompleted() {
      halfClosed = true;
      incoming.add(Optional.empty());
    }

    /** The next audio, or null when the client has half-closed or gone away. */
    short @Nullable [] next() throws InterruptedException {
      Optional<short[]> audio = incoming.take();
      if (audio.isEmpty()) {
        incoming.add(audio);
      }
      return audio.orElse(null);
    }

    /** The next audio, or null when none came in time. */
    short @Nullable [] next(long millis) throws InterruptedException {
      Optional<short[]> audio = incoming.poll(millis, TimeUnit.MILLISECONDS);
      return audio == null ? null : audio.orElse(null);
    }

    /** Takes audio until at least so many samples are here, and returns them. */
    List<Short> await(int count) throws InterruptedException {
      List<Short> all = new ArrayList<>();
      while (all.size() < count) {
        short[] audio = next();
        if (audio == null) {
          break;
        }
        for (short sample : audio) {
          all.add(sample);
        }
      }
      return all;
    }

    void awaitHalfClose() throws InterruptedException {
      while (next() != null) {}
    }

    void say(StreamingRecognizeResponse response) {
      out.onNext(response);
    }

    void end() {
      ended = true;
      if (!cancelled) {
        out.onCompleted();
      }
    }

    void fail(Status status) {
      failed = true;
      ended = true;
      out.onError(status.asRuntimeException());
    }

    boolean isHalfClosed() {
      return halfClosed;
    }

    boolean isFailed() {
      return failed;
    }

    boolean isCancelled() {
      return cancelled;
    }

    StreamingRecognizeRequest configuration() {
      StreamingRecognizeRequest request = configuration;
      if (request == null) {
        throw new AssertionError("no configuration came");
      }
      return request;
    }
  }

  private final class Service extends SpeechGrpc.SpeechImplBase {
    @Override
    public StreamObserver<StreamingRecognizeRequest> streamingRecognize(
        StreamObserver<StreamingRecognizeResponse> out) {
      Call call = new Call(out);
      calls.add(call);
      Script script = scripts.poll();
      Script serving = script == null ? otherwise : script;
      Thread.ofVirtual()
          .start(
              () -> {
                try {
                  serving.serve(call);
                } catch (InterruptedException | RuntimeException e) {
                  violations.add("the script failed: " + e);
                }
              });
      return call;
    }
  }
}
