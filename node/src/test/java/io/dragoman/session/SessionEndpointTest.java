package io.dragoman.session;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.dragoman.pipeline.SessionUse;
import io.dragoman.pipeline.SessionWindow;
import io.dragoman.pipeline.Spent;
import io.dragoman.quota.RecentUse;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Sessions over real sockets, seen with a plain WebSocket client. */
@Timeout(180)
class SessionEndpointTest {
  private static final String SID = "session-for-tests-1";
  private static final String START =
      """
      {"type":"session.start","kind":"translation","audio":{"encoding":"pcm_s16le","sample_rate":24000,"channels":1},
       "source":["en-US"],"targets":[{"lang":"es"}],"correct":true,"unheard_of":1}""";

  private final TestNode node = new TestNode.Limits().start();
  private final HttpClient http = HttpClient.newHttpClient();

  @AfterEach
  void stop() {
    http.shutdownNow();
    node.close();
  }

  @Test
  void aSessionFromStartToEnd() throws Exception {
    Client client = connect(SID);
    client.say(START);
    client.audio(new byte[4_800]);
    client.say("{\"type\":\"finalize\"}");
    client.audio(new byte[9_600]);
    client.say("{\"type\":\"session.end\"}");
    assertEquals(1000, client.closed());

    JsonNode started = client.first("session.started");
    assertEquals(SID, started.path("session_id").asText());
    assertEquals("n1", started.path("node").asText());
    assertEquals("speech", started.path("stand_in").path(0).asText());
    for (String role : List.of("source", "corrected", "translation")) {
      String text = role.equals("source") ? "%d samples" : "%d SAMPLES";
      assertEquals(List.of(text.formatted(2400), text.formatted(4800)), client.finals(role));
    }
    List<Long> seq =
        client.received.stream().filter(m -> m.has("seq")).map(m -> m.get("seq").asLong()).toList();
    assertEquals(LongStream.rangeClosed(1, seq.size()).boxed().toList(), seq, "no holes");
    assertEquals(2400, client.first("audio.ack").path("sample").asLong());
    JsonNode usage = client.first("session.ended").path("usage");
    assertEquals(300, usage.path("audio_ms").asLong());
    assertTrue(usage.path("requests").asLong() >= 4);
    assertEquals(usage.path("requests").asLong() * 10, usage.path("tokens").asLong());
    await().until(node::isEmpty);
  }

  @Test
  void whatASessionUsedOnTheNodeThatItLeftCountsHere() throws Exception {
    RecentUse minute = new RecentUse(List.of(new RecentUse.Part(1_000_000_000L, 30, 6_000)));
    node.elsewhere.put(SID, new SessionWindow(40, 1_000, minute, new Spent(39, 7_000)));
    Client client = connect(SID);
    client.say(START);
    await().until(() -> client.has("session.started"));
    await().until(() -> node.gate.brought.equals(List.of(minute)));
    await().until(() -> node.metrics.sessions().getFirst().requests() >= 40);
    SessionUse use = node.metrics.sessions().getFirst();
    assertEquals(30, use.requestsLastMinute());
    assertEquals(6_000, use.tokensLastMinute());
    client.say("{\"type\":\"session.end\"}");
    assertEquals(1000, client.closed());
    JsonNode usage = client.first("session.ended").path("usage");
    assertEquals(39, usage.path("requests").asLong(), "it asked for nothing here");
    assertEquals(7_000, usage.path("tokens").asLong());
  }

  @Test
  void silenceIsAcknowledgedThoughNothingIsSaid() throws Exception {
    node.recognizer.silent = true;
    Client client = connect(SID);
    client.say(START);
    client.audio(new byte[4_800]);
    await().until(() -> client.has("audio.ack"));
    assertEquals(2400, client.first("audio.ack").path("sample").asLong());
    client.say("{\"type\":\"session.end\"}");
    assertEquals(1000, client.closed());
  }

  @Test
  void bothCaptionsOfAnUtteranceNameTheSameSegment() throws Exception {
    Client client = connect(SID);
    client.say(START);
    client.audio(new byte[4_800]);
    client.say("{\"type\":\"session.end\"}");
    client.closed();
    assertEquals(
        List.of(SID + ".0"),
        client.received.stream()
            .filter(m -> m.path("type").asText().equals("caption"))
            .map(m -> m.path("seg").asText())
            .distinct()
            .toList());
  }

  @ParameterizedTest(name = "{0} is refused with {1} and closed {2}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {"type":"session.end"}                                | out_of_order       | 4400
          {"type":"session.start","kind":"opera"}               | unsupported        | 4400
          {"type":"session.start","kind":"translation"}         | unsupported        | 4400
          {"type":"session.start","kind":"translation","audio":{"encoding":"pcm_s16le","sample_rate":24000,"channels":1},"source":["en-US"],"targets":[{"language":"es"}]} | unsupported | 4400
          {"type":"session.start","kind":"translation","audio":{"encoding":"pcm_s16le","sample_rate":24000,"channels":1},"source":["en-US"],"targets":[null]} | unsupported | 4400
          {"type":"session.start","kind":"translation","resume":{"token":"t","last_seq":1,"oldest_sample":0}} | unsupported | 4400
          """)
  void whatCannotBeDoneIsSaidThenClosed(String message, String code, int close) throws Exception {
    Client client = connect(SID);
    client.say(message);
    assertEquals(close, client.closed());
    JsonNode error = client.first("error");
    assertEquals(code, error.path("code").asText());
    assertTrue(error.path("fatal").asBoolean());
    assertTrue(error.path("message").asText().length() > 10);
    await().until(node::isEmpty);
  }

  @Test
  void aSidInUseIsRefusedAndTheFirstSessionGoesOn() throws Exception {
    Client first = connect(SID);
    first.say(START);
    await().until(() -> first.has("session.started"));
    Client second = connect(SID);
    second.say(START);
    assertEquals(4403, second.closed());
    first.say("{\"type\":\"session.end\"}");
    assertEquals(1000, first.closed());
  }

  @Test
  void audioThatCannotBeHeardInTimeEndsTheSession() throws Exception {
    Client client = connect(SID);
    client.say(START);
    node.recognizer.full = true;
    client.audio(new byte[4_800]);
    assertEquals(4429, client.closed());
    assertEquals("audio_overflow", client.first("error").path("code").asText());
  }

  @Test
  void aBrokenConnectionReleasesItsSession() throws Exception {
    Client client = connect(SID);
    client.say(START);
    await().until(() -> client.has("session.started") && node.recognizer.open.get() == 1);
    client.socket().abort();
    await().until(node::isEmpty);
  }

  @Test
  void aClientThatSaysNothingStillHearsAHeartbeatAndHasItsPingsAnswered() throws Exception {
    Client client = connect(SID);
    client.socket().sendPing(ByteBuffer.wrap(new byte[] {1, 2})).get(60, TimeUnit.SECONDS);
    assertEquals(ByteBuffer.wrap(new byte[] {1, 2}), client.pong.get(60, TimeUnit.SECONDS));
    await().until(() -> client.has("heartbeat"));
    client.socket().abort();
  }

  private Client connect(String sid) throws Exception {
    Client client = new Client();
    http.newWebSocketBuilder()
        .subprotocols("dragoman.v1")
        .buildAsync(
            URI.create("ws://127.0.0.1:%d/v1/session?sid=%s".formatted(node.port(), sid)), client)
        .get(60, TimeUnit.SECONDS);
    return client;
  }

  /** A client that keeps all that it is told. */
  private static final class Client implements WebSocket.Listener {
    private static final ObjectMapper JSON = new ObjectMapper();
    final List<JsonNode> received = new CopyOnWriteArrayList<>();
    final CompletableFuture<ByteBuffer> pong = new CompletableFuture<>();
    private final CompletableFuture<Integer> closed = new CompletableFuture<>();
    private final StringBuilder text = new StringBuilder();
    private final CompletableFuture<WebSocket> opened = new CompletableFuture<>();

    WebSocket socket() {
      return opened.join();
    }

    void say(String message) throws Exception {
      socket().sendText(message, true).get(60, TimeUnit.SECONDS);
    }

    void audio(byte[] pcm) throws Exception {
      socket().sendBinary(ByteBuffer.wrap(pcm), true).get(60, TimeUnit.SECONDS);
    }

    int closed() throws Exception {
      return closed.get(60, TimeUnit.SECONDS);
    }

    boolean has(String type) {
      return received.stream().anyMatch(m -> m.path("type").asText().equals(type));
    }

    JsonNode first(String type) {
      return received.stream()
          .filter(m -> m.path("type").asText().equals(type))
          .findFirst()
          .orElseThrow();
    }

    List<String> finals(String role) {
      return received.stream()
          .filter(m -> m.path("final").asBoolean() && m.path("role").asText().equals(role))
          .map(m -> m.path("text").asText())
          .toList();
    }

    @Override
    public void onOpen(WebSocket socket) {
      opened.complete(socket);
      socket.request(Long.MAX_VALUE);
    }

    @Override
    public CompletionStage<?> onText(WebSocket from, CharSequence part, boolean last) {
      text.append(part);
      if (last) {
        try {
          received.add(JSON.readTree(text.toString()));
        } catch (JsonProcessingException e) {
          throw new UncheckedIOException(e);
        }
        text.setLength(0);
      }
      return CompletableFuture.completedStage(null);
    }

    @Override
    public CompletionStage<?> onPong(WebSocket from, ByteBuffer payload) {
      ByteBuffer copy = ByteBuffer.allocate(payload.remaining());
      copy.put(payload).flip();
      pong.complete(copy);
      return CompletableFuture.completedStage(null);
    }

    @Override
    public CompletionStage<?> onClose(WebSocket from, int code, String reason) {
      closed.complete(code);
      return CompletableFuture.completedStage(null);
    }

    @Override
    public void onError(WebSocket from, Throwable error) {
      closed.completeExceptionally(error);
    }
  }
}
