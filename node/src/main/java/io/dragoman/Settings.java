package io.dragoman;

import com.fasterxml.jackson.databind.json.JsonMapper;
import io.dragoman.Given.Place;
import io.dragoman.Given.Shape;
import io.dragoman.Given.Source;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Configuration by key, from a file, the environment and the command line; each wins over the one
 * before.
 *
 * <p>A key {@code a.b_c} is the environment variable {@code DRAGOMAN_A_B_C}; a secret may also be
 * the name of a file that holds it, in {@code DRAGOMAN_A_B_C_FILE}.
 *
 * <p>A reader never fails. A value that is wrong is a mistake that is kept, and the next weaker
 * value counts in its place, at last the default. So one reading finds every mistake, and {@link
 * #build} finds those that the records find that are made of the values. Not thread-safe.
 */
final class Settings {
  private static final int MOST_TOLD = 100;
  private static final int MOST_BYTES_OF_A_KEY = 64 * 1024;

  /**
   * A key that has a meaning.
   *
   * @param otherwise its default; empty for none
   * @param range of a number; empty for others
   */
  record Key(String name, String otherwise, String range) {}

  private final Map<String, Given> commandLine = new LinkedHashMap<>();
  private final Map<String, String> environment;
  private final Map<String, Given> file;

  private final Map<String, Key> keys = new TreeMap<>();
  private final Set<String> variables = new HashSet<>();

  /** What each key was last read from. */
  private final Map<String, Given> used = new HashMap<>();

  private final Set<Given> refused = new HashSet<>();
  private final Set<Mistake> mistakes;
  private final Map<String, String> missing = new LinkedHashMap<>();
  private final Map<String, String> notes = new LinkedHashMap<>();

  /**
   * @param path a YAML file, or null
   * @param overrides the command line's keys and values
   * @throws ConfigException where the file is no YAML: then nothing else can be said
   */
  Settings(@Nullable Path path, Map<String, String> environment, Map<String, String> overrides) {
    ConfigFile inFile = path == null ? ConfigFile.none() : ConfigFile.read(path);
    file = inFile.values();
    mistakes = new LinkedHashSet<>(inFile.mistakes());
    this.environment = environment;
    overrides.forEach((key, value) -> commandLine.put(key, Given.commandLine(key, value)));
  }

  String text(String key, String otherwise) {
    return read(new Key(key, otherwise, ""), otherwise, Given::one);
  }

  int number(String key, int otherwise, int least, int most) {
    return Math.toIntExact(number(key, otherwise, (long) least, most));
  }

  long number(String key, long otherwise, long least, long most) {
    return read(
        new Key(key, String.valueOf(otherwise), least + ".." + most),
        otherwise,
        given -> given.number(least, most));
  }

  Duration seconds(String key, int otherwise, int least, int most) {
    return Duration.ofSeconds(number(key, otherwise, least, most));
  }

  boolean flag(String key, boolean otherwise) {
    return read(new Key(key, String.valueOf(otherwise), ""), otherwise, Given::flag);
  }

  /** One of an enum's constants, in small letters. */
  <E extends Enum<E>> E choice(String key, E otherwise) {
    return read(
        new Key(key, Given.small(otherwise), ""),
        otherwise,
        given -> given.choice(otherwise.getDeclaringClass()));
  }

  List<String> list(String key) {
    return read(new Key(key, "", ""), List.of(), Given::all);
  }

  /**
   * A value that must not be shown: also read from the file that {@code …_FILE} names. Empty where
   * there is none.
   */
  String secret(String key, String alsoCalled) {
    String own = variable(key);
    variables.add(own + "_FILE");
    Stream<Given> all =
        Stream.of(
                Stream.of(commandLine.get(key)),
                Stream.of(own, own + "_FILE", alsoCalled, alsoCalled + "_FILE")
                    .map(variable -> variable(key, variable)),
                Stream.of(file.get(key)))
            .flatMap(given -> given);
    return read(
        new Key(key, "", ""),
        "",
        all.filter(given -> given != null && !given.blank()),
        given ->
            given.place().name().endsWith("_FILE") ? contents(Path.of(given.one())) : given.one());
  }

  /** The project that Google's own variable names by its key file; empty where it names none. */
  String googleProject(String key) {
    Given given = variable(key, "GOOGLE_APPLICATION_CREDENTIALS");
    if (given == null || given.blank()) {
      return "";
    }
    try {
      String json = contents(Path.of(given.one()));
      return new JsonMapper().readTree(json).path("project_id").asText("");
    } catch (IOException | IllegalArgumentException e) {
      refuse(given, "%s is not a key file that can be read.".formatted(given.items().getFirst()));
      return "";
    }
  }

  /** Keeps that a key is needed, unless what it was given is known to be wrong. */
  void missing(String key, String whatToDo) {
    if (refused.stream().noneMatch(given -> given.key().equals(key))) {
      missing.put(key, key + ": " + whatToDo);
    }
  }

  /** Keeps what is no mistake, but perhaps not meant, of a key that somebody gave a value to. */
  void note(String key, String sentence) {
    Given given = used.get(key);
    if (given != null) {
      notes.put(key, "%s: %s: %s".formatted(given.place(), key, sentence));
    }
  }

  /** Keeps a mistake in what a key names. */
  void tell(String key, String sentence) {
    Given given = used.get(key);
    mistakes.add(new Mistake(given == null ? Place.NOWHERE : given.place(), key + ": " + sentence));
  }

  /**
   * Makes something of the values. When a sentence that names keys refuses it, the first of these
   * that was given is to blame, and without it another attempt is made, until all is told.
   *
   * @param making reads all that it reads anew each time
   */
  <T> T build(Supplier<T> making) {
    while (true) {
      try {
        return making.get();
      } catch (IllegalArgumentException e) {
        blame(e);
      }
    }
  }

  private void blame(IllegalArgumentException e) {
    String sentence = String.valueOf(e.getMessage());
    Given given =
        named(sentence).flatMap(key -> Stream.ofNullable(used.get(key))).findFirst().orElse(null);
    if (given == null) {
      // Nobody gave anything: the code refuses its own defaults.
      throw e;
    }
    refused.add(given);
    mistakes.add(new Mistake(given.place(), sentence));
  }

  /** The keys in a sentence, in its order. */
  private Stream<String> named(String sentence) {
    return Pattern.compile("[a-z_]+\\.[a-z_]+")
        .matcher(sentence)
        .results()
        .map(MatchResult::group)
        .filter(keys::containsKey);
  }

  /** Keeps what means nothing; to be called when all that has a meaning was asked for. */
  void tellUnknown() {
    UnknownKeys unknown = new UnknownKeys(keys.keySet(), variables);
    mistakes.addAll(unknown.among(file.values()));
    mistakes.addAll(unknown.among(commandLine.values()));
    mistakes.addAll(unknown.amongVariables(environment.keySet()));
  }

  /** All keys that were asked for, in alphabetical order. */
  Collection<Key> asked() {
    return keys.values();
  }

  /** Every mistake, in the order of the file's lines, then of the environment, and so on. */
  List<String> mistakes() {
    Stream<String> told =
        mistakes.stream()
            .sorted(Comparator.comparing(Mistake::place))
            .limit(MOST_TOLD)
            .map(Mistake::told);
    int untold = mistakes.size() - MOST_TOLD;
    return (untold <= 0 ? told : Stream.concat(told, Stream.of("… and " + untold + " more.")))
        .toList();
  }

  /** What is not set and cannot be done without. */
  List<String> missing() {
    return List.copyOf(missing.values());
  }

  /** What is right, but perhaps not meant: what hides a value of the file, then the rest. */
  List<String> notes() {
    return Stream.concat(hiding(), notes.values().stream()).toList();
  }

  private Stream<String> hiding() {
    return used.values().stream()
        .filter(given -> given.place().source() != Source.FILE)
        .sorted(Comparator.comparing(Given::place))
        .flatMap(given -> Stream.ofNullable(file.get(given.key())).map(given::hides));
  }

  private <T> T read(Key key, T otherwise, Function<Given, T> meaning) {
    String name = key.name();
    return read(
        key,
        otherwise,
        Stream.of(commandLine.get(name), variable(name, variable(name)), file.get(name))
            .filter(Objects::nonNull),
        meaning);
  }

  private <T> T read(Key key, T otherwise, Stream<Given> all, Function<Given, T> meaning) {
    Key before = keys.putIfAbsent(key.name(), key);
    if (before != null && !before.equals(key)) {
      throw new IllegalStateException("one key, two meanings: " + before + ", " + key);
    }
    variables.add(variable(key.name()));
    used.remove(key.name());
    List<Given> candidates =
        all.filter(given -> given.shape() != Shape.NOTHING && !refused.contains(given)).toList();
    for (Given given : candidates) {
      try {
        T value = meaning.apply(given);
        used.put(key.name(), given);
        return value;
      } catch (IllegalArgumentException e) {
        refuse(given, String.valueOf(e.getMessage()));
      }
    }
    return otherwise;
  }

  private void refuse(Given given, String sentence) {
    refused.add(given);
    mistakes.add(new Mistake(given.place(), given.key() + ": " + sentence));
  }

  private @Nullable Given variable(String key, String variable) {
    String value = environment.get(variable);
    return value == null ? null : Given.environment(key, variable, value);
  }

  /** The environment's name of a key. */
  static String variable(String key) {
    return "DRAGOMAN_" + key.toUpperCase(Locale.ROOT).replace('.', '_');
  }

  private static String contents(Path file) {
    try (InputStream in = Files.newInputStream(file)) {
      byte[] bytes = in.readNBytes(MOST_BYTES_OF_A_KEY);
      return new String(bytes, StandardCharsets.UTF_8).strip();
    } catch (IOException e) {
      throw new IllegalArgumentException("the file %s cannot be read.".formatted(file), e);
    }
  }
}
