package io.dragoman.chaos;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.api.gax.core.NoCredentialsProvider;
import com.google.api.gax.grpc.InstantiatingGrpcChannelProvider;
import com.google.api.gax.rpc.BidiStream;
import com.google.cloud.speech.v2.ExplicitDecodingConfig;
import com.google.cloud.speech.v2.RecognitionConfig;
import com.google.cloud.speech.v2.RecognitionFeatures;
import com.google.cloud.speech.v2.SpeechClient;
import com.google.cloud.speech.v2.SpeechSettings;
import com.google.cloud.speech.v2.StreamingRecognitionConfig;
import com.google.cloud.speech.v2.StreamingRecognizeRequest;
import com.google.cloud.speech.v2.StreamingRecognizeResponse;
import com.google.protobuf.ByteString;
import io.dragoman.standin.Clip;
import io.dragoman.standin.Clips;
import io.dragoman.standin.Sentence;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A stand-in left running alone answers clients that are not ours. */
@Timeout(120)
class StandinIT {
  private static final int CHUNK_BYTES = 4_800;

  @TempDir Path directory;

  @Test
  void googlesOwnClientAndAPlainHttpClientAreAnswered() throws Exception {
    try (Dragoman standin =
        Dragoman.start(
            directory, "standin", "--openai", "127.0.0.1:0", "--speech", "127.0.0.1:0")) {
      await().atMost(Duration.ofMinutes(1)).until(() -> standin.output().endsWith("\n"));
      JsonNode ready = standin.summary();
      Clip clip = Clips.shipped().getFirst();
      assertEquals(
          clip.sentences().stream().map(sentence -> sentence.heard(0)).toList(),
          heard(ready.path("speech").asText(), clip.pcm(0)));
      Sentence sentence = clip.sentences().getFirst();
      String answer = translated(ready.path("openai").asText(), sentence.heard(0));
      assertTrue(answer.contains(sentence.translation("es", sentence.words().size(), 0)), answer);
    }
  }

  private static List<String> heard(String endpoint, byte[] pcm) throws Exception {
    SpeechSettings settings =
        SpeechSettings.newBuilder()
            .setEndpoint(endpoint)
            .setCredentialsProvider(NoCredentialsProvider.create())
            .setTransportChannelProvider(
                InstantiatingGrpcChannelProvider.newBuilder()
                    .setChannelConfigurator(builder -> builder.usePlaintext())
                    .build())
            .build();
    List<String> finals = new ArrayList<>();
    try (SpeechClient client = SpeechClient.create(settings)) {
      BidiStream<StreamingRecognizeRequest, StreamingRecognizeResponse> stream =
          client.streamingRecognizeCallable().call();
      stream.send(configuration());
      for (int at = 0; at < pcm.length; at += CHUNK_BYTES) {
        int length = Math.min(CHUNK_BYTES, pcm.length - at);
        stream.send(
            StreamingRecognizeRequest.newBuilder()
                .setAudio(ByteString.copyFrom(pcm, at, length))
                .build());
      }
      stream.closeSend();
      for (StreamingRecognizeResponse response : stream) {
        response.getResultsList().stream()
            .filter(result -> result.getIsFinal())
            .map(result -> result.getAlternatives(0).getTranscript().strip())
            .forEach(finals::add);
      }
    }
    return finals;
  }

  private static StreamingRecognizeRequest configuration() {
    return StreamingRecognizeRequest.newBuilder()
        .setRecognizer("projects/p/locations/global/recognizers/_")
        .setStreamingConfig(
            StreamingRecognitionConfig.newBuilder()
                .setConfig(
                    RecognitionConfig.newBuilder()
                        .setModel("long")
                        .addLanguageCodes("en-US")
                        .setFeatures(
                            RecognitionFeatures.newBuilder().setEnableAutomaticPunctuation(true))
                        .setExplicitDecodingConfig(
                            ExplicitDecodingConfig.newBuilder()
                                .setEncoding(ExplicitDecodingConfig.AudioEncoding.LINEAR16)
                                .setSampleRateHertz(24_000)
                                .setAudioChannelCount(1))))
        .build();
  }

  private static String translated(String baseUrl, String text) throws Exception {
    String body =
        """
        {"model": "gpt-4o-mini", "max_completion_tokens": 200, "messages": [
          {"role": "system", "content": "Translate the user's text from English (en-US) into Spanish (es)."},
          {"role": "user", "content": "%s"}]}"""
            .formatted(text);
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(baseUrl + "/chat/completions"))
            .header("Authorization", "Bearer stand-in")
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body))
            .build();
    try (HttpClient http = HttpClient.newHttpClient()) {
      HttpResponse<String> response = http.send(request, BodyHandlers.ofString());
      assertEquals(200, response.statusCode(), response.body());
      assertEquals("openai", response.headers().firstValue("x-dragoman-stand-in").orElse(""));
      return response.body();
    }
  }
}
