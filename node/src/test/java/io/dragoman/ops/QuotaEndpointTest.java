package io.dragoman.ops;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dragoman.quota.Limits;
import io.dragoman.quota.LimitsChange;
import io.dragoman.quota.LimitsControl;
import io.dragoman.quota.LimitsControl.Outcome;
import io.dragoman.quota.Load;
import io.dragoman.quota.QuotaUse;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.http.HttpRouting;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The quota's limits over real HTTP. */
@Timeout(180)
class QuotaEndpointTest {
  private static final Limits LIMITS = new Limits(4_500, 1_800_000, 75);

  /** As a node's listeners speak. */
  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  private @Nullable LimitsChange wanted;
  private String caller = "";
  private @Nullable Outcome outcome;
  private WebServer server;

  @BeforeEach
  void start() {
    LimitsControl limits =
        new LimitsControl() {
          @Override
          public Limits limits() {
            return LIMITS;
          }

          @Override
          public Outcome set(LimitsChange change, String by) {
            wanted = change;
            caller = by;
            return outcome == null ? new Outcome.Set(LIMITS, change.of(LIMITS)) : outcome;
          }
        };
    QuotaUse use =
        new QuotaUse(
            QuotaUse.State.QUARANTINE,
            Duration.ofSeconds(12),
            2,
            2,
            null,
            new Load(1, 1),
            new Load(1, 1));
    HttpRouting.Builder routing = HttpRouting.builder();
    new QuotaEndpoint(limits, () -> use).serveOn(routing);
    server = WebServer.builder().host("127.0.0.1").port(0).routing(routing).build().start();
  }

  @AfterEach
  void stop() {
    http.shutdownNow();
    server.stop();
  }

  @Test
  void theLimitsAndTheStateAreTold() throws Exception {
    HttpResponse<String> answer = http.send(request().build(), BodyHandlers.ofString());
    assertEquals(200, answer.statusCode());
    assertEquals("application/json", answer.headers().firstValue("content-type").orElse(""));
    assertEquals(
        "{\"limits\":{\"requestsPerMinute\":4500,\"tokensPerMinute\":1800000,\"requestsPerSecond\":75},"
            + "\"state\":\"quarantine\",\"remainingMs\":12000}",
        answer.body());
  }

  @Test
  void whatIsLeftOutStaysAndTheCallerIsKnown() throws Exception {
    HttpResponse<String> answer = put("{\"tokensPerMinute\": 8192, \"requestsPerSecond\": 2}");
    assertEquals(200, answer.statusCode(), answer.body());
    assertEquals(new LimitsChange(null, 8_192L, 2L), wanted);
    assertTrue(caller.matches("127\\.0\\.0\\.1:[0-9]+"), caller);
    assertEquals(
        "{\"from\":{\"requestsPerMinute\":4500,\"tokensPerMinute\":1800000,\"requestsPerSecond\":75},"
            + "\"to\":{\"requestsPerMinute\":4500,\"tokensPerMinute\":8192,\"requestsPerSecond\":2}}",
        answer.body());
  }

  @ParameterizedTest(name = "{index}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      textBlock =
          """
          {"requestsPerMinute": 0}                | requests per minute: 0 is not in 1..100000000.
          {"requestsPerMinute": -5}               | requests per minute: -5 is not in 1..100000000.
          {"requestsPerMinute": 100000001}        | requests per minute: 100000001 is not in 1..100000000.
          {"tokensPerMinute": 100000000001}       | tokens per minute: 100000000001 is not in 1..100000000000.
          {"requestsPerSecond": 0}                | requests per second: 0 is not in 1..100000000.
          {"tokensPerMinute": 8191}               | tokensPerMinute: 8191 is less than 8192, which the longest request may need; it would never be sent.
          {"requestsPerMinute": "10"}             | requestsPerMinute: must be a whole number.
          {"requestsPerMinute": 1.5}              | requestsPerMinute: must be a whole number.
          {"requestsPerMinute": null}             | requestsPerMinute: must be a whole number.
          {"requestsPerMinute": 99999999999999999999} | requestsPerMinute: must be a whole number.
          {"requests": 10, "tokensPerMinute": 9000}   | Only these fields are known here: requestsPerMinute, tokensPerMinute, requestsPerSecond.
          {}                                      | The body must be a JSON object with one or more of requestsPerMinute, tokensPerMinute, requestsPerSecond.
          []                                      | The body must be a JSON object with one or more of requestsPerMinute, tokensPerMinute, requestsPerSecond.
          ~~                                      | The body must be a JSON object with one or more of requestsPerMinute, tokensPerMinute, requestsPerSecond.
          requests=10                             | The body is not JSON such as {"requestsPerMinute": 4500}.
          {"requestsPerMinute": 1} 2              | The body is not JSON such as {"requestsPerMinute": 4500}.
          {"requestsPerMinute": 1, "requestsPerMinute": 2} | The body is not JSON such as {"requestsPerMinute": 4500}.
          """)
  void whatMakesNoSenseIsRefusedWithASentence(String body, String sentence) throws Exception {
    HttpResponse<String> answer = put(body);
    assertEquals(sentence + "\n", answer.body());
    assertEquals(400, answer.statusCode());
    assertNull(wanted);
  }

  @Test
  void aLongBodyIsRefused() throws Exception {
    HttpResponse<String> answer = put(" ".repeat(5_000));
    assertEquals("The body is longer than 4096 bytes.\n", answer.body());
    assertEquals(400, answer.statusCode());
  }

  @Test
  void whatTheClusterDoesNotTakeIsTold() throws Exception {
    outcome = new Outcome.Closed(LIMITS, LIMITS, QuotaUse.State.NO_MAJORITY);
    assertTold(
        "Nothing was changed, since no node could take it: the quota's state is no_majority.");
    outcome = new Outcome.Unconfirmed(LIMITS, LIMITS);
    assertTold("Nobody confirmed it within 2 s, so the new limits may hold or not;");
    outcome = new Outcome.Unknown();
    assertTold("Nothing was changed: the node that keeps the quota's books knows no such quota;");
  }

  private void assertTold(String sentence) throws Exception {
    HttpResponse<String> answer = put("{\"requestsPerMinute\": 10}");
    assertEquals(503, answer.statusCode());
    assertTrue(answer.body().startsWith(sentence), answer.body());
    assertEquals(1, answer.body().lines().count());
  }

  @Test
  void aWebPageSetsNothing() throws Exception {
    HttpResponse<String> answer =
        http.send(
            request()
                .header("Origin", "https://page.example")
                .PUT(BodyPublishers.ofString("{\"requestsPerMinute\": 10}"))
                .build(),
            BodyHandlers.ofString());
    assertEquals(403, answer.statusCode());
    assertNull(wanted);
  }

  private HttpResponse<String> put(String body) throws IOException, InterruptedException {
    return http.send(request().PUT(BodyPublishers.ofString(body)).build(), BodyHandlers.ofString());
  }

  private HttpRequest.Builder request() {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + "/v1/quota"))
        .timeout(Duration.ofSeconds(60));
  }
}
