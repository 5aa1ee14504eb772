package io.dragoman.cli.demo;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What the language model's server saw, by its own count; null where it did not say, as the real
 * one never does.
 *
 * @param worstWindowRequests the most requests that arrived in any rolling 60 s
 * @param delayMsP50 the median delay from a request to its first token
 * @param faulted calls, of either stand-in, that were made to fail
 */
record Upstream(
    @Nullable Long requests,
    @Nullable Long tokens,
    @JsonProperty("rejected_429") @Nullable Long rejected429,
    @Nullable Long worstWindowRequests,
    long limitRequests,
    @Nullable Long delayMsP50,
    @Nullable Long faulted) {

  static Upstream unknown(long limitRequests) {
    return new Upstream(null, null, null, null, limitRequests, null, null);
  }

  /**
   * Asks the stand-in for OpenAI at this base URL.
   *
   * @throws IOException when it does not answer, or with something else
   */
  static Upstream ask(String baseUrl) throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(baseUrl).resolve("/standin/stats"))
            .timeout(Duration.ofSeconds(10))
            .build();
    try (HttpClient http = HttpClient.newHttpClient()) {
      HttpResponse<String> response = http.send(request, HttpResponse.BodyHandlers.ofString());
      JsonNode stats = new JsonMapper().readTree(response.body());
      return new Upstream(
          number(stats, "requests"),
          number(stats, "tokens"),
          number(stats, "rejected_429"),
          number(stats, "worst_window_requests"),
          number(stats, "limit_requests"),
          number(stats, "delay_ms_p50"),
          number(stats, "faulted"));
    }
  }

  private static long number(JsonNode stats, String field) throws IOException {
    JsonNode value = stats.path(field);
    if (!value.isIntegralNumber()) {
      throw new IOException("they lack " + field);
    }
    return value.longValue();
  }
}
