package io.dragoman.session;

import io.dragoman.openai.ApiResult;
import io.dragoman.openai.ChatListener;
import io.dragoman.openai.ChatRequest;
import io.dragoman.openai.OpenAi;
import io.dragoman.openai.RateLimitHeaders;
import io.dragoman.openai.Usage;
import io.dragoman.pipeline.FakeGate;
import io.dragoman.pipeline.PipelineConfig;
import io.dragoman.pipeline.PipelineMetrics;
import io.dragoman.pipeline.SessionWindow;
import io.dragoman.websocket.HttpLimits;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.http.HttpRouting;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/**
 * A node's public listener with real sockets, around neighbours in memory: a recogniser, a language
 * model that answers at once, a registry.
 */
final class TestNode implements AutoCloseable {
  final FakeRecognizer recognizer = new FakeRecognizer();
  final CapitalLetters model = new CapitalLetters();
  final FakeRegistry registry;
  final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  final SessionEndpoint endpoint;

  final FakeGate gate = new FakeGate();
  final PipelineMetrics metrics = new PipelineMetrics(meters);

  /** What sessions did on other nodes. */
  final Map<String, SessionWindow> elsewhere = new ConcurrentHashMap<>();

  private final WebServer server;

  /** What {@code /long} answers: more than all buffers between a node and a client take. */
  static final int LONG_ANSWER = 1_000_000;

  /** What a node's configuration says, where a test wants it otherwise. */
  static final class Limits {
    int sessions = 10;
    int connections = 2_000;
    int messagesPerSecond = 100_000;
    int outboxMessages = 1_024;
    int outboxBytes = 65_536;
    int headBytes = 16_384;
    Duration ahead = Duration.ofSeconds(5);
    Duration overflow = Duration.ofMillis(50);
    Duration start = Duration.ofSeconds(10);
    Duration resume = Duration.ofSeconds(60);
    Duration opening = Duration.ofSeconds(10);
    Duration idle = Duration.ofMinutes(5);
    Duration ping = Duration.ofSeconds(20);
    Duration longest = Duration.ofHours(4);
    Duration patience = Duration.ofSeconds(10);
    Duration firstHead = Duration.ofSeconds(10);
    Duration nextHead = Duration.ofSeconds(60);
    List<String> origins = List.of();
    boolean requireOrigin;
    FakeRegistry registry = new FakeRegistry();

    TestNode start() {
      return new TestNode(this);
    }
  }

  private TestNode(Limits limits) {
    registry = limits.registry;
    endpoint =
        new SessionEndpoint(
            new SessionServices(
                "n1",
                new SessionConfig(
                    limits.sessions,
                    Duration.ofSeconds(30),
                    limits.ahead,
                    limits.overflow,
                    limits.start,
                    limits.idle,
                    limits.resume,
                    Duration.ofHours(1),
                    limits.opening,
                    new ConnectionConfig(
                        limits.connections,
                        65_536,
                        256,
                        limits.messagesPerSecond,
                        limits.outboxMessages,
                        limits.outboxBytes,
                        limits.ping,
                        limits.longest,
                        limits.patience,
                        new Origins(limits.origins, limits.requireOrigin))),
                recognizer,
                model,
                gate,
                PipelineConfig.of("model"),
                metrics,
                new SessionMetrics(meters),
                registry,
                (sid, told) -> Optional.ofNullable(elsewhere.get(sid)).ifPresent(told),
                List.of("speech")));
    HttpRouting.Builder routes =
        HttpRouting.builder()
            .get("/hello", (request, response) -> response.send("hello\n"))
            .get("/long", (request, response) -> response.send(new byte[LONG_ANSWER]));
    var builder = WebServer.builder().host("127.0.0.1").port(0).routing(routes);
    endpoint.serveOn(
        builder, routes, new HttpLimits(limits.headBytes, limits.firstHead, limits.nextHead));
    server = builder.build().start();
  }

  int port() {
    return server.port();
  }

  /** How many connections have ended in a way. */
  int ended(String how) {
    return ends().getOrDefault(how, 0);
  }

  /** How many connections have ended in which way; only those in which some have. */
  Map<String, Integer> ends() {
    return meters.find("dragoman.connections.closed").counters().stream()
        .filter(counter -> counter.count() > 0)
        .collect(
            Collectors.toMap(
                counter -> String.valueOf(counter.getId().getTag("end")),
                counter -> (int) counter.count()));
  }

  /** Whether nothing is left of any connection. */
  boolean isEmpty() {
    return endpoint.connections() == 0
        && endpoint.sessions() == 0
        && recognizer.open.get() == 0
        && gate.isEmpty()
        && registry.isQuiet();
  }

  @Override
  public void close() {
    server.stop();
    endpoint.close();
  }

  /** A language model that answers at once, in capital letters, for ten tokens. */
  static final class CapitalLetters implements OpenAi {
    /** Whether it has no connection free. */
    volatile boolean away;

    @Override
    public Optional<Slot> tryReserve() {
      if (away) {
        return Optional.empty();
      }
      return Optional.of(
          new Slot() {
            @Override
            public ApiResult call(ChatRequest request, long since, ChatListener listener) {
              listener.onArrival(new RateLimitHeaders(null, null, null, null, null, null));
              return new ApiResult.Completed(
                  request.user().toUpperCase(Locale.ROOT), new Usage(7, 3));
            }

            @Override
            public void close() {}
          });
    }

    @Override
    public void close() {}
  }
}
