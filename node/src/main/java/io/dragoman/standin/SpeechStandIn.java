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
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

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

  private SpeechStandIn(SpeechStandInConfig config) throws IOException {
    calls = Executors.newVirtualThreadPerTaskExecutor();
    clock =
        new ScheduledThreadPoolExecutor(
            1, Thread.ofPlatform().daemon().name("speech-stand-in-clock").factory());
    clock.setRemoveOnCancelPolicy(true);
    server =
        NettyServerBuilder.forAddress(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), config.port()))
            .executor(calls)
            .maxConcurrentCallsPerConnection(config.limits().maxStreamsPerConnection())
            .intercept(new Label())
            .addService(new Service(config, clock))
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
    return new SpeechStandIn(config);
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
    private final ScheduledThreadPoolExecutor clock;
    private final Semaphore streams;

    Service(SpeechStandInConfig config, ScheduledThreadPoolExecutor clock) {
      this.config = config;
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
      return SpeechCall.begin(config, client, clock, streams::release);
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
