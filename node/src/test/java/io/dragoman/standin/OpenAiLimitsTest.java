package io.dragoman.standin;

import static io.dragoman.standin.OpenAiTestBed.HEARD;
import static io.dragoman.standin.OpenAiTestBed.SPANISH;
import static io.dragoman.standin.OpenAiTestBed.header;
import static io.dragoman.standin.OpenAiTestBed.json;
import static io.dragoman.standin.OpenAiTestBed.promptTokens;
import static io.dragoman.standin.OpenAiTestBed.translation;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.dragoman.standin.OpenAiStandInConfig.Charge;
import io.dragoman.standin.OpenAiStandInConfig.Limits;
import io.dragoman.standin.OpenAiTestBed.Client;
import java.net.http.HttpClient.Version;
import java.net.http.HttpResponse;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(180)
class OpenAiLimitsTest {
  private final OpenAiTestBed bed = new OpenAiTestBed();

  @AfterEach
  void close() {
    bed.close();
  }

  @ParameterizedTest
  @EnumSource(Version.class)
  void acceptsExactlyTheLimitOfRequestsInARollingWindow(Version version) throws Exception {
    Client client = bed.client(bed.start(limits(3, 1_800_000)), version);
    client.get("/v1/models");
    for (int remaining = 2; remaining >= 0; remaining--) {
      HttpResponse<String> accepted = client.post(translation(HEARD).json());
      assertEquals(200, accepted.statusCode());
      assertEquals("3", header(accepted, "x-ratelimit-limit-requests"));
      assertEquals(Integer.toString(remaining), header(accepted, "x-ratelimit-remaining-requests"));
      assertEquals("1m0s", header(accepted, "x-ratelimit-reset-requests"));
    }
    bed.advance(Duration.ofMillis(58_500));
    HttpResponse<String> refused = client.post(translation(HEARD).json());
    assertEquals(429, refused.statusCode());
    assertEquals("2", header(refused, "retry-after"));
    assertEquals("1500", header(refused, "retry-after-ms"));
    assertEquals("0", header(refused, "x-ratelimit-remaining-requests"));
    assertEquals("1m0s", header(refused, "x-ratelimit-reset-requests"));
    assertEquals("openai", header(refused, "x-dragoman-stand-in"));
    JsonNode error = json(refused.body()).path("error");
    assertEquals("requests", error.path("type").asText());
    assertEquals("rate_limit_exceeded", error.path("code").asText());

    bed.advance(Duration.ofMillis(1_499));
    assertEquals(429, client.post(translation(HEARD).json()).statusCode());
    bed.advance(Duration.ofMillis(1));
    assertEquals(200, client.post(translation(HEARD).json()).statusCode());

    JsonNode stats = client.stats();
    assertEquals(6, stats.path("requests").asInt());
    assertEquals(2, stats.path("rejected_429").asInt());
    assertEquals(5, stats.path("worst_window_requests").asInt());
    assertEquals(3, stats.path("worst_window_accepted_requests").asInt());
    assertEquals(3, stats.path("limit_requests").asInt());
  }

  @Test
  void aReservationCountsForItsWholeWindow() throws Exception {
    int reserved = promptTokens(PhrasebookTest.INTO_SPANISH, HEARD) + 100;
    Client client = bed.client(bed.start(limits(4_500, 2 * reserved)), Version.HTTP_1_1);
    assertEquals(200, client.post(translation(HEARD).json()).statusCode());
    HttpResponse<String> second = client.post(translation(HEARD).json());
    assertEquals(200, second.statusCode());
    assertEquals(Integer.toString(2 * reserved), header(second, "x-ratelimit-limit-tokens"));
    assertEquals("0", header(second, "x-ratelimit-remaining-tokens"));
    assertEquals("1m0s", header(second, "x-ratelimit-reset-tokens"));
    HttpResponse<String> third = client.post(translation(HEARD).json());
    assertEquals(429, third.statusCode());
    assertEquals("tokens", json(third.body()).at("/error/type").asText());
    JsonNode stats = client.stats();
    assertEquals(2 * reserved, stats.path("tokens").asInt());
    assertEquals(3 * reserved, stats.path("worst_window_tokens").asInt());
    assertEquals(2 * reserved, stats.path("worst_window_accepted_tokens").asInt());
  }

  @Test
  void usageIsSettledWhenTheAnswerIsComplete() throws Exception {
    int prompt = promptTokens(PhrasebookTest.INTO_SPANISH, HEARD);
    int used = prompt + Tokens.count(SPANISH);
    OpenAiStandIn standIn = bed.start(new Limits(4_500, prompt + 100 + used, Charge.USAGE));
    Client client = bed.client(standIn, Version.HTTP_1_1);
    assertEquals(200, client.post(translation(HEARD).streamed().json()).statusCode());
    assertEquals(200, client.post(translation(HEARD).json()).statusCode());
    assertEquals(429, client.post(translation(HEARD).maxTokens(101).json()).statusCode());
    JsonNode stats = client.stats();
    assertEquals(2 * used, stats.path("tokens").asInt());
  }

  @Test
  void aRequestLargerThanTheLimitIsToldNoTimeToComeAgain() throws Exception {
    Client client = bed.client(bed.start(limits(4_500, 100)), Version.HTTP_1_1);
    HttpResponse<String> response = client.post(translation(HEARD).json());
    assertEquals(429, response.statusCode());
    assertTrue(response.headers().firstValue("retry-after").isEmpty());
    assertTrue(json(response.body()).at("/error/message").asText().startsWith("Request too large"));
  }

  private static Limits limits(int requests, int tokens) {
    return new Limits(requests, tokens, Charge.RESERVED);
  }
}
