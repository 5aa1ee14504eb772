package io.dragoman.chaos;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.WebSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** How a node's process ends: by its command, by a signal, and by a second one. */
@Timeout(180)
class DrainIT {
  private static final String START =
      """
      {"type": "session.start", "kind": "translation", "source": ["en-US"],
       "audio": {"encoding": "pcm_s16le", "sample_rate": 24000, "channels": 1}}""";

  @TempDir Path directory;

  @Test
  void aDrainIsShownAndEndsWithTheNode() throws Exception {
    try (LoneNode node = LoneNode.start(directory, Map.of("node.drain_s", 4));
        HttpClient http = HttpClient.newHttpClient()) {
      Staying client = new Staying(http, node);
      try (Dragoman drain = Dragoman.start(directory, "drain", node.admin())) {
        assertEquals(1012, client.closed.get(60, TimeUnit.SECONDS));
        assertEquals(0, drain.exit(), drain::errors);
        assertTrue(drain.output().contains(" drains: 1 of 1 sessions left, "), drain::output);
        assertTrue(
            drain.output().contains(" does not answer any more; it was the only node"),
            drain::output);
      }
      assertEquals(0, node.exit(), node::log);
      assertTrue(node.log().contains("1 of 1 sessions had not gone within 4 s"), node::log);
    }
  }

  @Test
  void aSignalDrainsAndASecondOneEndsAtOnce() throws Exception {
    try (LoneNode node = LoneNode.start(directory, Map.of("node.drain_s", 600));
        HttpClient http = HttpClient.newHttpClient()) {
      Staying client = new Staying(http, node);
      node.process().destroy();
      client.moving.get(60, TimeUnit.SECONDS);
      URI ready = URI.create("http://" + node.listen() + "/health/ready");
      var answer = http.send(HttpRequest.newBuilder(ready).build(), BodyHandlers.ofString());
      assertEquals(404, answer.statusCode(), answer.body());
      await()
          .atMost(Duration.ofSeconds(60))
          .until(() -> node.log().contains("1 of 1 sessions are still here"));
      node.process().destroy();
      assertEquals(143, node.exit(), node::log);
      assertTrue(node.log().contains("Sessions that had not gone: 1;"), node::log);
    }
  }

  @Test
  void aNodeWithoutSessionsEndsSoonOnASignal() throws Exception {
    try (LoneNode node = LoneNode.start(directory, Map.of("node.drain_s", 600))) {
      node.process().destroy();
      assertEquals(0, node.exit(), node::log);
      assertTrue(node.log().contains("there is no session here"), node::log);
    }
  }

  /** A client that does not do what it is told. */
  private static final class Staying implements WebSocket.Listener {
    final CompletableFuture<Void> started = new CompletableFuture<>();
    final CompletableFuture<Void> moving = new CompletableFuture<>();
    final CompletableFuture<Integer> closed = new CompletableFuture<>();

    Staying(HttpClient http, LoneNode node) throws Exception {
      URI uri = URI.create(node.url() + "/v1/session?sid=a-session-that-stays");
      WebSocket socket = http.newWebSocketBuilder().buildAsync(uri, this).get(60, TimeUnit.SECONDS);
      socket.sendText(START, true).get(60, TimeUnit.SECONDS);
      started.get(60, TimeUnit.SECONDS);
    }

    @Override
    public @Nullable CompletionStage<?> onText(WebSocket from, CharSequence text, boolean last) {
      if (text.toString().contains("\"session.started\"")) {
        started.complete(null);
      } else if (text.toString().contains("\"session.moving\"")) {
        moving.complete(null);
      }
      from.request(1);
      return null;
    }

    @Override
    public @Nullable CompletionStage<?> onClose(WebSocket from, int code, String reason) {
      closed.complete(code);
      return null;
    }
  }
}
