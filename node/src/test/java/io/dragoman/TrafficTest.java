package io.dragoman;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import io.dragoman.protocol.ErrorCode;
import io.dragoman.protocol.PublishedSchema;
import io.dragoman.standin.Clips;
import io.dragoman.standin.Faults;
import io.dragoman.standin.OpenAiStandIn;
import io.dragoman.standin.OpenAiStandInConfig;
import io.dragoman.standin.SpeechStandIn;
import io.dragoman.standin.SpeechStandInConfig;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Holds what whole nodes say against the published schemas, frame by frame, as a plain client reads
 * it from its socket: sessions of several kinds, errors, a node that waits, and one that leaves.
 */
@Timeout(180)
class TrafficTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  private static final String START =
      """
      {"type": "session.start", "kind": "translation", "source": ["en-US"],
       "audio": {"encoding": "pcm_s16le", "sample_rate": 24000, "channels": 1}}""";

  /**
   * Codes that take a dead grid, a blocked socket, broken frames, long waiting or a bug; the tests
   * of their packages do.
   */
  private static final Set<ErrorCode> NOT_PROVOKED =
      Set.of(
          ErrorCode.UNAVAILABLE,
          ErrorCode.SLOW_READER,
          ErrorCode.PROTOCOL_ERROR,
          ErrorCode.INVALID_UTF8,
          ErrorCode.ORIGIN_NOT_ALLOWED,
          ErrorCode.START_TIMEOUT,
          ErrorCode.IDLE,
          ErrorCode.INTERNAL);

  /** A client sends somewhat faster than people speak. */
  private static final Duration CHUNK_EVERY = Duration.ofMillis(60);

  private static final int CHUNK_BYTES = 4_800;
  private static final byte[] SPEECH = Clips.shipped().getFirst().pcm(0);

  private static final HttpClient HTTP = HttpClient.newHttpClient();
  private static final AtomicInteger SESSIONS = new AtomicInteger();
  private static final List<String> TRAFFIC = new CopyOnWriteArrayList<>();

  /** All the tests look at the same traffic. */
  @BeforeAll
  static void record() throws Exception {
    try (OpenAiStandIn openAi =
            OpenAiStandIn.start(
                OpenAiStandInConfig.defaults(),
                Clips.shipped().stream().flatMap(clip -> clip.sentences().stream()).toList(),
                new Faults());
        SpeechStandIn speech = SpeechStandIn.start(SpeechStandInConfig.defaults());
        Node node =
            TestNodes.start(
                openAi.port(), speech.port(), Map.of("sessions.message_bytes", "8192"))) {
      whole(node);
      resumed(node);
      refused(node);
      left(node);
    }
    troubled();
  }

  @AfterAll
  static void stop() {
    HTTP.shutdownNow();
  }

  @Test
  void everyFrameHolds() {
    for (String frame : TRAFFIC) {
      assertEquals(List.of(), PublishedSchema.SERVER.broken(frame), frame);
    }
  }

  @Test
  void everyMessageWasSeen() {
    assertEquals(
        Set.of(
            "session.started",
            "session.resumed",
            "gap",
            "caption final=false role=source",
            "caption final=false role=corrected",
            "caption final=false role=translation",
            "caption final=true role=source",
            "caption final=true role=corrected",
            "caption final=true role=translation",
            "audio.ack",
            "heartbeat",
            "speech",
            "status state=waiting",
            "status state=flowing",
            "error",
            "session.moving",
            "session.ended"),
        seen(
            message ->
                message.path("type").asText()
                    + field(message, "final")
                    + field(message, "role")
                    + field(message, "state")));
  }

  @Test
  void everyErrorCodeWasSeen() {
    Set<String> codes = seen(message -> message.path("code").asText("no error"));
    for (ErrorCode code : ErrorCode.values()) {
      String word = code.name().toLowerCase(Locale.ROOT);
      assertTrue(
          codes.contains(word) || NOT_PROVOKED.contains(code),
          () -> "no traffic here has the error " + word + ": provoke it, or say why not");
    }
  }

  /** A session with everything, to its end. */
  private static void whole(Node node) throws Exception {
    Client client = new Client(node);
    client.say(start("\"correct\": true, \"targets\": [{\"lang\": \"es\"}, {\"lang\": \"de\"}]"));
    client.speak(7);
    client.say("{\"type\": \"session.update\", \"partials\": {\"translate\": false}}");
    client.say("{\"type\": \"finalize\"}");
    client.say("{\"type\": \"keepalive\"}");
    client.speak(3);
    client.await("\"type\":\"heartbeat\"");
    client.say("{\"type\": \"session.end\"}");
    assertEquals(1000, client.closed());
  }

  /** A session that is taken up while its first connection still seems to have it. */
  private static void resumed(Node node) throws Exception {
    Client client = new Client(node);
    client.say(START);
    client.await("session.started");
    String token = tree(client.heard.getFirst()).path("resume_token").asText();
    Client next = new Client(node, client.sid);
    next.say(
        start(
            "\"resume\": {\"token\": \"%s\", \"last_seq\": 1, \"oldest_sample\": 48000}"
                .formatted(token)));
    assertEquals(4409, client.closed());
    next.await("\"gap\"");
    next.say("{\"type\": \"session.end\"}");
    assertEquals(1000, next.closed());
  }

  private static void refused(Node node) throws Exception {
    refused(node, "no JSON", 4400);
    refused(node, "{\"type\": \"session.end\"}", 4400);
    refused(node, START.replace("24000", "1"), 4400);
    refused(node, " ".repeat(9_000), 4413);
    refused(
        node, start("\"resume\": {\"token\": \"t\", \"last_seq\": 1, \"oldest_sample\": 0}"), 4404);
    Client flood = new Client(node);
    flood.say(START);
    flood.hurry(10);
    flood.await("\"audio_overflow\"");
    flood.say("{\"type\": \"session.end\"}");
    Client first = new Client(node);
    first.say(START);
    first.await("session.started");
    Client second = new Client(node, first.sid);
    second.say(START);
    assertEquals(4403, second.closed());
    first.say("{\"type\": \"session.end\"}");
    assertEquals(1000, first.closed());
  }

  private static void refused(Node node, String message, int close) throws Exception {
    Client client = new Client(node);
    client.say(message);
    assertEquals(close, client.closed(), message);
  }

  private static void left(Node node) throws Exception {
    Client client = new Client(node);
    client.say(START);
    client.await("session.started");
    node.close();
    assertEquals(1012, client.closed());
  }

  /** A full node, whose recogniser comes late and whose language model fails. */
  private static void troubled() throws Exception {
    int speechPort = TestNodes.freePort();
    AtomicInteger status = new AtomicInteger(503);
    HttpServer openAi =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    openAi.createContext(
        "/",
        exchange -> {
          exchange.sendResponseHeaders(status.get(), -1);
          exchange.close();
        });
    openAi.start();
    try (Node node =
        TestNodes.start(
            openAi.getAddress().getPort(),
            speechPort,
            Map.of(
                "sessions.most",
                "1",
                "speech.buffer_s",
                "2",
                "sessions.message_bytes",
                "16384",
                "sessions.overflow_s",
                "60"))) {
      Client client = new Client(node);
      client.say(start("\"targets\": [{\"lang\": \"es\"}]"));
      client.await("session.started");
      refused(node, START, 4429);
      CompletableFuture<Void> speaking =
          CompletableFuture.runAsync(() -> client.speak(5), Thread::startVirtualThread);
      client.await("\"speech_unavailable\"");
      try (SpeechStandIn _ =
          SpeechStandIn.start(SpeechStandInConfig.defaults().withPort(speechPort))) {
        client.await("\"waiting\"");
        status.set(400);
        client.await("\"flowing\"");
        speaking.get(60, TimeUnit.SECONDS);
        client.say("{\"type\": \"session.end\"}");
        assertEquals(1000, client.closed());
      }
    } finally {
      openAi.stop(0);
    }
  }

  private static String start(String more) {
    return START.replace("\"kind\"", more + ", \"kind\"");
  }

  private static Set<String> seen(Function<JsonNode, String> what) {
    return TRAFFIC.stream()
        .map(TrafficTest::tree)
        .map(what)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static String field(JsonNode message, String name) {
    return message.has(name) ? " " + name + "=" + message.path(name).asText() : "";
  }

  private static JsonNode tree(String json) {
    try {
      return JSON.readTree(json);
    } catch (IOException e) {
      throw new AssertionError("not JSON: " + json, e);
    }
  }

  /** A client of which nothing is Dragoman's. */
  private static final class Client implements WebSocket.Listener {
    final String sid;
    private final List<String> heard = new CopyOnWriteArrayList<>();
    private final CompletableFuture<Integer> closed = new CompletableFuture<>();
    private final StringBuilder text = new StringBuilder();
    private final WebSocket socket;
    private int spoken;

    Client(Node node) throws Exception {
      this(node, "a-session-of-traffic-" + SESSIONS.incrementAndGet());
    }

    Client(Node node, String sid) throws Exception {
      this.sid = sid;
      URI uri = URI.create("ws://" + node.listening() + "/v1/session?sid=" + sid);
      this.socket = HTTP.newWebSocketBuilder().buildAsync(uri, this).get(60, TimeUnit.SECONDS);
    }

    void say(String message) throws Exception {
      socket.sendText(message, true).get(60, TimeUnit.SECONDS);
    }

    void speak(int seconds) {
      speak(seconds, CHUNK_EVERY);
    }

    /** Sends audio as fast as it is taken. */
    void hurry(int seconds) {
      speak(seconds, Duration.ZERO);
    }

    private void speak(int seconds, Duration pause) {
      int end = Math.min(SPEECH.length, spoken + seconds * 48_000);
      try {
        while (spoken < end) {
          byte[] chunk = Arrays.copyOfRange(SPEECH, spoken, Math.min(end, spoken + CHUNK_BYTES));
          socket.sendBinary(ByteBuffer.wrap(chunk), true).get(60, TimeUnit.SECONDS);
          spoken += chunk.length;
          Thread.sleep(pause);
        }
      } catch (Exception e) {
        throw new AssertionError("the audio was not taken", e);
      }
    }

    void await(String part) {
      Awaitility.await(part)
          .atMost(Duration.ofSeconds(60))
          .until(() -> heard.stream().anyMatch(frame -> frame.contains(part)));
    }

    int closed() throws Exception {
      return closed.get(60, TimeUnit.SECONDS);
    }

    @Override
    public @Nullable CompletionStage<?> onText(WebSocket from, CharSequence part, boolean last) {
      text.append(part);
      if (last) {
        heard.add(text.toString());
        TRAFFIC.add(text.toString());
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
