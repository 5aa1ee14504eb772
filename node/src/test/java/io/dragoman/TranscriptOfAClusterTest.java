package io.dragoman;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.dragoman.standin.Clips;
import io.dragoman.standin.Faults;
import io.dragoman.standin.OpenAiStandIn;
import io.dragoman.standin.OpenAiStandInConfig;
import io.dragoman.standin.SpeechStandIn;
import io.dragoman.standin.SpeechStandInConfig;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a client heard at one node of a real cluster is read, and erased, at another. */
@Timeout(180)
final class TranscriptOfAClusterTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String SID = "read-at-another-node";
  private static final String START =
      """
      {"type": "session.start", "kind": "translation", "source": ["en-US"], "targets": [{"lang": "es"}],
       "audio": {"encoding": "pcm_s16le", "sample_rate": 24000, "channels": 1}}""";

  private final HttpClient http = HttpClient.newHttpClient();

  @Test
  void whatWasHeardAtOneNodeIsReadAndErasedAtAnother(@TempDir Path data) throws Exception {
    try (OpenAiStandIn openAi =
            OpenAiStandIn.start(
                OpenAiStandInConfig.defaults(),
                Clips.shipped().stream().flatMap(clip -> clip.sentences().stream()).toList(),
                new Faults());
        SpeechStandIn speech = SpeechStandIn.start(SpeechStandInConfig.defaults())) {
      String one = "127.0.0.1:" + TestNodes.freePort();
      String other = "127.0.0.1:" + TestNodes.freePort();
      String members = one + "," + other;
      try (Node first =
              TestNodes.join(openAi.port(), speech.port(), keys(one, members, data.resolve("n1")));
          Node second =
              TestNodes.join(
                  openAi.port(), speech.port(), keys(other, members, data.resolve("n2")))) {
        first.awaitReady();
        second.awaitReady();
        Heard heard = speak(first);
        assertEquals(heard.finals, captions(second, heard.token));
        assertFalse(heard.finals.isEmpty());
        String srt = ask("GET", second, "/transcript.srt?lang=es", heard.token).body();
        assertEquals(heard.finals.size() / 2, srt.split(" --> ").length - 1, srt);
        assertEquals(204, ask("DELETE", second, "", heard.token).statusCode());
        // For a while after nodes have come, what is not there may come yet.
        await()
            .atMost(Duration.ofMinutes(2))
            .until(
                () -> ask("GET", first, "/transcript.srt", heard.token).statusCode(),
                status -> status != 503);
        assertEquals(404, ask("GET", first, "/transcript.srt", heard.token).statusCode());
      }
    } finally {
      http.shutdownNow();
    }
  }

  private static Map<String, String> keys(String place, String members, Path data) {
    return Map.of("grid.listen", place, "grid.members", members, "node.data", data.toString());
  }

  private List<String> captions(Node node, String token) throws Exception {
    List<String> captions = new ArrayList<>();
    JSON.readTree(ask("GET", node, "/transcript.json", token).body())
        .path("captions")
        .forEach(caption -> captions.add(describe(caption)));
    return captions;
  }

  private static String describe(JsonNode caption) {
    return List.of("seq", "seg", "role", "lang", "text", "start_ms", "end_ms").stream()
        .map(field -> caption.path(field).asText())
        .toList()
        .toString();
  }

  private HttpResponse<String> ask(String method, Node node, String what, String token)
      throws IOException, InterruptedException {
    return http.send(
        HttpRequest.newBuilder(
                URI.create("http://%s/v1/sessions/%s%s".formatted(node.listening(), SID, what)))
            .method(method, HttpRequest.BodyPublishers.noBody())
            .header("Authorization", "Bearer " + token)
            .build(),
        BodyHandlers.ofString());
  }

  /** Says some sentences, and listens until the session has ended. */
  private Heard speak(Node node) throws Exception {
    Heard heard = new Heard();
    WebSocket socket =
        http.newWebSocketBuilder()
            .buildAsync(
                URI.create("ws://%s/v1/session?sid=%s".formatted(node.listening(), SID)), heard)
            .get(60, TimeUnit.SECONDS);
    socket.sendText(START, true).get(60, TimeUnit.SECONDS);
    byte[] speech = Clips.shipped().getFirst().pcm(0);
    for (int at = 0; at < 10 * 48_000; at += 4_800) {
      byte[] chunk = Arrays.copyOfRange(speech, at, at + 4_800);
      socket.sendBinary(ByteBuffer.wrap(chunk), true).get(60, TimeUnit.SECONDS);
    }
    socket.sendText("{\"type\": \"session.end\"}", true).get(60, TimeUnit.SECONDS);
    assertEquals(1000, heard.closed.get(60, TimeUnit.SECONDS));
    return heard;
  }

  private static final class Heard implements WebSocket.Listener {
    final CompletableFuture<Integer> closed = new CompletableFuture<>();
    final List<String> finals = new ArrayList<>();
    String token = "";
    private final StringBuilder text = new StringBuilder();

    @Override
    public @Nullable CompletionStage<?> onText(WebSocket from, CharSequence part, boolean last) {
      text.append(part);
      if (last) {
        try {
          JsonNode message = JSON.readTree(text.toString());
          token = message.path("resume_token").asText(token);
          if (message.path("final").asBoolean()) {
            finals.add(describe(message));
          }
        } catch (IOException e) {
          closed.completeExceptionally(e);
        }
        text.setLength(0);
      }
      from.request(1);
      return null;
    }

    @Override
    public @Nullable CompletionStage<?> onClose(WebSocket from, int code, String reason) {
      closed.complete(code);
      return null;
    }

    @Override
    public void onError(WebSocket from, Throwable error) {
      closed.completeExceptionally(error);
    }
  }
}
