package io.dragoman.openai;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.dragoman.openai.OpenAiConfig.Rests;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The client against a server that answers as it is told to. */
@Timeout(180)
class OpenAiClientTest {
  private static final RateLimitHeaders LIMITS =
      new RateLimitHeaders(4500L, null, null, null, null, null);
  private static final ChatRequest REQUEST = new ChatRequest("model", "instructions", "text", 50);

  private interface Answer {
    void to(HttpExchange exchange) throws IOException;
  }

  private final List<JsonNode> requests = new CopyOnWriteArrayList<>();
  private final List<String> keys = new CopyOnWriteArrayList<>();
  private volatile Answer answer = stream("stop", "Ho", "la");
  private final CountDownLatch release = new CountDownLatch(1);
  private final Heard heard = new Heard();
  private HttpServer server;
  private OpenAiClient client;

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.createContext("/v1/models", exchange -> respond(exchange, 200, "{}"));
    server.createContext(
        "/v1/chat/completions",
        exchange -> {
          keys.add(String.valueOf(exchange.getRequestHeaders().getFirst("Authorization")));
          requests.add(new ObjectMapper().readTree(exchange.getRequestBody()));
          answer.to(exchange);
        });
    server.start();
    client = client(server.getAddress().getPort(), Duration.ofSeconds(60));
  }

  @AfterEach
  void stop() {
    release.countDown();
    client.close();
    server.stop(0);
  }

  @Test
  void anAnswerStreamsInAndIsWhole() throws Exception {
    ApiResult result = call(client);
    assertEquals(new ApiResult.Completed("Hola", new Usage(20, 2)), result);
    assertEquals(List.of("arrival", "Ho", "la"), heard.events);
    assertEquals(List.of(LIMITS), heard.limits);
    assertEquals(1, heard.sent.get());
    JsonNode request = requests.getFirst();
    assertEquals("Bearer secret", keys.getFirst());
    assertEquals(50, request.path("max_completion_tokens").asInt());
    assertTrue(request.path("stream_options").path("include_usage").asBoolean());
    assertEquals("instructions", request.path("messages").path(0).path("content").asText());
    assertEquals("text", request.path("messages").path(1).path("content").asText());
  }

  @ParameterizedTest
  @CsvSource({"length", "content_filter"})
  void anAnswerThatWasCutShortIsNotComplete(String finishReason) throws Exception {
    answer = stream(finishReason, "Ho");
    assertEquals(new ApiResult.Incomplete("Ho", finishReason), call(client));
  }

  @Test
  void aStreamThatEndsEarlyIsAFailure() throws Exception {
    answer = exchange -> respond(exchange, 200, chunk("Ho", "null"));
    assertInstanceOf(ApiResult.Failed.class, call(client));
  }

  @Test
  void anErrorInTheStreamIsAFailure() throws Exception {
    answer =
        exchange ->
            respond(
                exchange, 200, chunk("Ho", "null") + "data: {\"error\":{\"message\":\"m\"}}\n\n");
    assertInstanceOf(ApiResult.Failed.class, call(client));
  }

  @Test
  void aRateLimitSaysHowLongToWait() throws Exception {
    answer =
        exchange -> {
          exchange.getResponseHeaders().set("retry-after", "3");
          respond(exchange, 429, "{}");
        };
    ApiResult.RateLimited limited = assertInstanceOf(ApiResult.RateLimited.class, call(client));
    assertEquals(Duration.ofSeconds(3), limited.retryAfter());
    assertEquals(List.of("arrival"), heard.events, "it was counted all the same");
  }

  @ParameterizedTest
  @CsvSource({"500,true", "503,true", "408,true", "409,true", "400,false", "413,false"})
  void otherStatusesAreFailures(int status, boolean retryable) throws Exception {
    answer = exchange -> respond(exchange, status, "{}");
    assertEquals(new ApiResult.Failed(retryable, true, "status " + status), call(client));
    assertEquals(List.of("arrival"), heard.events);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "401 | {\"error\":{\"code\":\"invalid_api_key\"}}             | invalid_api_key",
        "404 | {\"error\":{\"code\":\"model_not_found\"}}             | model_not_found",
        "429 | {\"error\":{\"code\":\"insufficient_quota\"}}          | insufficient_quota",
        "429 | {\"error\":{\"code\":null,\"type\":\"insufficient_quota\"}} | insufficient_quota",
        "403 | <html>a proxy's page</html>                                  | status 403",
        "401 | {\"error\":{\"code\":\"sk-1 is wrong\"}}               | status 401",
      })
  void aRefusalIsNoPassingFailure(int status, String body, String code) throws Exception {
    answer = exchange -> respond(exchange, status, body);
    assertEquals(new ApiResult.Refused(code), call(client));
    assertEquals(List.of("arrival"), heard.events);
  }

  @Test
  void aStormMakesAllCallersRestAndOneTriesAgain() throws Exception {
    answer =
        exchange -> {
          exchange.getResponseHeaders().set("retry-after-ms", "2000");
          respond(exchange, 429, "{}");
        };
    long began = System.nanoTime();
    call(client);
    assertTrue(client.tryReserve().isEmpty());
    assertInstanceOf(OpenAi.Standing.Resting.class, client.standing());
    answer = stream("stop", "Ho");
    await().until(() -> client.standing().equals(resting(Duration.ZERO)));
    assertTrue(System.nanoTime() - began >= 2_000_000_000);
    OpenAi.Slot trial = client.tryReserve().orElseThrow();
    assertTrue(client.tryReserve().isEmpty(), "one at a time");
    trial.close();
    assertInstanceOf(ApiResult.Completed.class, call(client), "an unused leave goes to another");
    assertEquals(new OpenAi.Standing.Sound(), client.standing());
  }

  @Test
  void theTimeOutCountsFromThePermitAndWhatIsTooLateIsNotSent() throws Exception {
    for (int i = 0; i < 4; i++) {
      assertFalse(failed(System.nanoTime() - Duration.ofSeconds(60 + i).toNanos()).sent());
    }
    assertEquals(List.of(), requests);
    assertEquals(Optional.empty(), client.trouble(), "that is no fault of the upstream's");

    answer = exchange -> hold();
    long before = System.nanoTime();
    assertTrue(failed(before - Duration.ofSeconds(57).toNanos()).sent());
    assertTrue(System.nanoTime() - before < Duration.ofSeconds(50).toNanos());
  }

  private ApiResult.Failed failed(long since) throws InterruptedException {
    try (OpenAi.Slot slot = client.tryReserve().orElseThrow()) {
      return assertInstanceOf(ApiResult.Failed.class, slot.call(REQUEST, since, heard));
    }
  }

  private static OpenAi.Standing resting(Duration left) {
    return new OpenAi.Standing.Resting(left);
  }

  @Test
  void whatFoundNoConnectionWasNeverSent() throws Exception {
    int port;
    try (ServerSocket unused = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = unused.getLocalPort();
    }
    try (OpenAiClient lost = client(port, Duration.ofSeconds(60))) {
      ApiResult.Failed failed = assertInstanceOf(ApiResult.Failed.class, call(lost));
      assertFalse(failed.sent());
      assertTrue(failed.retryable());
      assertEquals(List.of(), heard.events);
    }
  }

  @Test
  void aServerThatIsNotThereIsKnownBeforeAnybodyNeedsIt() throws Exception {
    int port;
    try (ServerSocket unused = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = unused.getLocalPort();
    }
    URI base = URI.create("http://127.0.0.1:" + port + "/v1");
    try (OpenAiClient lost =
        new OpenAiClient(OpenAiConfig.of(base, "secret", Duration.ofSeconds(60)))) {
      await().until(() -> lost.trouble().isPresent());
      assertFalse(lost.trouble().orElseThrow().refused());
    }
    assertEquals(Optional.empty(), client.trouble());
  }

  @Test
  void theTimeOutCoversTheBody() throws Exception {
    answer =
        exchange -> {
          exchange.getResponseHeaders().set("x-ratelimit-limit-requests", "4500");
          exchange.sendResponseHeaders(200, 0);
          exchange.getResponseBody().write(chunk("Ho", "null").getBytes(StandardCharsets.UTF_8));
          exchange.getResponseBody().flush();
          hold();
        };
    try (OpenAiClient hasty = client(server.getAddress().getPort(), Duration.ofSeconds(2))) {
      ApiResult.Failed failed = assertInstanceOf(ApiResult.Failed.class, call(hasty));
      assertTrue(failed.sent());
      assertTrue(failed.reason().contains("longer"), failed.reason());
      assertEquals(List.of(LIMITS), heard.limits, "though the answer is none");
    }
  }

  @Test
  void aServerThatSaysNothingIsGivenUp() throws Exception {
    answer = exchange -> hold();
    try (OpenAiClient hasty = client(server.getAddress().getPort(), Duration.ofSeconds(2))) {
      assertInstanceOf(ApiResult.Failed.class, call(hasty));
      assertEquals(List.of(), heard.events, "nothing proves that it arrived");
      assertEquals(1, heard.sent.get());
    }
  }

  @Test
  void anInterruptedCallEnds() throws Exception {
    answer = exchange -> hold();
    Thread caller =
        Thread.startVirtualThread(
            () -> {
              try {
                call(client);
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            });
    await().until(() -> requests.size() == 1);
    caller.interrupt();
    caller.join();
    assertEquals(1, requests.size());
  }

  @Test
  void slotsAreBoundedAndComeBack() {
    List<OpenAi.Slot> slots = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      slots.add(client.tryReserve().orElseThrow());
    }
    assertTrue(client.tryReserve().isEmpty());
    slots.getFirst().close();
    slots.getFirst().close();
    assertTrue(client.tryReserve().isPresent());
    assertTrue(client.tryReserve().isEmpty(), "closing twice gives one back");
  }

  /** From 32 elements on Java's sort throws when what it compares changes meanwhile. */
  @Test
  void slotsAreTakenAndGivenBackByManyAtOnce() throws Exception {
    URI base = URI.create("http://127.0.0.1:%d/v1/".formatted(server.getAddress().getPort()));
    OpenAiConfig wide =
        new OpenAiConfig(
            base, "secret", 64, 4, Duration.ofSeconds(3), Duration.ofSeconds(60), Rests.DEFAULT);
    try (OpenAiClient busy = new OpenAiClient(wide);
        ExecutorService callers = Executors.newFixedThreadPool(8)) {
      List<Future<?>> all = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        all.add(callers.submit(() -> takeAndGiveBack(busy)));
      }
      for (Future<?> each : all) {
        each.get();
      }
    }
  }

  private static void takeAndGiveBack(OpenAiClient busy) {
    Deque<OpenAi.Slot> taken = new ArrayDeque<>();
    for (int i = 0; i < 20_000; i++) {
      busy.tryReserve().ifPresent(taken::add);
      if (taken.size() > i % 30) {
        taken.remove().close();
      }
    }
  }

  @Test
  void theKeyIsNotShown() {
    assertFalse(
        OpenAiConfig.of(URI.create("http://127.0.0.1/v1"), "secret", Duration.ofSeconds(1))
            .toString()
            .contains("secret"));
  }

  private ApiResult call(OpenAiClient client) throws InterruptedException {
    try (OpenAi.Slot slot = client.tryReserve().orElseThrow()) {
      return slot.call(REQUEST, System.nanoTime(), heard);
    }
  }

  private static OpenAiClient client(int port, Duration timeout) {
    return new OpenAiClient(
        new OpenAiConfig(
            URI.create("http://127.0.0.1:" + port + "/v1/"),
            "secret",
            2,
            2,
            Duration.ofSeconds(3),
            timeout,
            Rests.DEFAULT));
  }

  private void hold() {
    try {
      release.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Events whose lines end as some servers write them, the usage in a chunk of its own. */
  private static Answer stream(String finishReason, String... deltas) {
    StringBuilder body = new StringBuilder(": a comment\n\n");
    for (String delta : deltas) {
      body.append(chunk(delta, "null"));
    }
    body.append(chunk("", "\"" + finishReason + "\""));
    body.append(
        "data:{\"choices\":[],\"usage\":{\"prompt_tokens\":20,\"completion_tokens\":2}}\r\n\r\n");
    body.append("data: [DONE]\n\n");
    return exchange -> {
      exchange.getResponseHeaders().set("x-ratelimit-limit-requests", "4500");
      respond(exchange, 200, body.toString());
    };
  }

  private static String chunk(String delta, String finishReason) {
    return "data: {\"choices\":[{\"delta\":{\"content\":\"%s\"},\"finish_reason\":%s}],\"usage\":null}\n\n"
        .formatted(delta, finishReason);
  }

  private static void respond(HttpExchange exchange, int status, String body) throws IOException {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(status, bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }

  private static final class Heard implements ChatListener {
    final AtomicInteger sent = new AtomicInteger();
    final List<String> events = new CopyOnWriteArrayList<>();
    final List<RateLimitHeaders> limits = new CopyOnWriteArrayList<>();

    @Override
    public void onSent() {
      sent.incrementAndGet();
    }

    @Override
    public void onArrival(RateLimitHeaders said) {
      events.add("arrival");
      limits.add(said);
    }

    @Override
    public void onText(String delta) {
      events.add(delta);
    }
  }
}
