package io.dragoman.standin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.cloud.speech.v2.ExplicitDecodingConfig;
import com.google.cloud.speech.v2.RecognitionConfig;
import com.google.cloud.speech.v2.SpeechGrpc;
import com.google.cloud.speech.v2.StreamingRecognitionConfig;
import com.google.cloud.speech.v2.StreamingRecognitionFeatures;
import com.google.cloud.speech.v2.StreamingRecognizeRequest;
import com.google.cloud.speech.v2.StreamingRecognizeResponse;
import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What streams get while a fault is set. */
@Timeout(60)
class SpeechFaultsTest {
  private static final Clip CLIP = Clips.shipped().getFirst();

  private final Faults faults = new Faults();
  private SpeechStandIn standIn;
  private ManagedChannel channel;

  @BeforeEach
  void start() throws IOException {
    standIn = SpeechStandIn.start(SpeechStandInConfig.defaults(), faults);
    channel = NettyChannelBuilder.forAddress("127.0.0.1", standIn.port()).usePlaintext().build();
  }

  @AfterEach
  void stop() {
    channel.shutdownNow();
    standIn.close();
  }

  @ParameterizedTest
  @CsvSource({
    "SPEECH_CUT,ABORTED",
    "SPEECH_UNAVAILABLE,UNAVAILABLE",
    "SPEECH_INTERNAL,INTERNAL",
    "SPEECH_EXHAUSTED,RESOURCE_EXHAUSTED",
    "SPEECH_UNAUTHENTICATED,UNAUTHENTICATED",
    "SPEECH_DENIED,PERMISSION_DENIED",
    "SPEECH_INVALID,INVALID_ARGUMENT",
  })
  void newStreamsAndOpenOnesEndWithTheStatus(FaultKind kind, Status.Code code) throws Exception {
    Call open = new Call().say(2);
    open.heard();
    faults.set(Fault.of(kind).withParameter(50));
    assertEquals(code, open.end());
    assertEquals(code, new Call().say(1).end());
    faults.clear();
    Call sound = new Call().say(2);
    sound.out.onCompleted();
    assertEquals(Status.Code.OK, sound.end());
  }

  @Test
  void aSilentStreamTakesAudioAndNeitherSpeaksNorEnds() throws Exception {
    faults.set(Fault.of(FaultKind.SPEECH_SILENT).withCount(1));
    Call silent = new Call().say(4);
    // gRPC does not promise that calls arrive in the order of their beginning.
    OpenAiTestBed.await(() -> faults.struck() == 1);
    silent.out.onCompleted();
    Call sound = new Call().say(4);
    sound.out.onCompleted();
    assertEquals(Status.Code.OK, sound.end());
    assertFalse(sound.heard.isEmpty());
    assertTrue(silent.heard.isEmpty());
    assertFalse(silent.ended.isDone());
  }

  @Test
  void theSameSeedStrikesTheSameStreamsOpenOnesFirst() throws Exception {
    List<Boolean> first = struck();
    assertEquals(first, struck());
    assertTrue(first.contains(true) && first.contains(false), first.toString());
  }

  /** Which of ten streams end, of which four were open when the fault was set. */
  private List<Boolean> struck() throws Exception {
    List<Call> calls = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      Call call = new Call().say(2);
      call.heard();
      calls.add(call);
    }
    faults.set(Fault.of(FaultKind.SPEECH_UNAVAILABLE).withShare(0.5));
    for (int i = 0; i < 6; i++) {
      Call call = new Call().say(2);
      CompletableFuture.anyOf(call.ended, call.begins).get(20, TimeUnit.SECONDS);
      calls.add(call);
    }
    faults.clear();
    List<Boolean> struck = new ArrayList<>();
    for (Call call : calls) {
      call.out.onCompleted();
      struck.add(call.end() == Status.Code.UNAVAILABLE);
    }
    return struck;
  }

  private final class Call implements StreamObserver<StreamingRecognizeResponse> {
    final BlockingQueue<StreamingRecognizeResponse> heard = new LinkedBlockingQueue<>();
    final CompletableFuture<Boolean> begins = new CompletableFuture<>();
    final CompletableFuture<Status.Code> ended = new CompletableFuture<>();
    final StreamObserver<StreamingRecognizeRequest> out;

    Call() {
      out = SpeechGrpc.newStub(channel).streamingRecognize(this);
      out.onNext(
          StreamingRecognizeRequest.newBuilder()
              .setRecognizer("projects/p/locations/global/recognizers/_")
              .setStreamingConfig(
                  StreamingRecognitionConfig.newBuilder()
                      .setStreamingFeatures(
                          StreamingRecognitionFeatures.newBuilder().setInterimResults(true))
                      .setConfig(
                          RecognitionConfig.newBuilder()
                              .setModel("long")
                              .addLanguageCodes("en-US")
                              .setExplicitDecodingConfig(
                                  ExplicitDecodingConfig.newBuilder()
                                      .setEncoding(ExplicitDecodingConfig.AudioEncoding.LINEAR16)
                                      .setSampleRateHertz(Clip.SAMPLE_RATE)
                                      .setAudioChannelCount(1))))
              .build());
    }

    /** Speaks the clip's first seconds. */
    Call say(int seconds) {
      byte[] pcm = Arrays.copyOf(CLIP.pcm(0), seconds * Clip.SAMPLE_RATE * 2);
      for (int at = 0; at < pcm.length; at += 4_800) {
        out.onNext(
            StreamingRecognizeRequest.newBuilder()
                .setAudio(ByteString.copyFrom(pcm, at, Math.min(4_800, pcm.length - at)))
                .build());
      }
      return this;
    }

    /** Waits for something that was heard. */
    void heard() throws Exception {
      begins.get(20, TimeUnit.SECONDS);
    }

    Status.Code end() throws Exception {
      return ended.get(20, TimeUnit.SECONDS);
    }

    @Override
    public void onNext(StreamingRecognizeResponse response) {
      heard.add(response);
      begins.complete(true);
    }

    @Override
    public void onError(Throwable error) {
      ended.complete(Status.fromThrowable(error).getCode());
    }

    @Override
    public void onCompleted() {
      ended.complete(Status.Code.OK);
    }
  }
}
