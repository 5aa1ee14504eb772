package io.dragoman.standin;

import static io.dragoman.standin.OpenAiTestBed.HEARD;
import static io.dragoman.standin.OpenAiTestBed.await;
import static io.dragoman.standin.OpenAiTestBed.header;
import static io.dragoman.standin.OpenAiTestBed.json;
import static io.dragoman.standin.OpenAiTestBed.translation;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.dragoman.standin.OpenAiTestBed.Client;
import java.io.UncheckedIOException;
import java.net.http.HttpClient.Version;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What calls get while a fault is set, over the real wire, and how faults are set. */
@Timeout(180)
class OpenAiFaultsTest {
  private static final String STREAMED = translation(HEARD).streamed().json();

  private final OpenAiTestBed bed = new OpenAiTestBed();

  @AfterEach
  void close() {
    bed.close();
  }

  @ParameterizedTest
  @CsvSource({
    "rate-limit,429,requests,rate_limit_exceeded",
    "server-error,503,server_error,null",
    "invalid-key,401,invalid_request_error,invalid_api_key",
    "no-quota,429,insufficient_quota,insufficient_quota",
    "no-model,404,invalid_request_error,model_not_found",
  })
  void someAnswerWithOpenAisOwnErrors(String name, int status, String type, String code) {
    Client client = bed.client(Version.HTTP_2);
    set(client, "{\"name\": \"%s\"}".formatted(name));
    HttpResponse<String> response = client.post(STREAMED);
    assertEquals(status, response.statusCode());
    JsonNode error = json(response.body()).path("error");
    assertEquals(type, error.path("type").asText());
    assertEquals(code, error.path("code").asText());
    assertEquals("openai", header(response, "x-dragoman-stand-in"));
    client.liftFaults();
    assertEquals(200, client.post(STREAMED).statusCode());
  }

  @Test
  void aStormSaysWhenToComeAgain() {
    Client client = bed.client(Version.HTTP_1_1);
    set(client, "{\"name\": \"rate-limit\", \"retry_after_ms\": 2500}");
    HttpResponse<String> response = client.post(STREAMED);
    assertEquals("2500", header(response, "retry-after-ms"));
    assertEquals("3", header(response, "retry-after"));
  }

  @ParameterizedTest
  @CsvSource({"filtered,content_filter", "truncated,length"})
  void anAnswerMayEndEarlyForAReason(String name, String reason) {
    Client client = bed.client(Version.HTTP_1_1);
    set(client, "{\"name\": \"%s\", \"after_tokens\": 1}".formatted(name));
    String body = client.post(STREAMED).body();
    assertTrue(body.contains("\"finish_reason\":\"" + reason + "\""), body);
    assertTrue(body.endsWith("data: [DONE]\n\n"), body);
  }

  @ParameterizedTest
  @EnumSource(Version.class)
  void anAnswerMayBeCutWithoutItsEnd(Version version) {
    Client client = bed.client(version);
    client.get("/v1/models");
    set(client, "{\"name\": \"cut\", \"after_tokens\": 2}");
    HttpResponse<String> response = client.post(STREAMED);
    assertEquals(200, response.statusCode());
    assertEquals(3, response.body().split("data: ", -1).length - 1, response.body());
    assertFalse(response.body().contains("[DONE]"), response.body());
    assertFalse(response.body().contains("\"finish_reason\":\""), response.body());
  }

  @ParameterizedTest
  @CsvSource({"HTTP_1_1,0", "HTTP_1_1,2", "HTTP_2,0", "HTTP_2,2"})
  void aConnectionMayBeReset(Version version, int afterTokens) {
    Queue<String> complaints = bed.complaints();
    Client client = bed.client(version);
    client.get("/v1/models");
    long opened = client.stats().path("connections_opened").asLong();
    set(client, "{\"name\": \"reset\", \"after_tokens\": %d, \"count\": 1}".formatted(afterTokens));
    assertThrows(UncheckedIOException.class, () -> client.post(STREAMED));
    assertEquals(200, client.post(STREAMED).statusCode());
    JsonNode stats = client.stats();
    assertEquals(opened + 1, stats.path("connections_opened").asLong(), "a new connection");
    assertEquals(2, stats.path("requests").asInt());
    assertEquals(1, stats.path("faulted").asInt());
    assertEquals(0, stats.path("in_flight").asInt());
    assertEquals(List.of(), List.copyOf(complaints));
  }

  @ParameterizedTest
  @EnumSource(Version.class)
  void aCallMayHangUntilTheFaultIsLifted(Version version) {
    OpenAiStandIn standIn = bed.start();
    Client client = bed.client(standIn, version);
    client.get("/v1/models");
    Client operator = bed.client(standIn, Version.HTTP_1_1);
    set(operator, "{\"name\": \"hang\"}");
    CompletableFuture<HttpResponse<String>> hung =
        CompletableFuture.supplyAsync(() -> client.post(STREAMED));
    await(() -> operator.stats().path("in_flight").asInt() == 1);
    assertFalse(hung.isDone());
    operator.liftFaults();
    assertThrows(Exception.class, hung::join);
    await(() -> operator.stats().path("in_flight").asInt() == 0);
  }

  @Test
  void anAnswerMayBeginLateOrComeSlowly() {
    Client client = bed.client(Version.HTTP_1_1);
    set(client, "{\"name\": \"slow-start\", \"delay_ms\": 300, \"count\": 1}");
    assertTrue(millis(client) >= 300);
    set(client, "{\"name\": \"trickle\", \"every_ms\": 100, \"count\": 1}");
    assertTrue(millis(client) >= 100L * (Tokens.count(OpenAiTestBed.SPANISH) - 1));
    assertTrue(client.stats().path("faulted").asInt() == 2);
  }

  @Test
  void theSameSeedStrikesTheSameCalls() {
    Client client = bed.client(Version.HTTP_1_1);
    String fault = "{\"name\": \"server-error\", \"share\": 0.5, \"seed\": 7}";
    set(client, fault);
    List<Integer> first = statuses(client);
    client.liftFaults();
    client.post(STREAMED);
    set(client, fault);
    assertEquals(first, statuses(client));
    set(client, fault.replace("7", "8"));
    assertFalse(first.equals(statuses(client)), "another seed, other calls");
    assertTrue(first.contains(200) && first.contains(503), first.toString());
  }

  @Test
  void aFaultEndsByItsCountAndByItsTime() {
    Client client = bed.client(Version.HTTP_1_1);
    set(client, "{\"name\": \"server-error\", \"status\": 502, \"count\": 2}");
    assertEquals(List.of(502, 502, 200), statuses(client).subList(0, 3));
    set(client, "{\"name\": \"server-error\", \"seconds\": 0.2}");
    assertEquals(503, client.post(STREAMED).statusCode());
    await(() -> client.post(STREAMED).statusCode() == 200);
    assertTrue(json(client.get("/standin/fault").body()).path("faults").isEmpty());
  }

  @Test
  void whatIsSetIsShownAndLifted() {
    Client client = bed.client(Version.HTTP_1_1);
    set(client, "{\"name\": \"server-error\", \"share\": 0}");
    client.post(STREAMED);
    JsonNode shown = json(client.get("/standin/fault").body());
    JsonNode fault = shown.path("faults").path(0);
    assertEquals("server-error", fault.path("name").asText());
    assertEquals(503, fault.path("status").asInt());
    assertEquals(1, fault.path("calls").asInt());
    assertEquals(0, fault.path("struck").asInt());
    assertEquals(FaultKind.values().length, shown.path("known").size());
    JsonNode lifted = set(client, "{\"name\": \"none\"}");
    assertTrue(lifted.path("faults").isEmpty());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "no JSON                                        | not JSON",
        "[]                                             | JSON object",
        "{}                                             | rate-limit, server-error",
        "{\"name\": \"flood\"}                          | \"flood\" is not one of rate-limit",
        "{\"name\": \"cut\", \"share\": 1.5}            | share: 1.5 is not a number in 0..1",
        "{\"name\": \"cut\", \"share\": \"all\"}        | share: \"all\" is not a number",
        "{\"name\": \"cut\", \"count\": 1.5}            | count: 1.5 is not a whole number",
        "{\"name\": \"cut\", \"seconds\": 0}            | seconds: 0 is not",
        "{\"name\": \"server-error\", \"status\": 404}  | status: 404 is not a number in 500..599",
        "{\"name\": \"cut\", \"retry_after_ms\": 1}     | cut takes only name, share, seed",
      })
  void whatCannotBeIsRefusedInASentence(String body, String sentence) {
    Client client = bed.client(Version.HTTP_1_1);
    HttpResponse<String> response = client.fault(body);
    assertEquals(400, response.statusCode());
    String message = json(response.body()).path("error").path("message").asText();
    assertTrue(message.contains(sentence), message);
    assertEquals(200, client.post(STREAMED).statusCode());
  }

  private static JsonNode set(Client client, String fault) {
    HttpResponse<String> response = client.fault(fault);
    assertEquals(200, response.statusCode(), response::body);
    return json(response.body());
  }

  private static List<Integer> statuses(Client client) {
    List<Integer> statuses = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      statuses.add(client.post(STREAMED).statusCode());
    }
    return statuses;
  }

  private static long millis(Client client) {
    long began = System.nanoTime();
    assertEquals(200, client.post(STREAMED).statusCode());
    return (System.nanoTime() - began) / 1_000_000;
  }
}
