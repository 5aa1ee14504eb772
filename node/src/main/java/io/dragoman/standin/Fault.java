package io.dragoman.standin;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dragoman.standin.FaultKind.Parameter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A fault as it is asked for.
 *
 * @param share of the calls that meet it, 0 to 1
 * @param seed decides which; the same seed strikes the same calls, counted from the fault's
 *     beginning
 * @param lasts for how long; null until it is cleared
 * @param count how many calls it strikes at most; null for any number
 * @param parameter what the kind's own parameter says; 0 where it has none
 */
public record Fault(
    FaultKind kind,
    double share,
    long seed,
    @Nullable Duration lasts,
    @Nullable Integer count,
    int parameter) {

  /** The name that stands for no fault at all. */
  static final String NONE = "none";

  private static final double LONGEST_SECONDS = 86_400;

  /** Of all calls, without end. */
  public static Fault of(FaultKind kind) {
    Parameter own = kind.parameter();
    return new Fault(kind, 1, 1, null, null, own == null ? 0 : own.preset());
  }

  public Fault withParameter(int value) {
    return new Fault(kind, share, seed, lasts, count, value);
  }

  public Fault withShare(double value) {
    return new Fault(kind, value, seed, lasts, count, parameter);
  }

  public Fault withDuration(Duration value) {
    return new Fault(kind, share, seed, value, count, parameter);
  }

  public Fault withCount(int value) {
    return new Fault(kind, share, seed, lasts, value, parameter);
  }

  /** The parameter, of a kind that counts milliseconds. */
  Duration time() {
    return Duration.ofMillis(parameter);
  }

  /**
   * Reads one; empty when the document asks for none.
   *
   * @throws IllegalArgumentException with a sentence that says what is possible
   */
  static Optional<Fault> parse(JsonNode document) {
    require(document.isObject(), "a JSON object is needed, such as {\"name\": \"rate-limit\"}");
    String name = document.path("name").asText("");
    if (name.equals(NONE)) {
      return Optional.empty();
    }
    FaultKind kind =
        FaultKind.named(name)
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "name: \"%s\" is not one of %s, or %s"
                            .formatted(name, String.join(", ", FaultKind.names()), NONE)));
    Parameter own = kind.parameter();
    List<String> known = new ArrayList<>(List.of("name", "share", "seed", "seconds", "count"));
    if (own != null) {
      known.add(own.name());
    }
    for (String field : (Iterable<String>) document::fieldNames) {
      require(
          known.contains(field),
          "%s: %s takes only %s".formatted(field, name, String.join(", ", known)));
    }
    JsonNode lasts = document.path("seconds");
    JsonNode count = document.path("count");
    return Optional.of(
        new Fault(
            kind,
            number(document.path("share"), "share", 1, 0, 1),
            Math.round(number(document.path("seed"), "seed", 1, -9e15, 9e15)),
            lasts.isMissingNode()
                ? null
                : Duration.ofMillis(
                    Math.round(1e3 * number(lasts, "seconds", 0, 0.001, LONGEST_SECONDS))),
            count.isMissingNode() ? null : whole(count, "count", 0, 1, 1_000_000_000),
            own == null
                ? 0
                : whole(
                    document.path(own.name()), own.name(), own.preset(), own.least(), own.most())));
  }

  /** As it was asked for, with all defaults. */
  ObjectNode toJson() {
    ObjectNode document =
        JsonNodeFactory.instance
            .objectNode()
            .put("name", kind.wireName())
            .put("share", share)
            .put("seed", seed);
    if (lasts != null) {
      document.put("seconds", lasts.toMillis() / 1e3);
    }
    if (count != null) {
      document.put("count", count);
    }
    Parameter own = kind.parameter();
    return own == null ? document : document.put(own.name(), parameter);
  }

  private static int whole(JsonNode value, String name, int preset, int least, int most) {
    require(
        value.isMissingNode() || value.isIntegralNumber(),
        "%s: %s is not a whole number in %d..%d".formatted(name, value, least, most));
    return (int) number(value, name, preset, least, most);
  }

  private static double number(
      JsonNode value, String name, double preset, double least, double most) {
    if (value.isMissingNode()) {
      return preset;
    }
    require(
        value.isNumber() && value.doubleValue() >= least && value.doubleValue() <= most,
        "%s: %s is not a number in %s..%s".formatted(name, value, plain(least), plain(most)));
    return value.doubleValue();
  }

  private static String plain(double number) {
    return number == Math.rint(number) ? Long.toString((long) number) : Double.toString(number);
  }

  private static void require(boolean holds, String otherwise) {
    if (!holds) {
      throw new IllegalArgumentException(otherwise);
    }
  }
}
