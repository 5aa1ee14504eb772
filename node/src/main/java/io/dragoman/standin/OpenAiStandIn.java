package io.dragoman.standin;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dragoman.standin.OpenAiStandInConfig.Limits;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.http.Handler;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import io.helidon.webserver.http2.Http2Config;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.List;
import java.util.function.LongSupplier;

/**
 * A stand-in for OpenAI's chat completions, on loopback, for translations and corrections of known
 * sentences (see {@link Phrasebook}). It speaks HTTP/1.1 and HTTP/2 (by upgrade or prior knowledge)
 * on one port:
 *
 * <ul>
 *   <li>{@code POST /v1/chat/completions}, streamed or not, within exact limits of any rolling 60 s
 *       (see {@link ArrivalLog}), with the {@code x-ratelimit-*} headers on every answer to a valid
 *       request;
 *   <li>{@code GET /v1/models}, which costs nothing: good to warm a connection;
 *   <li>{@code GET /standin/stats}, which needs no key (see {@link OpenAiStats.Snapshot});
 *   <li>{@code POST}, {@code GET} and {@code DELETE /standin/fault}, which set, show and lift the
 *       {@link Faults} of both stand-ins.
 * </ul>
 *
 * <p>Errors are OpenAI's documents. Every answer has the header {@code x-dragoman-stand-in:
 * openai}.
 */
public final class OpenAiStandIn implements AutoCloseable {
  /**
   * As low as HTTP/2 servers on the Internet have it, so that a client that relies on more fails.
   */
  private static final int MAX_CONCURRENT_STREAMS = 100;

  private static final int MAX_FAULT_BYTES = 4_096;

  private static final InetAddress HOST = InetAddress.getLoopbackAddress();

  private static final HeaderName STAND_IN = HeaderNames.create("x-dragoman-stand-in");
  private static final ObjectMapper JSON =
      JsonMapper.builder().propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE).build();

  private final byte[] authorization;
  private final ArrivalLog arrivals;
  private final OpenAiStats stats = new OpenAiStats();
  private final ConnectionCounter connections = new ConnectionCounter();
  private final Faults faults;
  private final Connections sockets = new Connections();
  private final WebServer server;

  /**
   * Starts a stand-in that knows these sentences.
   *
   * @param faults that its calls meet, and that can be set at its address
   * @throws UncheckedIOException when it cannot listen, with a message that says where and why
   */
  public static OpenAiStandIn start(
      OpenAiStandInConfig config, List<Sentence> sentences, Faults faults) {
    return new OpenAiStandIn(config, new Phrasebook(sentences), faults, System::nanoTime);
  }

  /** Starts one whose windows roll by {@code nanoClock}. */
  static OpenAiStandIn start(
      OpenAiStandInConfig config, List<Sentence> sentences, LongSupplier nanoClock) {
    return new OpenAiStandIn(config, new Phrasebook(sentences), new Faults(), nanoClock);
  }

  private OpenAiStandIn(
      OpenAiStandInConfig config, Phrasebook phrasebook, Faults faults, LongSupplier nanoClock) {
    this.faults = faults;
    this.authorization = ("Bearer " + config.apiKey()).getBytes(StandardCharsets.UTF_8);
    Limits limits = config.limits();
    this.arrivals = new ArrivalLog(limits.requests(), limits.tokens(), nanoClock);
    Handler completions =
        new ChatCompletions(
            phrasebook,
            arrivals,
            limits.charge(),
            new Pace(config.delays()),
            stats,
            faults,
            sockets);
    requireFree(config.port());
    this.server =
        WebServer.builder()
            .address(HOST)
            .port(config.port())
            .shutdownHook(false)
            .connectionOptions(sockets)
            .addConnectionSelector(connections)
            .addProtocol(Http2Config.builder().maxConcurrentStreams(MAX_CONCURRENT_STREAMS).build())
            .routing(routing -> route(routing, completions))
            .build()
            .start();
  }

  /** The port it listens on. */
  public int port() {
    return server.port();
  }

  /** Stops it; answers that are under way are cut off. */
  @Override
  public void close() {
    faults.clear();
    server.stop();
  }

  private void route(HttpRouting.Builder routing, Handler completions) {
    routing
        .addFilter(
            (chain, request, response) -> {
              response.header(STAND_IN, "openai");
              chain.proceed();
            })
        .error(ApiException.class, (request, response, e) -> send(response, e.status(), e.toJson()))
        .get("/standin/stats", (request, response) -> send(response, 200, statistics()))
        .post("/standin/fault", this::setFault)
        .get("/standin/fault", (request, response) -> send(response, 200, faults.toJson()))
        .delete("/standin/fault", this::liftFaults)
        .any("/v1/*", this::authorize)
        .get("/v1/models", (request, response) -> send(response, 200, models()))
        .post("/v1/chat/completions", completions)
        .any(OpenAiStandIn::notFound);
  }

  private void authorize(ServerRequest request, ServerResponse response) throws ApiException {
    String given = request.headers().first(HeaderNames.AUTHORIZATION).orElse("");
    if (!MessageDigest.isEqual(given.getBytes(StandardCharsets.UTF_8), authorization)) {
      stats.unauthorized();
      throw ApiException.invalidKey(
          given.isEmpty()
              ? "You didn't provide an API key. It belongs into the header 'Authorization: Bearer'."
              : "Incorrect API key provided.");
    }
    response.next();
  }

  private void setFault(ServerRequest request, ServerResponse response) throws ApiException {
    try {
      Fault.parse(JSON.readTree(request.content().inputStream().readNBytes(MAX_FAULT_BYTES)))
          .ifPresentOrElse(faults::set, faults::clear);
    } catch (JsonProcessingException e) {
      throw ApiException.badRequest(null, null, "The body is not JSON.");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (IllegalArgumentException e) {
      throw ApiException.badRequest(null, null, String.valueOf(e.getMessage()));
    }
    send(response, 200, faults.toJson());
  }

  private void liftFaults(ServerRequest request, ServerResponse response) {
    faults.clear();
    send(response, 200, faults.toJson());
  }

  private static void notFound(ServerRequest request, ServerResponse response) throws ApiException {
    throw new ApiException(
        404,
        "invalid_request_error",
        null,
        null,
        "Invalid URL (%s %s)".formatted(request.prologue().method(), request.path().path()));
  }

  private ObjectNode statistics() {
    return JSON.valueToTree(
        stats.snapshot(arrivals.totals(), connections.opened(), faults.struck()));
  }

  private static ObjectNode models() {
    ObjectNode document = JsonNodeFactory.instance.objectNode().put("object", "list");
    document
        .putArray("data")
        .addObject()
        .put("id", ChatAnswer.LABEL)
        .put("object", "model")
        .put("created", 0)
        .put("owned_by", "dragoman");
    return document;
  }

  static void send(ServerResponse response, int status, JsonNode document) {
    try {
      response
          .status(status)
          .header(HeaderNames.CONTENT_TYPE, "application/json")
          .send(JSON.writeValueAsBytes(document));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a document that cannot be written", e);
    }
  }

  /** Says in one sentence what Helidon would tell with a stack trace in the log. */
  private static void requireFree(int port) {
    try (var probe = new ServerSocket()) {
      probe.bind(new InetSocketAddress(HOST, port));
    } catch (IOException e) {
      throw new UncheckedIOException(
          "The OpenAI stand-in cannot listen on "
              + HOST.getHostAddress()
              + ":"
              + port
              + ": "
              + e.getMessage(),
          e);
    }
  }
}
