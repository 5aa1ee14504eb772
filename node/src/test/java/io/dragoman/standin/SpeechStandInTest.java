package io.dragoman.standin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.api.gax.core.NoCredentialsProvider;
import com.google.api.gax.grpc.InstantiatingGrpcChannelProvider;
import com.google.cloud.speech.v2.ExplicitDecodingConfig;
import com.google.cloud.speech.v2.RecognitionConfig;
import com.google.cloud.speech.v2.RecognitionFeatures;
import com.google.cloud.speech.v2.SpeechClient;
import com.google.cloud.speech.v2.SpeechGrpc;
import com.google.cloud.speech.v2.SpeechSettings;
import com.google.cloud.speech.v2.StreamingRecognitionConfig;
import com.google.cloud.speech.v2.StreamingRecognitionFeatures;
import com.google.cloud.speech.v2.StreamingRecognitionResult;
import com.google.cloud.speech.v2.StreamingRecognizeRequest;
import com.google.cloud.speech.v2.StreamingRecognizeResponse;
import com.google.cloud.speech.v2.StreamingRecognizeResponse.SpeechEventType;
import com.google.protobuf.ByteString;
import com.google.protobuf.util.Durations;
import io.dragoman.standin.SpeechStandInConfig.Limits;
import io.grpc.ClientInterceptors;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.grpc.stub.MetadataUtils;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The stand-in over its real wire protocol. */
@Timeout(60)
final class SpeechStandInTest {
  private static final String RECOGNIZER = "projects/test/locations/global/recognizers/_";

  /** For audio that comes as fast as it can. */
  private static final Limits ANY_PACE = Limits.defaults().withMaxLead(Duration.ofDays(1));

  private static final Clip CLIP = Clips.shipped().getFirst();

  private final List<AutoCloseable> toClose = new ArrayList<>();

  @SuppressWarnings("NullAway.Init") // start() sets it
  private ManagedChannel channel;

  private SpeechStandIn start(SpeechStandInConfig config) {
    try {
      SpeechStandIn standIn = SpeechStandIn.start(config);
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

  private SpeechStandIn start(Limits limits) {
    return start(SpeechStandInConfig.defaults().withLimits(limits));
  }

  @AfterEach
  void close() throws Exception {
    for (AutoCloseable one : toClose.reversed()) {
      one.close();
    }
  }

  /** A stream as a client sees it. */
  private static final class Call
      implements ClientResponseObserver<StreamingRecognizeRequest, StreamingRecognizeResponse> {
    final BlockingQueue<StreamingRecognizeResponse> responses = new LinkedBlockingQueue<>();
    final CompletableFuture<Status> end = new CompletableFuture<>();
    private final boolean reads;

    @SuppressWarnings("NullAway.Init") // gRPC calls beforeStart first
    private ClientCallStreamObserver<StreamingRecognizeRequest> requests;

    Call(boolean reads) {
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

    synchronized Call awaitFinals(int count) throws InterruptedException {
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

    Call configure(StreamingRecognizeRequest first) {
      requests.onNext(first);
      return this;
    }

    Call send(byte[] audio) {
      requests.onNext(
          StreamingRecognizeRequest.newBuilder().setAudio(ByteString.copyFrom(audio)).build());
      return this;
    }

    /** Sends audio in pieces of any size. */
    Call stream(byte[] audio, long seed) {
      var cuts = new Random(seed);
      for (int at = 0; at < audio.length; ) {
        int end = Math.min(audio.length, at + 1 + cuts.nextInt(25_600));
        send(Arrays.copyOfRange(audio, at, end));
        at = end;
      }
      return this;
    }

    Call halfClose() {
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

  private Call call() {
    var call = new Call(true);
    SpeechGrpc.newStub(channel).streamingRecognize(call);
    return call;
  }

  private static StreamingRecognizeRequest.Builder configuration(int sampleRate) {
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

  private static StreamingRecognizeRequest.Builder configuration(
      String model, String... languages) {
    var request = configuration(Clip.SAMPLE_RATE);
    request
        .getStreamingConfigBuilder()
        .getConfigBuilder()
        .setModel(model)
        .clearLanguageCodes()
        .addAllLanguageCodes(List.of(languages));
    return request;
  }

  private static StreamingRecognizeRequest configuration() {
    return configuration(Clip.SAMPLE_RATE).build();
  }

  private static List<String> sentences(Clip clip, int salt) {
    return clip.sentences().stream().map(sentence -> sentence.heard(salt)).toList();
  }

  @Test
  void googlesOwnClientHearsEveryClip() throws Exception {
    SpeechStandIn standIn = start(ANY_PACE);
    var settings =
        SpeechSettings.newBuilder()
            .setEndpoint("127.0.0.1:" + standIn.port())
            .setCredentialsProvider(NoCredentialsProvider.create())
            .setTransportChannelProvider(
                InstantiatingGrpcChannelProvider.newBuilder()
                    .setChannelConfigurator(builder -> builder.usePlaintext())
                    .build())
            .build();
    try (SpeechClient client = SpeechClient.create(settings)) {
      for (Clip clip : Clips.shipped()) {
        var stream = client.streamingRecognizeCallable().call();
        stream.send(configuration());
        byte[] pcm = clip.pcm(clip.id());
        for (int at = 0; at < pcm.length; at += 4_800) {
          byte[] piece = Arrays.copyOfRange(pcm, at, Math.min(pcm.length, at + 4_800));
          stream.send(
              StreamingRecognizeRequest.newBuilder().setAudio(ByteString.copyFrom(piece)).build());
        }
        stream.closeSend();
        var texts = new ArrayList<String>();
        for (StreamingRecognizeResponse response : stream) {
          response.getResultsList().stream()
              .filter(StreamingRecognitionResult::getIsFinal)
              .forEach(result -> texts.add(result.getAlternatives(0).getTranscript().strip()));
        }
        assertEquals(sentences(clip, clip.id()), texts);
      }
    }
  }

  @Test
  void howeverTheAudioIsCutTheFinalsAreTheSentences() {
    start(ANY_PACE);
    for (Clip clip : Clips.shipped()) {
      Call call = call().configure(configuration()).stream(clip.pcm(0), clip.id()).halfClose();
      assertEquals(Status.Code.OK, call.end().getCode());
      assertEquals(sentences(clip, 0), call.texts());
    }
  }

  @Test
  void finalsHoldWordOffsetsThatCoverTheClipsWords() {
    start(ANY_PACE);
    Call call = call().configure(configuration()).stream(CLIP.pcm(0), 1).halfClose();
    call.end();
    for (int i = 0; i < CLIP.sentences().size(); i++) {
      StreamingRecognitionResult result = call.finals().get(i);
      Sentence sentence = CLIP.sentences().get(i);
      assertEquals("en-US", result.getLanguageCode());
      assertEquals(sentence.words().size(), result.getAlternatives(0).getWordsCount());
      for (int w = 0; w < sentence.words().size(); w++) {
        Word word = sentence.words().get(w);
        var info = result.getAlternatives(0).getWords(w);
        assertEquals(word.text(), info.getWord());
        long early = word.startSample() - Durations.toMillis(info.getStartOffset()) * 24;
        long late = Durations.toMillis(info.getEndOffset()) * 24 - word.endSample();
        assertTrue(early >= 0 && early < 240 && late >= 0 && late < 240, early + ", " + late);
      }
      assertEquals(
          result.getAlternatives(0).getWords(sentence.words().size() - 1).getEndOffset(),
          result.getResultEndOffset());
    }
  }

  @Test
  void aResponseHoldsAStableAndAnUnstableInterimThatJoinToTheTranscript() {
    start(ANY_PACE);
    Call call = call().configure(configuration()).stream(CLIP.pcm(0), 2).halfClose();
    call.end();
    var transcript = new StringBuilder();
    call.finals().forEach(result -> transcript.append(result.getAlternatives(0).getTranscript()));
    assertEquals(String.join(" ", sentences(CLIP, 0)), transcript.toString());

    var said = new StringBuilder();
    int pairs = 0;
    for (StreamingRecognizeResponse response : call.responses) {
      if (response.getResultsCount() == 2) {
        pairs++;
        assertEquals(0.9f, response.getResults(0).getStability());
        assertEquals(0.1f, response.getResults(1).getStability());
        String stable = response.getResults(0).getAlternatives(0).getTranscript();
        assertTrue(transcript.toString().startsWith(said + stable), stable);
      } else if (response.getResultsCount() == 1 && response.getResults(0).getIsFinal()) {
        said.append(response.getResults(0).getAlternatives(0).getTranscript());
      }
    }
    assertTrue(pairs > 20);
  }

  @Test
  void whatWasNotAskedForIsNotSent() {
    start(ANY_PACE);
    var plain = configuration().toBuilder();
    plain
        .getStreamingConfigBuilder()
        .setStreamingFeatures(StreamingRecognitionFeatures.getDefaultInstance())
        .getConfigBuilder()
        .clearFeatures();
    Call call = call().configure(plain.build()).stream(CLIP.pcm(0), 3).halfClose();
    call.end();
    assertEquals(CLIP.sentences().size(), call.responses.size());
    assertEquals(0, call.finals().getFirst().getAlternatives(0).getWordsCount());
    assertEquals(
        "good morning everyone and welcome to our annual conference", call.texts().getFirst());
  }

  @Test
  void voiceActivityIsToldWhereAskedFor() {
    start(ANY_PACE);
    Call call = call().configure(configuration()).stream(CLIP.pcm(0), 4).halfClose();
    call.end();
    List<SpeechEventType> events =
        call.responses.stream()
            .filter(response -> response.getResultsCount() == 0)
            .map(StreamingRecognizeResponse::getSpeechEventType)
            .toList();
    var expected = new ArrayList<SpeechEventType>();
    for (int i = 0; i < CLIP.sentences().size(); i++) {
      expected.add(SpeechEventType.SPEECH_ACTIVITY_BEGIN);
      expected.add(SpeechEventType.SPEECH_ACTIVITY_END);
    }
    assertEquals(expected, events);
  }

  @Test
  void anUtteranceIsFinalAtOnceWhenTheClientHalfCloses() {
    start(ANY_PACE);
    Sentence first = CLIP.sentences().getFirst();
    byte[] cut = Arrays.copyOf(CLIP.pcm(0), 2 * first.endSample() + 960);
    Call call = call().configure(configuration()).stream(cut, 5).halfClose();
    assertEquals(Status.Code.OK, call.end().getCode());
    assertEquals(List.of(first.heard(0)), call.texts());
  }

  @Test
  void aNewStreamGoesOnAfterTheLastFinal() throws InterruptedException {
    start(ANY_PACE);
    byte[] pcm = CLIP.pcm(9);
    int middle = 2 * CLIP.sentences().get(2).words().get(4).startSample();
    Call old = call().configure(configuration()).stream(Arrays.copyOf(pcm, middle), 6);
    old.awaitFinals(2);
    long resume = Durations.toMillis(old.finals().getLast().getResultEndOffset()) * 48;
    byte[] rest = Arrays.copyOfRange(pcm, (int) resume, pcm.length);
    Call next = call().configure(configuration()).stream(rest, 7).halfClose();
    next.end();
    assertEquals(sentences(CLIP, 9).subList(2, CLIP.sentences().size()), next.texts());
  }

  @Test
  void lossAndDoublingShow() {
    start(ANY_PACE);
    byte[] pcm = CLIP.pcm(0);
    Word word = CLIP.sentences().getFirst().words().get(1);
    int from = 2 * (word.startSample() + 500);
    int to = from + 4_800;
    byte[] lost = new byte[pcm.length - 4_800];
    System.arraycopy(pcm, 0, lost, 0, from);
    System.arraycopy(pcm, to, lost, from, pcm.length - to);
    byte[] doubled = new byte[pcm.length + 4_800];
    System.arraycopy(pcm, 0, doubled, 0, to);
    System.arraycopy(pcm, from, doubled, to, pcm.length - from);
    for (byte[] broken : List.of(lost, doubled)) {
      Call call = call().configure(configuration()).stream(broken, 8).halfClose();
      call.end();
      assertTrue(call.texts().getFirst().matches("Good \\w+– –\\w+ .*"), call.texts().getFirst());
      assertEquals(sentences(CLIP, 0).subList(1, 4), call.texts().subList(1, 4));
    }
  }

  @Test
  void otherSpeechIsReportedByVoiceActivityAtAnySampleRate() {
    start(ANY_PACE);
    var noise = new byte[2 * 16_000 * 3];
    var random = new Random(1);
    for (int i = 16_000; i < 2 * 16_000 * 2; i++) {
      noise[i] = (byte) (random.nextInt(16) - 8);
    }
    Call call = call().configure(configuration(16_000).build()).stream(noise, 9).halfClose();
    call.end();
    assertEquals(List.of("[speech, 1.5 s]"), call.texts());
    assertTrue(
        call.results().anyMatch(r -> r.getAlternatives(0).getTranscript().endsWith(" s …]")));
  }

  @Test
  void everyAnswerIsLabelled() {
    start(ANY_PACE.withMaxStreams(1));
    var label = Metadata.Key.of("x-dragoman-stand-in", Metadata.ASCII_STRING_MARSHALLER);
    var headers = new AtomicReference<@Nullable Metadata>();
    var trailers = new AtomicReference<@Nullable Metadata>();
    var captured =
        ClientInterceptors.intercept(
            channel, MetadataUtils.newCaptureMetadataInterceptor(headers, trailers));
    for (boolean refused : new boolean[] {false, true}) {
      var call = new Call(true);
      SpeechGrpc.newStub(captured).streamingRecognize(call);
      if (refused) {
        call.send(new byte[2]);
      } else {
        call.configure(configuration()).stream(CLIP.pcm(0), 10).halfClose();
      }
      call.end();
      Metadata received = refused ? trailers.get() : headers.get();
      assertNotNull(received);
      assertEquals("speech", received.get(label));
    }
  }

  @Test
  void theConfigurationComesFirstAndOnce() {
    start(ANY_PACE);
    call()
        .send(new byte[100])
        .assertEnds(
            Status.Code.INVALID_ARGUMENT,
            "Malordered Data Received. Expected streaming_config but received audio."
                + " Send exactly one config, followed by audio data.");
    call()
        .configure(configuration())
        .configure(configuration())
        .assertEnds(
            Status.Code.INVALID_ARGUMENT,
            "Malordered Data Received. Expected audio but none was set."
                + " Send exactly one config, followed by audio data.");
    call()
        .halfClose()
        .assertEnds(
            Status.Code.INVALID_ARGUMENT,
            "Malordered Data Received. Expected streaming_config but received none."
                + " Send exactly one config, followed by audio data.");
  }

  @Test
  void anAudioMessageHoldsAtMost25600Bytes() {
    start(ANY_PACE);
    Call call = call().configure(configuration()).send(new byte[25_600]).send(new byte[25_601]);
    call.assertEnds(
        Status.Code.INVALID_ARGUMENT,
        "Audio chunk can be of a maximum of 25600 bytes. Received audio of 25601 bytes instead.");
  }

  @Test
  void aConfigurationThatTheServiceRefusesIsRefused() {
    start(ANY_PACE);
    var path = configuration().toBuilder().setRecognizer("projects/test/recognizers/_");
    var model = configuration().toBuilder();
    model.getStreamingConfigBuilder().getConfigBuilder().clearModel();
    var language = configuration().toBuilder();
    language.getStreamingConfigBuilder().getConfigBuilder().clearLanguageCodes();
    var encoding = configuration().toBuilder();
    encoding.getStreamingConfigBuilder().getConfigBuilder().clearExplicitDecodingConfig();
    var requests =
        Stream.of(
            path,
            model,
            language,
            encoding,
            configuration(7_999),
            configuration(48_001),
            configuration("lnog", "en-US"),
            configuration("long", "de-DE"),
            configuration("long", "enm"),
            configuration("long", "en-US", "American English"));
    for (var request : requests.toList()) {
      Status end = call().configure(request.build()).end();
      assertEquals(Status.Code.INVALID_ARGUMENT, end.getCode(), request.toString());
    }
    var named = model.setRecognizer(RECOGNIZER.replace("/_", "/mine")).build();
    assertEquals(Status.Code.OK, call().configure(named).halfClose().end().getCode());
  }

  @Test
  void theFirstEnglishOfSeveralLanguagesIsHeard() {
    start(ANY_PACE);
    var request = configuration("chirp_2", "es-ES", "en-GB", "en-US").build();
    Call call = call().configure(request).stream(CLIP.pcm(0), 1).halfClose();
    assertEquals(Status.Code.OK, call.end().getCode());
    assertEquals("en-GB", call.finals().getFirst().getLanguageCode());
  }

  @Test
  void audioMayComeAheadOfTimeButNotTooFar() {
    start(Limits.defaults());
    byte[] halfSecond = new byte[24_000];
    Call kept = call().configure(configuration());
    for (int i = 0; i < 59; i++) {
      kept.send(halfSecond);
    }
    assertEquals(Status.Code.OK, kept.halfClose().end().getCode());
    Call hasty = call().configure(configuration());
    for (int i = 0; i < 200; i++) {
      hasty.send(halfSecond);
    }
    hasty.assertEnds(
        Status.Code.OUT_OF_RANGE,
        "Audio data is being streamed too fast."
            + " Please stream audio data approximately at real time.");
  }

  @Test
  void aStreamEndsAfterItsLongestDurationOfAudio() {
    start(ANY_PACE);
    Call call = call().configure(configuration());
    byte[] second = new byte[24_000];
    for (int i = 0; i < 601; i++) {
      call.send(second);
    }
    call.assertEnds(Status.Code.ABORTED, "Max duration of 5 minutes reached for stream.");
  }

  @Test
  void aStreamEndsAfterItsLongestDurationByTheClock() {
    start(ANY_PACE.withMaxDuration(Duration.ofMillis(200)));
    call()
        .configure(configuration())
        .assertEnds(Status.Code.ABORTED, "Max duration of 0.2 seconds reached for stream.");
  }

  @Test
  void aStreamEndsWhenNoRequestsCome() {
    start(ANY_PACE.withIdleTimeout(Duration.ofMillis(200)));
    call()
        .configure(configuration())
        .send(new byte[4_800])
        .assertEnds(
            Status.Code.ABORTED, "Stream timed out after receiving no more client requests.");
  }

  @Test
  void noMoreStreamsAreHeardThanAllowed() throws InterruptedException {
    start(ANY_PACE.withMaxStreams(2));
    Call first = call().configure(configuration()).stream(CLIP.pcm(0), 11);
    Call second = call().configure(configuration()).stream(CLIP.pcm(0), 12);
    first.awaitFinals(1);
    second.awaitFinals(1);
    assertEquals(Status.Code.RESOURCE_EXHAUSTED, call().configure(configuration()).end().getCode());
    // However a stream ends, its place is free again.
    first.halfClose().end();
    second.requests.cancel("test", null);
    for (int i = 0; i < 2; i++) {
      Status end;
      do {
        end = call().configure(configuration()).halfClose().end();
      } while (end.getCode() == Status.Code.RESOURCE_EXHAUSTED);
      assertEquals(Status.Code.OK, end.getCode());
    }
  }

  @Test
  void aClientThatDoesNotReadIsNotHeardAnyFurther() throws InterruptedException {
    start(ANY_PACE.withMaxDuration(Duration.ofDays(1)));
    var call = new Call(false);
    SpeechGrpc.newStub(channel).streamingRecognize(call);
    call.configure(configuration());
    byte[] pcm = CLIP.pcm(0);
    int clips = 0;
    while (call.awaitReady(Duration.ofSeconds(1))) {
      assertTrue(++clips < 1_000, "nothing holds the client back");
      call.stream(pcm, clips);
    }
    call.halfClose();
    call.requests.request(Integer.MAX_VALUE);
    assertEquals(Status.Code.OK, call.end().getCode());
    assertEquals(clips * CLIP.sentences().size(), call.finals().size());
  }

  @Test
  void aPortInUseIsSaid() {
    SpeechStandIn first = start(ANY_PACE);
    assertThrows(
        IOException.class,
        () -> SpeechStandIn.start(SpeechStandInConfig.defaults().withPort(first.port())));
  }

  @Test
  void badConfigurationIsRefusedWithASentence() {
    var refused =
        assertThrows(IllegalArgumentException.class, () -> ANY_PACE.withIdleTimeout(Duration.ZERO));
    assertEquals("idleTimeout: PT0S is not positive", refused.getMessage());
  }
}
