package io.dragoman.standin;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What can be made to go wrong with the calls to a stand-in. */
public enum FaultKind {
  RATE_LIMIT(
      Service.OPENAI,
      "429 rate_limit_exceeded with retry-after",
      new Parameter("retry_after_ms", 1_000, 0, 120_000)),
  SERVER_ERROR(
      Service.OPENAI, "an error of the server's own", new Parameter("status", 503, 500, 599)),
  HANG(Service.OPENAI, "no answer at all until the fault is over, then a closed stream", null),
  SLOW_START(
      Service.OPENAI,
      "a first token that comes late",
      new Parameter("delay_ms", 5_000, 0, 600_000)),
  TRICKLE(
      Service.OPENAI,
      "one token after another, slowly",
      new Parameter("every_ms", 3_000, 1, 600_000)),
  RESET(
      Service.OPENAI,
      "a TCP reset of the whole connection, with every call on it",
      new Parameter("after_tokens", 0, 0, 10_000)),
  CUT(
      Service.OPENAI,
      "an answer that ends early, without finish_reason and [DONE]",
      new Parameter("after_tokens", 2, 0, 10_000)),
  FILTERED(
      Service.OPENAI,
      "an answer that ends early with finish_reason content_filter",
      new Parameter("after_tokens", 2, 0, 10_000)),
  TRUNCATED(
      Service.OPENAI,
      "an answer that ends early with finish_reason length",
      new Parameter("after_tokens", 2, 0, 10_000)),
  INVALID_KEY(Service.OPENAI, "401 invalid_api_key", null),
  NO_QUOTA(Service.OPENAI, "429 insufficient_quota: the account has no money left", null),
  NO_MODEL(Service.OPENAI, "404 model_not_found", null),

  SPEECH_CUT(
      Service.SPEECH,
      "ABORTED, as after five minutes, but earlier",
      new Parameter("after_ms", 5_000, 0, 300_000)),
  SPEECH_UNAVAILABLE(Service.SPEECH, "UNAVAILABLE", Parameter.AFTER),
  SPEECH_INTERNAL(Service.SPEECH, "INTERNAL", Parameter.AFTER),
  SPEECH_EXHAUSTED(Service.SPEECH, "RESOURCE_EXHAUSTED", Parameter.AFTER),
  SPEECH_SILENT(Service.SPEECH, "takes audio, says nothing any more, and never ends", null),
  SPEECH_UNAUTHENTICATED(Service.SPEECH, "UNAUTHENTICATED", Parameter.AFTER),
  SPEECH_DENIED(Service.SPEECH, "PERMISSION_DENIED", Parameter.AFTER),
  SPEECH_INVALID(Service.SPEECH, "INVALID_ARGUMENT", Parameter.AFTER);

  /** Whose calls it befalls. */
  public enum Service {
    OPENAI,
    SPEECH
  }

  /** A whole number that a fault can be given, with its default and its range. */
  record Parameter(String name, int preset, int least, int most) {
    static final Parameter AFTER = new Parameter("after_ms", 0, 0, 300_000);
  }

  private final Service service;
  private final String effect;

  @SuppressWarnings("ImmutableEnumChecker") // A record of numbers.
  private final @Nullable Parameter parameter;

  FaultKind(Service service, String effect, @Nullable Parameter parameter) {
    this.service = service;
    this.effect = effect;
    this.parameter = parameter;
  }

  /** The kind of this name; empty when there is none. */
  public static Optional<FaultKind> named(String name) {
    return Arrays.stream(values()).filter(kind -> kind.wireName().equals(name)).findFirst();
  }

  /** All names. */
  public static List<String> names() {
    return Arrays.stream(values()).map(FaultKind::wireName).toList();
  }

  /** Its name for people and in JSON, such as {@code rate-limit}. */
  public String wireName() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  public Service service() {
    return service;
  }

  /** What a call gets, in a few words. */
  String effect() {
    return effect;
  }

  @Nullable Parameter parameter() {
    return parameter;
  }
}
