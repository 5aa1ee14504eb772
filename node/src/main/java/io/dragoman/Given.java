package io.dragoman;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * What a key was given, and where.
 *
 * @param items the one value, or a list's; none of a mapping or of nothing
 */
record Given(String key, Place place, Shape shape, List<String> items) {

  private static final int MOST_SHOWN_CHARS = 60;

  /** How the value was written. */
  enum Shape {
    /** Outside of a file, where a list is one text with commas. */
    TEXT,
    VALUE,
    LIST,
    MAPPING,
    NOTHING
  }

  /** Who gives values, the weakest first; mistakes are told in this order. */
  enum Source {
    FILE,
    ENVIRONMENT,
    COMMAND_LINE,
    /** Of what nobody gave. */
    NOWHERE
  }

  /**
   * Where somebody finds the value.
   *
   * @param line of the file; 0 elsewhere
   * @param name the file's or the variable's
   */
  record Place(Source source, int line, String name) implements Comparable<Place> {
    static final Place NOWHERE = new Place(Source.NOWHERE, 0, "");

    private static final Comparator<Place> ORDER =
        Comparator.comparing(Place::source)
            .thenComparingInt(Place::line)
            .thenComparing(Place::name);

    static Place line(String file, int line) {
      return new Place(Source.FILE, line, file);
    }

    @Override
    public int compareTo(Place other) {
      return ORDER.compare(this, other);
    }

    @Override
    public String toString() {
      return switch (source) {
        case FILE -> name + ", line " + line;
        case ENVIRONMENT -> name + " (environment)";
        case COMMAND_LINE -> "command line";
        case NOWHERE -> "";
      };
    }
  }

  static Given commandLine(String key, String text) {
    return new Given(key, new Place(Source.COMMAND_LINE, 0, key), Shape.TEXT, List.of(text));
  }

  static Given environment(String key, String variable, String text) {
    return new Given(key, new Place(Source.ENVIRONMENT, 0, variable), Shape.TEXT, List.of(text));
  }

  /** The value, where it is one. */
  String one() {
    return switch (shape) {
      case TEXT, VALUE -> plain(items.getFirst());
      case LIST -> throw new IllegalArgumentException("a list stands where one value belongs.");
      case MAPPING ->
          throw new IllegalArgumentException("keys stand below it, where one value belongs.");
      case NOTHING -> "";
    };
  }

  /** The values, where they are a list. */
  List<String> all() {
    return switch (shape) {
      case TEXT -> split(plain(items.getFirst()));
      case LIST -> items.stream().map(Given::plain).toList();
      case VALUE ->
          throw new IllegalArgumentException(
              "one value stands where a list belongs; write [a, b], or [] for none.");
      case MAPPING ->
          throw new IllegalArgumentException("keys stand below it, where a list belongs.");
      case NOTHING -> List.of();
    };
  }

  /** The number, where it is a whole one from the least to the most. */
  long number(long least, long most) {
    String text = one();
    try {
      long number = Long.parseLong(text.replace("_", ""));
      if (number >= least && number <= most) {
        return number;
      }
    } catch (NumberFormatException e) {
      // Told below, with the range.
    }
    throw new IllegalArgumentException(
        "\"%s\" is not a whole number from %d to %d.".formatted(shown(text), least, most));
  }

  <E extends Enum<E>> E choice(Class<E> type) {
    String text = one();
    for (E constant : type.getEnumConstants()) {
      if (small(constant).equals(text)) {
        return constant;
      }
    }
    throw new IllegalArgumentException(
        "\"%s\" is not one of: %s."
            .formatted(
                shown(text),
                Arrays.stream(type.getEnumConstants())
                    .map(Given::small)
                    .collect(Collectors.joining(", "))));
  }

  static String small(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }

  boolean flag() {
    return switch (one()) {
      case "true" -> true;
      case "false" -> false;
      default ->
          throw new IllegalArgumentException(
              "\"%s\" is neither true nor false.".formatted(shown(one())));
    };
  }

  private static String shown(String text) {
    return text.length() <= MOST_SHOWN_CHARS ? text : text.substring(0, MOST_SHOWN_CHARS) + "…";
  }

  /** Whether it is nothing but space, as a variable may be that is set to nothing. */
  boolean blank() {
    return (shape == Shape.TEXT || shape == Shape.VALUE) && items.getFirst().isBlank();
  }

  /** A sentence on a weaker value that does not count. */
  String hides(Given weaker) {
    return "%s: %s is used from here, not from %s.".formatted(place, key, weaker.place());
  }

  private static List<String> split(String text) {
    return text.isEmpty() ? List.of() : List.of(text.split("\\s*,\\s*"));
  }

  private static String plain(String text) {
    if (text.strip().chars().anyMatch(Character::isISOControl)) {
      throw new IllegalArgumentException("a value is one line, without control characters.");
    }
    return text.strip();
  }
}
