package io.dragoman.ops;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.dragoman.quota.Limits;
import io.dragoman.quota.LimitsChange;
import io.dragoman.quota.LimitsControl;
import io.dragoman.quota.LimitsControl.Outcome;
import io.dragoman.quota.QuotaMeter;
import io.dragoman.quota.QuotaUse;
import io.helidon.common.socket.PeerInfo;
import io.helidon.http.HeaderNames;
import io.helidon.http.Status;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The limits of the cluster's quota over HTTP: {@code GET /v1/quota} tells them, {@code PUT} sets
 * them while the cluster runs. What is refused is refused with a sentence. Thread-safe.
 */
public final class QuotaEndpoint {

  private static final String REQUESTS = "requestsPerMinute";
  private static final String TOKENS = "tokensPerMinute";
  private static final String PACE = "requestsPerSecond";
  private static final List<String> FIELDS = List.of(REQUESTS, TOKENS, PACE);
  private static final int MOST_BYTES = 4_096;

  private static final JsonMapper JSON =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private final LimitsControl limits;
  private final QuotaMeter meter;

  public QuotaEndpoint(LimitsControl limits, QuotaMeter meter) {
    this.limits = limits;
    this.meter = meter;
  }

  /** Adds {@code /v1/quota}. */
  public void serveOn(HttpRouting.Builder routing) {
    routing.get("/v1/quota", this::tell).put("/v1/quota", this::set);
  }

  private void tell(ServerRequest request, ServerResponse response) {
    QuotaUse use = meter.use();
    send(
        response,
        new QuotaStatus(
            QuotaLimits.of(limits.limits()),
            ClusterStatus.tag(use.state()),
            use.remaining().toMillis()));
  }

  private void set(ServerRequest request, ServerResponse response) throws InterruptedException {
    if (request.headers().contains(HeaderNames.ORIGIN)) {
      // Only browsers name one. An operator's browser must not do this for some page.
      refuse(response, Status.FORBIDDEN_403, "Limits are not set from a web page.");
      return;
    }
    LimitsChange change;
    try {
      change = change(body(request));
    } catch (BadChangeException e) {
      refuse(response, Status.BAD_REQUEST_400, e.sentence);
      return;
    }
    PeerInfo peer = request.remotePeer();
    switch (limits.set(change, peer.host() + ":" + peer.port())) {
      case Outcome.Set set ->
          send(response, new QuotaChange(QuotaLimits.of(set.from()), QuotaLimits.of(set.to())));
      case Outcome.Closed closed ->
          unavailable(
              response,
              ("Nothing was changed, since no node could take it: the quota's state is %s."
                      + " \"dragoman status\" says when that ends; try again then.")
                  .formatted(ClusterStatus.tag(closed.state())));
      case Outcome.Unconfirmed _ ->
          unavailable(
              response,
              "Nobody confirmed it within 2 s, so the new limits may hold or not; \"dragoman"
                  + " quota\" tells. If they do not, set them again.");
      case Outcome.Unknown _ ->
          unavailable(
              response,
              "Nothing was changed: the node that keeps the quota's books knows no such quota; see"
                  + " that all nodes run the same release.");
    }
  }

  private static byte[] body(ServerRequest request) throws BadChangeException {
    if (!request.content().hasEntity()) {
      // There is no stream to read then.
      return new byte[0];
    }
    byte[] body;
    try {
      body = request.content().inputStream().readNBytes(MOST_BYTES + 1);
    } catch (IOException | UncheckedIOException e) {
      throw new CloseConnectionException("the client left before its request was here", e);
    }
    if (body.length > MOST_BYTES) {
      throw new BadChangeException("The body is longer than %d bytes.".formatted(MOST_BYTES));
    }
    return body;
  }

  private static LimitsChange change(byte[] body) throws BadChangeException {
    JsonNode json = read(body);
    if (!json.isObject() || json.isEmpty()) {
      throw new BadChangeException(
          "The body must be a JSON object with one or more of %s."
              .formatted(String.join(", ", FIELDS)));
    }
    for (var names = json.fieldNames(); names.hasNext(); ) {
      if (!FIELDS.contains(names.next())) {
        throw new BadChangeException(
            "Only these fields are known here: %s.".formatted(String.join(", ", FIELDS)));
      }
    }
    Long tokens = number(json, TOKENS);
    try {
      LimitsChange change = new LimitsChange(number(json, REQUESTS), tokens, number(json, PACE));
      if (tokens != null && tokens < Limits.LEAST_TOKENS) {
        throw new BadChangeException(
            "%s: %d is less than %d, which the longest request may need; it would never be sent."
                .formatted(TOKENS, tokens, Limits.LEAST_TOKENS));
      }
      return change;
    } catch (IllegalArgumentException e) {
      throw new BadChangeException(e.getMessage() + ".");
    }
  }

  private static JsonNode read(byte[] body) throws BadChangeException {
    try {
      return JSON.readTree(body);
    } catch (JsonProcessingException e) {
      throw new BadChangeException(
          "The body is not JSON such as {\"%s\": 4500}.".formatted(REQUESTS));
    } catch (IOException e) {
      throw new UncheckedIOException("bytes that cannot be read", e);
    }
  }

  private static @Nullable Long number(JsonNode json, String name) throws BadChangeException {
    JsonNode value = json.get(name);
    if (value == null) {
      return null;
    }
    if (!value.isIntegralNumber() || !value.canConvertToLong()) {
      throw new BadChangeException("%s: must be a whole number.".formatted(name));
    }
    return value.longValue();
  }

  private static void send(ServerResponse response, Object document) {
    String json;
    try {
      json = JSON.writeValueAsString(document);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a document that cannot be written", e);
    }
    response
        .header(HeaderNames.CONTENT_TYPE, "application/json")
        .header(HeaderNames.CACHE_CONTROL, "no-store")
        .send(json);
  }

  private static void unavailable(ServerResponse response, String sentence) {
    refuse(response, Status.SERVICE_UNAVAILABLE_503, sentence);
  }

  private static void refuse(ServerResponse response, Status status, String sentence) {
    response.status(status).send(sentence + "\n");
  }

  /** The body of a request is wrong. */
  private static final class BadChangeException extends Exception {
    private static final long serialVersionUID = 1L;
    private final String sentence;

    BadChangeException(String sentence) {
      super(sentence);
      this.sentence = sentence;
    }
  }
}
