package io.dragoman.standin;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dragoman.standin.ArrivalLog.Accepted;
import io.dragoman.standin.ArrivalLog.Arrival;
import io.dragoman.standin.ArrivalLog.Refused;
import io.dragoman.standin.OpenAiStandInConfig.Charge;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.http.Handler;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Answers {@code POST /v1/chat/completions}. A call counts against the limits from the moment its
 * whole body is here, also when it is invalid, or its client leaves before the answer ends.
 * Thread-safe; each call is answered on its own virtual thread.
 */
final class ChatCompletions implements Handler {
  static final int MAX_BODY_BYTES = 4 << 20;

  private final Phrasebook phrasebook;
  private final ArrivalLog arrivals;
  private final Charge charge;
  private final Pace pace;
  private final OpenAiStats stats;
  private final Faults faults;
  private final Connections connections;
  private final AtomicLong calls = new AtomicLong();

  ChatCompletions(
      Phrasebook phrasebook,
      ArrivalLog arrivals,
      Charge charge,
      Pace pace,
      OpenAiStats stats,
      Faults faults,
      Connections connections) {
    this.phrasebook = phrasebook;
    this.arrivals = arrivals;
    this.charge = charge;
    this.pace = pace;
    this.stats = stats;
    this.faults = faults;
    this.connections = connections;
  }

  @Override
  public void handle(ServerRequest request, ServerResponse response) throws ApiException {
    ChatCall call;
    try {
      call = ChatCall.parse(body(request));
    } catch (ApiException e) {
      stats.invalid();
      arrivals.arriveInvalid();
      throw e;
    }
    ArrivalLog.Verdict verdict = arrivals.arrive(call.reservedTokens());
    LimitHeaders.levels(response, verdict.levels());
    switch (verdict) {
      case Refused refused -> refuse(refused, call, response);
      case Accepted accepted -> accept(accepted.arrival(), call, request, response);
    }
  }

  private static byte[] body(ServerRequest request) throws ApiException {
    byte[] body;
    try {
      body = request.content().inputStream().readNBytes(MAX_BODY_BYTES + 1);
    } catch (IOException | UncheckedIOException e) {
      throw new CloseConnectionException("the client left before its request was here", e);
    }
    if (body.length > MAX_BODY_BYTES) {
      throw new ApiException(
          413,
          "invalid_request_error",
          null,
          "request_too_large",
          "The body of your request is larger than " + MAX_BODY_BYTES + " bytes.");
    }
    return body;
  }

  private static void refuse(Refused refused, ChatCall call, ServerResponse response)
      throws ApiException {
    Duration wait = refused.retryAfter();
    if (wait != null) {
      LimitHeaders.retryAfter(response, wait);
    }
    throw new ApiException(
        429,
        refused.bound().name().toLowerCase(Locale.ROOT),
        null,
        "rate_limit_exceeded",
        explain(refused, call, wait));
  }

  private static String explain(Refused refused, ChatCall call, @Nullable Duration wait) {
    ArrivalLog.Levels levels = refused.levels();
    String figures =
        switch (refused.bound()) {
          case REQUESTS ->
              "requests per min (RPM): Limit %d, Used %d, Requested 1."
                  .formatted(levels.limitRequests(), levels.usedRequests());
          case TOKENS ->
              "tokens per min (TPM): Limit %d, Used %d, Requested %d."
                  .formatted(levels.limitTokens(), levels.usedTokens(), call.reservedTokens());
        };
    return wait == null
        ? "Request too large for %s on %s".formatted(call.model(), figures)
        : "Rate limit reached for %s on %s Please try again in %s."
            .formatted(call.model(), figures, LimitHeaders.goDuration(wait));
  }

  private void accept(
      Arrival arrival, ChatCall call, ServerRequest request, ServerResponse response)
      throws ApiException {
    stats.begin();
    try {
      String text = phrasebook.answer(call.system(), call.user());
      ChatAnswer answer =
          ChatAnswer.of(call, text, calls.incrementAndGet(), Instant.now().getEpochSecond());
      Delivery delivery = Delivery.sound(answer, pace);
      ActiveFault met = faults.meet(FaultKind.Service.OPENAI).orElse(null);
      if (met != null) {
        delivery = delivery.under(met, response);
      }
      deliver(delivery, arrival, response);
      if (delivery.ending() == Delivery.Ending.RESET) {
        connections.reset(request.remotePeer().port());
        throw new CloseConnectionException("the connection is reset");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CloseConnectionException("the stand-in stops", e);
    } catch (IOException | UncheckedIOException e) {
      throw new CloseConnectionException("the client left before its answer was complete", e);
    } finally {
      stats.end();
    }
  }

  private void deliver(Delivery delivery, Arrival arrival, ServerResponse response)
      throws IOException, InterruptedException {
    if (delivery.resetsAtOnce()) {
      return;
    }
    long arrived = System.nanoTime();
    Thread.sleep(delivery.firstToken());
    stats.firstToken(System.nanoTime() - arrived);
    ChatAnswer answer = delivery.answer();
    if (answer.call().stream()) {
      stream(delivery, arrival, response);
    } else if (delivery.ending() == Delivery.Ending.WHOLE) {
      Thread.sleep(delivery.perToken().multipliedBy(Math.max(0, answer.tokens().size() - 1)));
      settle(arrival, answer);
      OpenAiStandIn.send(response, 200, answer.completion());
    } else {
      throw new CloseConnectionException("an answer in one piece comes whole or not at all");
    }
  }

  /** Sends the answer as server-sent events, each token when it is due. */
  private void stream(Delivery delivery, Arrival arrival, ServerResponse response)
      throws IOException, InterruptedException {
    ChatAnswer answer = delivery.answer();
    response
        .header(HeaderNames.CONTENT_TYPE, "text/event-stream; charset=utf-8")
        .header(HeaderNames.CACHE_CONTROL, "no-cache");
    OutputStream out = response.outputStream();
    event(out, answer.roleChunk());
    long due = System.nanoTime();
    for (String token : answer.tokens()) {
      Thread.sleep(Duration.ofNanos(due - System.nanoTime()));
      event(out, answer.tokenChunk(token));
      out.flush();
      due += delivery.perToken().toNanos();
    }
    settle(arrival, answer);
    if (delivery.ending() == Delivery.Ending.WHOLE) {
      event(out, answer.finishChunk());
      if (answer.call().includeUsage()) {
        event(out, answer.usageChunk());
      }
      out.write("data: [DONE]\n\n".getBytes(StandardCharsets.UTF_8));
    }
    if (delivery.ending() != Delivery.Ending.RESET) {
      out.close();
    }
  }

  private void settle(Arrival arrival, ChatAnswer answer) {
    if (charge == Charge.USAGE) {
      arrivals.settle(arrival, answer.usedTokens());
    }
  }

  private static void event(OutputStream out, ObjectNode document) throws IOException {
    out.write(("data: " + document + "\n\n").getBytes(StandardCharsets.UTF_8));
  }
}
