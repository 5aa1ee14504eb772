package io.dragoman.standin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import com.google.cloud.speech.v2.StreamingRecognitionResult;
import com.google.cloud.speech.v2.StreamingRecognizeRequest;
import com.google.cloud.speech.v2.StreamingRecognizeResponse;
import com.google.protobuf.ByteString;
import io.grpc.Status;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A stream as a client sees it. */
final class SpeechTestCall
    implements ClientResponseObserver<StreamingRecognizeRequest, StreamingRecognizeResponse> {
  final BlockingQueue<StreamingRecognizeResponse> responses = new LinkedBlockingQueue<>();
  final CompletableFuture<Status> end = new CompletableFuture<>();
  private final boolean reads;

  @SuppressWarnings("NullAway.Init") // gRPC calls beforeStart first
  private ClientCallStreamObserver<StreamingRecognizeRequest> requests;

  SpeechTestCall(boolean reads) {
    this.reads = reads;
  }

  @Override
  public void beforeStart(ClientCallStreamObserver<StreamingRecognizeRequest> stream) {
    requests = stream;
    if (!reads) {
      stream.disableAutoRequestWithInitial(0);
    }
    stream.setOnReadyHandler(this::onReady);
  }

  private synchronized void onReady() {
    notifyAll();
  }

  /** Whether gRPC takes more requests, within the time. */
  synchronized boolean awaitReady(Duration patience) throws InterruptedException {
    long end = System.nanoTime() + patience.toNanos();
    while (!requests.isReady() && System.nanoTime() < end) {
      wait(10);
    }
    return requests.isReady();
  }

  @Override
  public synchronized void onNext(StreamingRecognizeResponse response) {
    responses.add(response);
    notifyAll();
  }

  /** Waits for an answer of any kind, or for the end. */
  synchronized SpeechTestCall awaitAnswer() throws InterruptedException {
    while (responses.isEmpty() && !end.isDone()) {
      wait(100);
    }
    return this;
  }

  synchronized SpeechTestCall awaitFinals(int count) throws InterruptedException {
    while (finals().size() < count) {
      assertFalse(end.isDone());
      wait(100);
    }
    return this;
  }

  @Override
  public void onError(Throwable error) {
    end.complete(Status.fromThrowable(error));
  }

  @Override
  public void onCompleted() {
    end.complete(Status.OK);
  }

  SpeechTestCall configure(StreamingRecognizeRequest first) {
    requests.onNext(first);
    return this;
  }

  SpeechTestCall send(byte[] audio) {
    requests.onNext(
        StreamingRecognizeRequest.newBuilder().setAudio(ByteString.copyFrom(audio)).build());
    return this;
  }

  /** Sends audio in pieces of any size. */
  SpeechTestCall stream(byte[] audio, long seed) {
    var cuts = new Random(seed);
    for (int at = 0; at < audio.length; ) {
      int end = Math.min(audio.length, at + 1 + cuts.nextInt(25_600));
      send(Arrays.copyOfRange(audio, at, end));
      at = end;
    }
    return this;
  }

  void cancel() {
    requests.cancel("test", null);
  }

  /** Reads what was not read. */
  void readAll() {
    requests.request(Integer.MAX_VALUE);
  }

  SpeechTestCall halfClose() {
    requests.onCompleted();
    return this;
  }

  Status end() {
    return end.orTimeout(20, TimeUnit.SECONDS).join();
  }

  Stream<StreamingRecognitionResult> results() {
    return responses.stream().flatMap(response -> response.getResultsList().stream());
  }

  List<StreamingRecognitionResult> finals() {
    return results().filter(StreamingRecognitionResult::getIsFinal).toList();
  }

  List<String> texts() {
    return finals().stream().map(r -> r.getAlternatives(0).getTranscript().strip()).toList();
  }

  void assertEnds(Status.Code code, String sentence) {
    assertEquals(code, end().getCode());
    assertEquals(sentence, end().getDescription());
  }
}
