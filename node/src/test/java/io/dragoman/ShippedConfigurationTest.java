package io.dragoman;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.dragoman.cluster.GridFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Loads every file of cluster-config as shipped, and holds what node.yaml says of each key. */
class ShippedConfigurationTest {
  private static final Path HOME = Path.of(System.getProperty("basedir", "."), "..");
  private static final Path SHIPPED = HOME.resolve("cluster-config");
  private static final Path NODE = SHIPPED.resolve("node.yaml");

  /**
   * What node.yaml says of a key.
   *
   * @param about its unit or form, and its range
   * @param value what the file sets it to
   */
  private record Described(
      String key, String about, String otherwise, boolean commentedOut, String value) {}

  @TestFactory
  Stream<DynamicTest> everyFileLoads() throws IOException {
    try (Stream<Path> files = Files.list(SHIPPED)) {
      return files.toList().stream()
          .map(file -> dynamicTest(file.getFileName().toString(), () -> load(file)));
    }
  }

  private static void load(Path file) {
    switch (file.getFileName().toString()) {
      case "node.yaml" -> {
        ConfigCheck check = NodeConfig.check(HOME, file, Map.of(), Map.of());
        assertEquals(List.of(), check.mistakes());
      }
      case "hazelcast.yaml" -> assertEquals(List.of(), GridFile.mistakes(file));
      // HAProxy itself reads it, in BalancerIT.
      case "README.md", "haproxy.cfg" -> assertTrue(file.toFile().length() > 0);
      default -> fail("nothing here loads this file; add what does");
    }
  }

  /** All at once, so that who adds keys is told of each. */
  @Test
  void nodeYamlTellsOfEveryKeyWhatTheCodeHolds() throws IOException {
    Settings settings = new Settings(null, Map.of(), Map.of());
    NodeConfig.from(settings, HOME);
    List<String> wrong = new ArrayList<>();
    List<Described> described = described();
    for (Settings.Key key : settings.asked()) {
      String otherwise = key.otherwise().isEmpty() ? "none" : key.otherwise();
      String range = key.range().isEmpty() ? "" : ", " + key.range();
      described.stream()
          .filter(candidate -> candidate.key().equals(key.name()))
          .findFirst()
          .ifPresentOrElse(
              found -> {
                if (!found.otherwise().equals(otherwise) || !found.about().endsWith(range)) {
                  wrong.add(found + " should say [UNIT%s, default %s]".formatted(range, otherwise));
                }
                if (!found.commentedOut()
                    && !found.value().equals(key.otherwise().isEmpty() ? "[]" : otherwise)) {
                  wrong.add(found + " should be set to its default, " + otherwise);
                }
                if (found.about().startsWith(",") || found.about().isBlank()) {
                  wrong.add(found + " should say its unit");
                }
              },
              () ->
                  wrong.add(
                      "%s lacks its line [UNIT%s, default %s], right above the key"
                          .formatted(key.name(), range, otherwise)));
    }
    described.removeIf(
        one -> settings.asked().stream().anyMatch(key -> key.name().equals(one.key())));
    described.forEach(one -> wrong.add(one + " is no key"));
    assertEquals("", String.join("\n", wrong));
  }

  private static List<Described> described() throws IOException {
    Pattern section = Pattern.compile("(\\w+):");
    Pattern about = Pattern.compile("  # \\[(.*), default (.+)]");
    Pattern key = Pattern.compile("  (# )?(\\w+): (.+)");
    List<Described> all = new ArrayList<>();
    String in = "";
    List<String> lines = Files.readAllLines(NODE);
    for (int i = 0; i < lines.size(); i++) {
      Matcher heading = section.matcher(lines.get(i));
      in = heading.matches() ? heading.group(1) : in;
      Matcher says = about.matcher(lines.get(i));
      if (says.matches()) {
        Matcher names = key.matcher(lines.get(i + 1));
        assertTrue(names.matches(), () -> says.group() + " is not followed by its key");
        all.add(
            new Described(
                in + "." + names.group(2),
                says.group(1),
                says.group(2),
                names.group(1) != null,
                names.group(3)));
      }
    }
    return all;
  }
}
