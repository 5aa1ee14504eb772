package io.dragoman.standin;

import com.google.cloud.speech.v2.SpeechGrpc;
import com.google.cloud.speech.v2.StreamingRecognizeRequest;
import com.google.cloud.speech.v2.StreamingRecognizeResponse;
import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Google Speech v2, stood in for: {@code StreamingRecognize} over gRPC in plaintext on loopback. It
 * knows what is said in the shipped {@link Clips}, from any stretch of their marked audio; anything
 * else it reports as "[speech, 1.4 s]". It is as unforgiving as the real service, and the header
 * {@code x-dragoman-stand-in: speech} is on all that it sends. Thread-safe.
 */
public final class SpeechStandIn implements AutoCloseable {
  private static final Metadata.Key<String> LABEL =
      Metadata.Key.of("x-dragoman-stand-in", Metadata.ASCII_STRING_MARSHALLER);

  private final Server server;
  private final ExecutorService calls;
  private final ScheduledThreadPoolExecutor clock;

  private SpeechStandIn(SpeechStandInConfig config, Faults faults) throws IOException {
    calls = Executors.newVirtualThreadPerTaskExecutor();
    clock =
        new ScheduledThreadPoolExecutor(
            1, Thread.ofPlatform().daemon().name("speech-stand-in-clock").factory());
    clock.setRemoveOnCancelPolicy(true);
    Service service = new Service(config, faults, clock);
    faults.whenSet(service::strike);
    server =
        NettyServerBuilder.forAddress(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), config.port()))
            .executor(calls)
            .maxConcurrentCallsPerConnection(config.limits().maxStreamsPerConnection())
            .intercept(new Label())
            .addService(service)
            .build();
    try {
      server.start();
    } catch (IOException e) {
      clock.shutdownNow();
      calls.shutdownNow();
      throw e;
    }
  }

  /**
   * Starts to serve.
   *
   * @throws IOException when the port cannot be had
   */
  public static SpeechStandIn start(SpeechStandInConfig config) throws IOException {
    return start(config, new Faults());
  }

  /**
   * Starts to serve.
   *
   * @param faults that its streams meet: a new one at its beginning, the others when a fault is set
   * @throws IOException when the port cannot be had
   */
  public static SpeechStandIn start(SpeechStandInConfig config, Faults faults) throws IOException {
    return new SpeechStandIn(config, faults);
  }

  /** Where it serves. */
  public int port() {
    return server.getPort();
  }

  /** Ends every stream at once, and frees the port. */
  @Override
  public void close() {
    server.shutdownNow();
    try {
      server.awaitTermination(5, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    clock.shutdownNow();
    calls.shutdownNow();
  }

  private static final class Service extends SpeechGrpc.SpeechImplBase {
    private final SpeechStandInConfig config;
    private final Faults faults;
    private final ScheduledThreadPoolExecutor clock;
    private final Semaphore streams;

    /** The open calls in the order of their beginning. */
    private final Set<SpeechCall> open = new ConcurrentSkipListSet<>();

    private final AtomicLong begun = new AtomicLong();

    Service(SpeechStandInConfig config, Faults faults, ScheduledThreadPoolExecutor clock) {
      this.config = config;
      this.faults = faults;
      this.clock = clock;
      this.streams = new Semaphore(config.limits().maxStreams());
    }

    @Override
    public StreamObserver<StreamingRecognizeRequest> streamingRecognize(
        StreamObserver<StreamingRecognizeResponse> responses) {
      if (!streams.tryAcquire()) {
        responses.onError(
            Status.RESOURCE_EXHAUSTED
                .withDescription(
                    "Quota exceeded for quota metric 'Concurrent streaming sessions': limit "
                        + config.limits().maxStreams())
                .asException());
        return new Refused();
      }
      var client = (ServerCallStreamObserver<StreamingRecognizeResponse>) responses;
      SpeechCall call = new SpeechCall(begun.incrementAndGet(), config, client, clock, this::ended);
      open.add(call);
      call.begin();
      faults.meet(FaultKind.Service.SPEECH).ifPresent(met -> call.meet(met.fault()));
      return call;
    }

    private void ended(SpeechCall call) {
      open.remove(call);
      streams.release();
    }

    /** The calls that are open meet a fault that was set just now. */
    void strike(ActiveFault active) {
      if (active.fault().kind().service() == FaultKind.Service.SPEECH) {
        for (SpeechCall call : open) {
          if (active.strikes()) {
            call.meet(active.fault());
          }
        }
      }
    }
  }

  /** What a refused client still sends is dropped. */
  private static final class Refused implements StreamObserver<StreamingRecognizeRequest> {
    @Override
    public void onNext(StreamingRecognizeRequest request) {}

    @Override
    public void onError(Throwable cancelled) {}

    @Override
    public void onCompleted() {}
  }

  /** Labels headers, and trailers, which a refused call has alone. */
  private static final class Label implements ServerInterceptor {
    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
        ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
      return next.startCall(
          new SimpleForwardingServerCall<>(call) {
            @Override
            public void sendHeaders(Metadata labelled) {
              labelled.put(LABEL, "speech");
              super.sendHeaders(labelled);
            }

            @Override
            public void close(Status status, Metadata labelled) {
              labelled.put(LABEL, "speech");
              super.close(status, labelled);
            }
          },
          headers);
    }
  }
}
