package io.dragoman.speech;

import com.google.api.gax.core.NoCredentialsProvider;
import com.google.api.gax.grpc.ChannelPoolSettings;
import com.google.cloud.speech.v2.ExplicitDecodingConfig;
import com.google.cloud.speech.v2.ExplicitDecodingConfig.AudioEncoding;
import com.google.cloud.speech.v2.RecognitionConfig;
import com.google.cloud.speech.v2.RecognitionFeatures;
import com.google.cloud.speech.v2.SpeechClient;
import com.google.cloud.speech.v2.SpeechSettings;
import com.google.cloud.speech.v2.StreamingRecognitionConfig;
import com.google.cloud.speech.v2.StreamingRecognitionFeatures;
import com.google.cloud.speech.v2.StreamingRecognizeRequest;
import io.dragoman.speech.SpeechEvent.Failure;
import java.io.IOException;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** Google Speech-to-Text v2, streaming. */
public final class GoogleRecognizer implements SpeechRecognizer {
  /** How many streams Google takes on a connection; more would queue without a word. */
  private static final int MOST_PER_CONNECTION = 100;

  /**
   * How many share one, by what is configured. The pool hands its connections out in turn, so some
   * carry more than others; a tenth more sessions may be resumed; and one that is taken over by a
   * newer connection has two streams for a moment, be they all of a node's at once.
   */
  private static final int STREAMS_PER_CONNECTION = 45;

  /** How much of the buffer may wait for a final before the call is ended to bring one. */
  private static final double UNSETTLED_PART = 2.0 / 3;

  private static final int CLOSE_WITHIN_SECONDS = 2;

  private static final Failure CLOSED =
      new Failure("UNAVAILABLE", "this node is closing its connections to Google Speech");
  private static final Failure FULL =
      new Failure(
          "RESOURCE_EXHAUSTED", "this node's connections to Google Speech carry no more streams");

  private final SpeechConfig config;
  private final SpeechClient client;

  /**
   * What the connections can carry. It is no limit on sessions: who is to be heard is decided where
   * they are admitted, and what was let in there is not refused here.
   */
  private final int mostStreams;

  private final Set<GoogleStream> streams = ConcurrentHashMap.newKeySet();
  private final ServiceWatch watch = new ServiceWatch(System::nanoTime);
  private final AtomicLong opened = new AtomicLong();
  private volatile boolean closed;

  private GoogleRecognizer(SpeechConfig config, SpeechClient client, int connections) {
    this.config = config;
    this.client = client;
    this.mostStreams = connections * MOST_PER_CONNECTION;
  }

  /**
   * Prepares the connections, and reads the credentials where some are needed; nothing is sent yet.
   *
   * @throws IOException when there are no usable credentials; its message says what to do
   */
  public static GoogleRecognizer connect(SpeechConfig config) throws IOException {
    int connections = Math.ceilDiv(config.maxStreams(), STREAMS_PER_CONNECTION);
    var transport =
        SpeechSettings.defaultGrpcTransportProviderBuilder()
            .setEndpoint(config.address())
            .setChannelPoolSettings(ChannelPoolSettings.staticallySized(connections));
    var settings = SpeechSettings.newBuilder().setEndpoint(config.address());
    if (config.plaintext()) {
      transport.setChannelConfigurator(channel -> channel.usePlaintext());
      settings.setCredentialsProvider(NoCredentialsProvider.create());
    }
    settings.setTransportChannelProvider(transport.build());
    try {
      return new GoogleRecognizer(config, SpeechClient.create(settings.build()), connections);
    } catch (IOException e) {
      throw new IOException(
          "no credentials for Google Speech: set GOOGLE_APPLICATION_CREDENTIALS to the file of a"
              + " service account ("
              + e.getMessage()
              + ")",
          e);
    }
  }

  @Override
  public SpeechStream open(SpeechRequest request, SpeechListener listener) {
    var service =
        new Leg.Service(
            client.streamingRecognizeCallable(),
            configuration(request),
            request.sampleRate(),
            config,
            rotation(request.sampleRate()),
            watch);
    String name = "speech-" + opened.incrementAndGet();
    var stream = new GoogleStream(service, request, listener, name, streams::remove);
    streams.add(stream);
    if (streams.size() > mostStreams) {
      stream.fail(FULL);
    }
    if (closed) {
      stream.fail(CLOSED);
    }
    return stream.start();
  }

  @Override
  public Optional<Trouble> trouble() {
    return watch.trouble();
  }

  @Override
  public void close() {
    closed = true;
    streams.forEach(stream -> stream.fail(CLOSED));
    client.close();
    try {
      if (!client.awaitTermination(CLOSE_WITHIN_SECONDS, TimeUnit.SECONDS)) {
        client.shutdownNow();
      }
    } catch (InterruptedException e) {
      client.shutdownNow();
      Thread.currentThread().interrupt();
    }
  }

  private Rotation rotation(int sampleRate) {
    long capacity = config.buffer().toMillis() * sampleRate / 1_000;
    return new Rotation(
        config.rotateAfter(), config.rotateAtLatest(), (long) (capacity * UNSETTLED_PART));
  }

  /** The first message of a call. */
  private StreamingRecognizeRequest configuration(SpeechRequest request) {
    var decoding =
        ExplicitDecodingConfig.newBuilder()
            .setEncoding(AudioEncoding.LINEAR16)
            .setSampleRateHertz(request.sampleRate())
            .setAudioChannelCount(1);
    var recognition =
        RecognitionConfig.newBuilder()
            .setExplicitDecodingConfig(decoding)
            .setModel(config.model())
            .addAllLanguageCodes(request.languages())
            .setFeatures(
                RecognitionFeatures.newBuilder()
                    .setEnableWordTimeOffsets(true)
                    .setEnableAutomaticPunctuation(true));
    var features =
        StreamingRecognitionFeatures.newBuilder()
            .setInterimResults(true)
            .setEnableVoiceActivityEvents(true);
    return StreamingRecognizeRequest.newBuilder()
        .setRecognizer(config.recognizerPath())
        .setStreamingConfig(
            StreamingRecognitionConfig.newBuilder()
                .setConfig(recognition)
                .setStreamingFeatures(features))
        .build();
  }
}
