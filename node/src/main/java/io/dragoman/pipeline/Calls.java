package io.dragoman.pipeline;

import io.dragoman.openai.ApiResult;
import io.dragoman.openai.ChatListener;
import io.dragoman.openai.ChatRequest;
import io.dragoman.openai.OpenAi;
import io.dragoman.quota.Decision;
import io.dragoman.quota.Permit;
import io.dragoman.quota.QuotaGate;
import io.dragoman.quota.QuotaRequest;
import io.dragoman.quota.QuotaRequest.Priority;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Makes single calls: first a connection, then the permit, then at once the request. Thread-safe.
 */
final class Calls {

  /** How soon to look again, at the earliest, for what is free. */
  private static final Duration SHORT_PAUSE = Duration.ofMillis(20);

  private final OpenAi openAi;
  private final QuotaGate gate;
  private final PipelineConfig config;
  private final SessionMeter meter;

  Calls(OpenAi openAi, QuotaGate gate, PipelineConfig config, SessionMeter meter) {
    this.openAi = openAi;
    this.gate = gate;
    this.config = config;
    this.meter = meter;
  }

  /** How an attempt went. */
  sealed interface Attempt {
    /** The request was sent, and this came of it. */
    record Made(ApiResult result) implements Attempt {}

    /** Nothing was sent; ask again after the pause. */
    record NotYet(Duration pause, String reason) implements Attempt {}

    /** Nothing was sent, since the upstream is in trouble; ask again after the pause. */
    record Resting(Duration pause) implements Attempt {}

    /** Nothing was sent, since the upstream refuses this node; {@code code} is its word for it. */
    record Refused(String code) implements Attempt {}

    /** Nothing was sent, and never can be. */
    record Never(String reason) implements Attempt {}
  }

  PipelineConfig config() {
    return config;
  }

  /**
   * Asks for a caption, if there is a connection and a permit for it.
   *
   * @param since from when on, on the monotonic clock, nothing but this node held the request up
   */
  Attempt attempt(
      Caption.Role role, Prompt prompt, Utterance utterance, long since, Consumer<String> onText)
      throws InterruptedException {
    Priority priority = utterance.complete() ? Priority.FINAL : Priority.PARTIAL;
    Optional<OpenAi.Slot> free = openAi.tryReserve();
    if (free.isEmpty()) {
      return switch (openAi.standing()) {
        case OpenAi.Standing.Sound() -> new Attempt.NotYet(SHORT_PAUSE, "connections");
        case OpenAi.Standing.Resting(Duration left) ->
            new Attempt.Resting(left.compareTo(SHORT_PAUSE) < 0 ? SHORT_PAUSE : left);
        case OpenAi.Standing.Refusing(String code) -> new Attempt.Refused(code);
      };
    }
    try (OpenAi.Slot slot = free.get()) {
      Prompt.Priced priced = prompt.about(utterance.text());
      return switch (gate.ask(new QuotaRequest(priority, priced.tokens()))) {
        case Decision.Granted granted -> {
          try (SessionMeter.Sending sending = meter.begin(priced.tokens())) {
            ApiResult result =
                call(
                    slot,
                    priced.request(),
                    granted.permit(),
                    sending,
                    role,
                    priority,
                    since,
                    onText);
            prompt.answered(result);
            yield new Attempt.Made(result);
          }
        }
        case Decision.Wait wait -> {
          meter.refused(priority, wait.bound());
          yield new Attempt.NotYet(
              wait.retryAfter(), "quota." + wait.bound().name().toLowerCase(Locale.ROOT));
        }
        case Decision.Impossible impossible -> new Attempt.Never(impossible.reason());
      };
    }
  }

  private ApiResult call(
      OpenAi.Slot slot,
      ChatRequest request,
      Permit permit,
      SessionMeter.Sending sending,
      Caption.Role role,
      Priority priority,
      long since,
      Consumer<String> onText)
      throws InterruptedException {
    long start = System.nanoTime();
    ApiResult result =
        slot.call(
            request,
            new ChatListener() {
              @Override
              public void onSent() {
                meter.requested(priority, Duration.ofNanos(System.nanoTime() - since));
              }

              @Override
              public void onArrival() {
                permit.arrived();
              }

              @Override
              public void onText(String delta) {
                onText.accept(delta);
              }
            });
    boolean sent = !(result instanceof ApiResult.Failed failed) || failed.sent();
    if (sent) {
      sending.spent(result);
    } else {
      permit.unspent();
      sending.unsent();
    }
    meter.called(role, priority, result, Duration.ofNanos(System.nanoTime() - start));
    return result;
  }
}
