package io.dragoman;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Configuration by key, from a file, the environment and the command line; each wins over the one
 * before.
 *
 * <p>A key {@code a.b_c} is the environment variable {@code DRAGOMAN_A_B_C}; a secret may also be
 * the name of a file that holds it, in {@code DRAGOMAN_A_B_C_FILE}. A key that nobody asked for is
 * a mistake: {@link #refuseUnknown}. Not thread-safe.
 */
final class Settings {
  private final Map<String, String> overrides;
  private final Map<String, String> environment;
  private final Map<String, String> file;
  private final Set<String> known = new HashSet<>();

  private Settings(
      Map<String, String> overrides, Map<String, String> environment, Map<String, String> file) {
    this.overrides = overrides;
    this.environment = environment;
    this.file = file;
  }

  /**
   * @param file a YAML file, or null
   * @param overrides the command line's keys and values
   */
  static Settings read(
      @Nullable Path file, Map<String, String> environment, Map<String, String> overrides) {
    Map<String, String> inFile = new HashMap<>();
    if (file != null) {
      flatten("", parse(file), inFile);
    }
    return new Settings(overrides, environment, inFile);
  }

  String text(String key, String otherwise) {
    String value = find(key);
    return value == null ? otherwise : value;
  }

  /**
   * A value that must not be shown: also read from the file that {@code …_FILE} names. Empty where
   * there is none.
   */
  String secret(String key, String alsoCalled) {
    String value = overrides.getOrDefault(key, "");
    for (String name : List.of(variable(key), alsoCalled)) {
      if (value.isBlank()) {
        value = environment.getOrDefault(name, "");
      }
      String holder = environment.getOrDefault(name + "_FILE", "");
      if (value.isBlank() && !holder.isBlank()) {
        value = contents(name + "_FILE", Path.of(holder));
      }
    }
    known.add(key);
    return (value.isBlank() ? file.getOrDefault(key, "") : value).strip();
  }

  /** The project that Google's own variable names by its key file; empty where it names none. */
  String googleProject() {
    String file = environment.getOrDefault("GOOGLE_APPLICATION_CREDENTIALS", "");
    if (file.isBlank()) {
      return "";
    }
    try {
      return new JsonMapper().readTree(Path.of(file).toFile()).path("project_id").asText("");
    } catch (IOException e) {
      throw new ConfigException(
          "GOOGLE_APPLICATION_CREDENTIALS: %s is not a key file that can be read.".formatted(file));
    }
  }

  int number(String key, int otherwise, int least, int most) {
    String value = find(key);
    if (value == null) {
      return otherwise;
    }
    try {
      int number = Integer.parseInt(value.strip().replace("_", ""));
      if (number >= least && number <= most) {
        return number;
      }
    } catch (NumberFormatException e) {
      // Told below, with the range.
    }
    throw new ConfigException(
        "%s: \"%s\" is not a whole number from %d to %d.".formatted(key, value, least, most));
  }

  Duration seconds(String key, int otherwise, int least, int most) {
    return Duration.ofSeconds(number(key, otherwise, least, most));
  }

  List<String> list(String key) {
    String value = find(key);
    return value == null || value.isBlank() ? List.of() : List.of(value.strip().split("\\s*,\\s*"));
  }

  /** Says which keys mean nothing; to be called when all that have a meaning were asked for. */
  void refuseUnknown() {
    Set<String> unknown = new TreeSet<>(file.keySet());
    unknown.addAll(overrides.keySet());
    unknown.removeAll(known);
    if (!unknown.isEmpty()) {
      throw new ConfigException(
          "Unknown configuration key%s %s; cluster-config/node.yaml lists all there are."
              .formatted(unknown.size() == 1 ? "" : "s", String.join(", ", unknown)));
    }
  }

  private @Nullable String find(String key) {
    known.add(key);
    return Stream.of(overrides.get(key), environment.get(variable(key)), file.get(key))
        .filter(Objects::nonNull)
        .findFirst()
        .orElse(null);
  }

  private static String variable(String key) {
    return "DRAGOMAN_" + key.toUpperCase(Locale.ROOT).replace('.', '_');
  }

  private static String contents(String name, Path file) {
    try {
      return Files.readString(file).strip();
    } catch (IOException e) {
      throw new ConfigException("%s: the file %s cannot be read.".formatted(name, file));
    }
  }

  private static JsonNode parse(Path file) {
    try {
      JsonNode root = new YAMLMapper().readTree(Files.readAllBytes(file));
      if (!root.isMissingNode() && !root.isObject()) {
        throw new ConfigException("%s: a mapping of keys to values is needed.".formatted(file));
      }
      return root;
    } catch (JacksonException e) {
      throw new ConfigException(
          "%s, line %d: this is not YAML."
              .formatted(file, e.getLocation() == null ? 1 : e.getLocation().getLineNr()));
    } catch (IOException e) {
      throw new ConfigException("%s: the configuration file cannot be read.".formatted(file));
    }
  }

  private static void flatten(String prefix, JsonNode node, Map<String, String> into) {
    for (Map.Entry<String, JsonNode> field : node.properties()) {
      String key = prefix + field.getKey();
      switch (field.getValue().getNodeType()) {
        case OBJECT -> flatten(key + ".", field.getValue(), into);
        case NULL -> {}
        case ARRAY -> {
          List<String> items = new ArrayList<>();
          field.getValue().forEach(item -> items.add(item.asText()));
          into.put(key, String.join(",", items));
        }
        default -> into.put(key, field.getValue().asText());
      }
    }
  }
}
