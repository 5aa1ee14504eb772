package io.dragoman.session;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.dragoman.openai.ApiResult;
import io.dragoman.openai.ChatListener;
import io.dragoman.openai.ChatRequest;
import io.dragoman.openai.OpenAi;
import io.dragoman.openai.RateLimitHeaders;
import io.dragoman.openai.Usage;
import io.dragoman.pipeline.PipelineConfig;
import io.dragoman.pipeline.PipelineMetrics;
import io.dragoman.quota.Decision;
import io.dragoman.quota.Permit;
import io.helidon.webserver.WebServer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Sessions over real sockets, seen with a plain WebSocket client. */
@Timeout(30)
class SessionEndpointTest {
  private static final String SID = "session-for-tests-1";
  private static final String START =
      """
      {"type":"session.start","kind":"translation","audio":{"encoding":"pcm_s16le","sample_rate":24000,"channels":1},
       "source":["en-US"],"targets":[{"lang":"es"}],"correct":true,"unheard_of":1}""";

  private final FakeRecognizer recognizer = new FakeRecognizer();
  private final Registry registry = new Registry();
  private final HttpClient http = HttpClient.newHttpClient();
  private SessionEndpoint endpoint;
  private WebServer server;

  @BeforeEach
  void start() {
    endpoint =
        new SessionEndpoint(
            new SessionServices(
                "n1",
                new SessionConfig(10, 65_536, Duration.ofSeconds(30), Duration.ofMillis(50)),
                recognizer,
                new CapitalLetters(),
                request -> new Decision.Granted(new AnyPermit()),
                PipelineConfig.of("model"),
                new PipelineMetrics(new SimpleMeterRegistry()),
                registry,
                List.of("speech")));
    var builder = WebServer.builder().host("127.0.0.1").port(0);
    endpoint.serveOn(builder);
    server = builder.build().start();
  }

  @AfterEach
  void stop() {
    http.shutdownNow();
    server.stop();
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
    await().untilAsserted(this::nothingIsLeft);
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
          not json                                              | bad_message        | 4400
          []                                                    | bad_message        | 4400
          {"type":"unheard.of"}                                 | bad_message        | 4400
          {"type":"session.end"}                                | out_of_order       | 4400
          {"type":"session.start","kind":"opera"}               | unsupported        | 4400
          {"type":"session.start","kind":"translation"}         | unsupported        | 4400
          {"type":"session.start","kind":"translation","audio":{"encoding":"pcm_s16le","sample_rate":24000,"channels":1},"source":["en-US"],"targets":[{"language":"es"}]} | unsupported | 4400
          {"type":"session.start","kind":"translation","audio":{"encoding":"pcm_s16le","sample_rate":24000,"channels":1},"source":["en-US"],"targets":[null]} | unsupported | 4400
          {"type":"session.start","kind":"translation","resume":{"token":"t","last_seq":1,"oldest_sample":0}} | resume_unavailable | 4404
          """)
  void whatCannotBeDoneIsSaidThenClosed(String message, String code, int close) throws Exception {
    Client client = connect(SID);
    client.say(message);
    assertEquals(close, client.closed());
    JsonNode error = client.first("error");
    assertEquals(code, error.path("code").asText());
    assertTrue(error.path("fatal").asBoolean());
    assertTrue(error.path("message").asText().length() > 10);
    await().untilAsserted(this::nothingIsLeft);
  }

  @Test
  void audioBeforeStartIsRefused() throws Exception {
    Client client = connect(SID);
    client.audio(new byte[2]);
    assertEquals(4400, client.closed());
    assertEquals("out_of_order", client.first("error").path("code").asText());
  }

  @Test
  void halfASampleIsRefused() throws Exception {
    Client client = connect(SID);
    client.say(START);
    client.audio(new byte[3]);
    assertEquals(4400, client.closed());
  }

  @Test
  void aMessageThatIsTooBigIsRefused() throws Exception {
    Client client = connect(SID);
    client.say(START);
    client.audio(new byte[65_538]);
    assertEquals(4413, client.closed());
    assertEquals("too_big", client.first("error").path("code").asText());
  }

  @Test
  void aShortSidIsRefused() throws Exception {
    Client client = connect("short");
    assertEquals(4400, client.closed());
    assertEquals("bad_message", client.first("error").path("code").asText());
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
    recognizer.full = true;
    client.audio(new byte[4_800]);
    assertEquals(4429, client.closed());
    assertEquals("audio_overflow", client.first("error").path("code").asText());
  }

  @Test
  void aBrokenConnectionReleasesItsSession() throws Exception {
    Client client = connect(SID);
    client.say(START);
    await().until(() -> client.has("session.started") && recognizer.open.get() == 1);
    client.socket().abort();
    await().untilAsserted(this::nothingIsLeft);
  }

  @Test
  void aClientThatSaysNothingStillHearsAHeartbeatAndHasItsPingsAnswered() throws Exception {
    Client client = connect(SID);
    client.socket().sendPing(ByteBuffer.wrap(new byte[] {1, 2})).get(5, TimeUnit.SECONDS);
    assertEquals(ByteBuffer.wrap(new byte[] {1, 2}), client.pong.get(5, TimeUnit.SECONDS));
    await().until(() -> client.has("heartbeat"));
    client.socket().abort();
  }

  @Test
  void aLeavingNodeTellsItsClientsAndAdmitsNoMore() throws Exception {
    Client client = connect(SID);
    client.say(START);
    await().until(() -> client.has("session.started"));
    endpoint.leave(Duration.ofSeconds(30));
    assertEquals(1012, client.closed());
    assertEquals(30_000, client.first("session.moving").path("deadline_ms").asLong());
    Client late = connect("another-session-2");
    late.say(START);
    assertEquals(4429, late.closed());
  }

  private void nothingIsLeft() {
    assertEquals(0, endpoint.connections());
    assertEquals(0, recognizer.open.get());
    assertEquals(List.of(), registry.all());
  }

  private Client connect(String sid) throws Exception {
    Client client = new Client();
    http.newWebSocketBuilder()
        .subprotocols("dragoman.v1")
        .buildAsync(
            URI.create("ws://127.0.0.1:%d/v1/session?sid=%s".formatted(server.port(), sid)), client)
        .get(5, TimeUnit.SECONDS);
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
      socket().sendText(message, true).get(5, TimeUnit.SECONDS);
    }

    void audio(byte[] pcm) throws Exception {
      socket().sendBinary(ByteBuffer.wrap(pcm), true).get(5, TimeUnit.SECONDS);
    }

    int closed() throws Exception {
      return closed.get(10, TimeUnit.SECONDS);
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

  private static final class Registry implements SessionRegistry {
    private final Map<String, SessionEntry> entries = new ConcurrentHashMap<>();

    @Override
    public boolean claim(SessionEntry entry) {
      return entries.putIfAbsent(entry.sid(), entry) == null;
    }

    @Override
    public void release(String sid) {
      entries.remove(sid);
    }

    @Override
    public List<SessionEntry> all() {
      return List.copyOf(entries.values());
    }
  }

  private static final class AnyPermit implements Permit {
    @Override
    public void arrived() {}

    @Override
    public void unspent() {}
  }

  /** A language model that answers at once, in capital letters, for ten tokens. */
  private static final class CapitalLetters implements OpenAi {
    @Override
    public Optional<Slot> tryReserve() {
      return Optional.of(
          new Slot() {
            @Override
            public ApiResult call(ChatRequest request, ChatListener listener) {
              listener.onArrival();
              return new ApiResult.Completed(
                  request.user().toUpperCase(Locale.ROOT),
                  new Usage(7, 3),
                  new RateLimitHeaders(null, null, null, null, null, null));
            }

            @Override
            public void close() {}
          });
    }

    @Override
    public void close() {}
  }
}
