package io.dragoman.standin;

import com.google.cloud.speech.v2.ExplicitDecodingConfig;
import com.google.cloud.speech.v2.RecognitionConfig;
import com.google.cloud.speech.v2.RecognitionFeatures;
import com.google.cloud.speech.v2.SpeechGrpc;
import com.google.cloud.speech.v2.StreamingRecognitionConfig;
import com.google.cloud.speech.v2.StreamingRecognitionFeatures;
import com.google.cloud.speech.v2.StreamingRecognizeRequest;
import io.dragoman.standin.SpeechStandInConfig.Limits;
import io.grpc.Channel;
import io.grpc.ClientInterceptor;
import io.grpc.ClientInterceptors;
import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Stand-ins and clients of theirs, over the real wire protocol. */
final class SpeechTestBed implements AutoCloseable {
  static final String RECOGNIZER = "projects/test/locations/global/recognizers/_";

  /** For audio that comes as fast as it can. */
  static final Limits ANY_PACE = Limits.defaults().withMaxLead(Duration.ofDays(1));

  static final Clip CLIP = Clips.shipped().getFirst();

  private final List<AutoCloseable> toClose = new ArrayList<>();

  @SuppressWarnings("NullAway.Init") // start() sets it
  private ManagedChannel channel;

  SpeechStandIn start(Limits limits, Faults faults) {
    try {
      SpeechStandIn standIn =
          SpeechStandIn.start(SpeechStandInConfig.defaults().withLimits(limits), faults);
      toClose.add(standIn);
      channel =
          NettyChannelBuilder.forAddress("127.0.0.1", standIn.port())
              .usePlaintext()
              .flowControlWindow(65_536)
              .build();
      toClose.add(channel::shutdownNow);
      return standIn;
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  SpeechStandIn start(Limits limits) {
    return start(limits, new Faults());
  }

  @Override
  public void close() throws Exception {
    for (AutoCloseable one : toClose.reversed()) {
      one.close();
    }
  }

  SpeechTestCall call() {
    return call(true, channel);
  }

  /** A call whose client reads nothing until it is told to. */
  SpeechTestCall callWithoutReading() {
    return call(false, channel);
  }

  /** A call whose metadata is captured. */
  SpeechTestCall call(ClientInterceptor interceptor) {
    return call(true, ClientInterceptors.intercept(channel, interceptor));
  }

  private static SpeechTestCall call(boolean reads, Channel channel) {
    var call = new SpeechTestCall(reads);
    SpeechGrpc.newStub(channel).streamingRecognize(call);
    return call;
  }

  static StreamingRecognizeRequest.Builder configuration(int sampleRate) {
    return StreamingRecognizeRequest.newBuilder()
        .setRecognizer(RECOGNIZER)
        .setStreamingConfig(
            StreamingRecognitionConfig.newBuilder()
                .setConfig(
                    RecognitionConfig.newBuilder()
                        .setModel("long")
                        .addLanguageCodes("en-US")
                        .setFeatures(
                            RecognitionFeatures.newBuilder()
                                .setEnableWordTimeOffsets(true)
                                .setEnableAutomaticPunctuation(true))
                        .setExplicitDecodingConfig(
                            ExplicitDecodingConfig.newBuilder()
                                .setEncoding(ExplicitDecodingConfig.AudioEncoding.LINEAR16)
                                .setSampleRateHertz(sampleRate)
                                .setAudioChannelCount(1)))
                .setStreamingFeatures(
                    StreamingRecognitionFeatures.newBuilder()
                        .setInterimResults(true)
                        .setEnableVoiceActivityEvents(true)));
  }

  static StreamingRecognizeRequest.Builder configuration(String model, String... languages) {
    var request = configuration(Clip.SAMPLE_RATE);
    request
        .getStreamingConfigBuilder()
        .getConfigBuilder()
        .setModel(model)
        .clearLanguageCodes()
        .addAllLanguageCodes(List.of(languages));
    return request;
  }

  static StreamingRecognizeRequest configuration() {
    return configuration(Clip.SAMPLE_RATE).build();
  }

  static List<String> sentences(Clip clip, int salt) {
    return clip.sentences().stream().map(sentence -> sentence.heard(salt)).toList();
  }
}
