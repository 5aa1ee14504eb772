package io.dragoman;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is wrong is told all at once, each in a sentence that says where. */
@Timeout(180)
class ConfigMistakesTest {
  private static final Path HOME = Path.of(System.getProperty("basedir", "."), "..");
  private static final String SECRET = "sk-very-secret";

  @TempDir Path directory;
  private Path file;

  @BeforeEach
  void name() {
    file = directory.resolve("node.yaml");
  }

  @Test
  void allMistakesOfAllSourcesAreToldAtOnceInTheirOrder() throws IOException {
    ConfigCheck check =
        check(
            """
            node:
              name: "a b"
              listen: 8080
              colour: blue
            grid:
              listen: 0.0.0.0:5701
              members: n1:5701
            sesions:
              most: 5
            sessions:
              most: abc
              message_bytes: [1, 2]
              overflow_s: 0
              most: 7
            speech: yes
            openai:
              base_url: http://192.0.2.1/v1
              api_key:
                sk: sk-very-secret
              timeout_s: 121
            quota:
              policy: greedy
              tokens_per_minute: !!java.net.URL [x]
            """,
            Map.of(
                "DRAGOMAN_SPEECH_MAX_STREAMS", "10001",
                "DRAGOMAN_SPEECH_MAX_STREEMS", "5",
                "DRAGOMAN_HOME", "/opt/dragoman",
                "OPENAI_API_KEY", "a b"),
            Map.of("speech.location", "a/b", "speech.modle", "long"));

    String told = String.join("\n", check.mistakes()).replace(file.toString(), "F");
    assertEquals(
        """
        F, line 2: node.name is 'a b'; it must be 1 to 64 letters, digits, '.', '_' or '-'.
        F, line 3: node.listen: "8080" is not HOST:PORT, for example 127.0.0.1:8080, with a port from 0 to 65535.
        F, line 4: node.colour: there is no such key; cluster-config/node.yaml lists all there are.
        F, line 6: grid.listen is 0.0.0.0; it must be an address that the other nodes can reach.
        F, line 7: grid.members: one value stands where a list belongs; write [a, b], or [] for none.
        F, line 8: sesions: there is no such key; did you mean sessions?
        F, line 11: sessions.most: "abc" is not a whole number from 1 to 100000.
        F, line 12: sessions.message_bytes: a list stands where one value belongs.
        F, line 13: sessions.overflow_s: "0" is not a whole number from 1 to 60.
        F, line 14: sessions.most: stands here again; line 11 has it already.
        F, line 15: speech: is a section, with keys of its own below it.
        F, line 17: openai.base_url: http://192.0.2.1/v1 is on another machine, where the key must not travel in plaintext; use https.
        F, line 18: openai.api_key: keys stand below it, where one value belongs.
        F, line 20: openai.timeout_s: "121" is not a whole number from 1 to 120.
        F, line 22: quota.policy: "greedy" is not one of: fair, equal.
        F, line 23: quota.tokens_per_minute: tags (!) are not taken; write the plain value, in quotes if need be.
        DRAGOMAN_SPEECH_MAX_STREAMS (environment): speech.max_streams: "10001" is not a whole number from 1 to 10000.
        DRAGOMAN_SPEECH_MAX_STREEMS (environment): there is no such variable; did you mean DRAGOMAN_SPEECH_MAX_STREAMS?
        OPENAI_API_KEY (environment): openai.api_key: a key without spaces or control characters is needed.
        command line: speech.location: "a/b" is empty or holds a slash.
        command line: speech.modle: there is no such key; did you mean speech.model?""",
        told);
    assertEquals(1, check.missing().size(), "the project; the key is wrong, not missing");
    ConfigException refused =
        assertThrows(
            ConfigException.class,
            () -> NodeConfig.read(HOME, file, Map.of("OPENAI_API_KEY", "a b"), Map.of()));
    assertTrue(refused.mistakes().containsAll(check.missing()));
    assertEquals(String.join("\n", refused.mistakes()), refused.getMessage());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "node.admin=127.0.0.1:8080|node.admin: 127.0.0.1:8080 is taken by node.listen (127.0.0.1:8080)",
        "sessions.message_bytes=600000|sessions.message_bytes: 600000 bytes may be 37.5 s of audio, more than speech.buffer_s (30 s) holds",
        "node.listen=0.0.0.0:8081|is taken by node.listen (0.0.0.0:8081)",
        "grid.listen=127.0.0.1:8081|grid.listen: 127.0.0.1:8081 is taken by node.admin",
        "grid.members=10.0.0.2:5701,10.0.0.3:5701|this node itself, 127.0.0.1:5701 (its grid.listen), is missing",
        "grid.members=127.0.0.1:5701,10.0.0.2:5701,10.0.0.2:5701|10.0.0.2:5701 is there twice",
      })
  void whatDoesNotGoTogetherIsTold(String given, String told) throws IOException {
    List<String> parts = List.of(given.split("=", 2));
    ConfigCheck check = check("", Map.of(), Map.of(parts.getFirst(), parts.getLast()));
    assertEquals(1, check.mistakes().size(), check.mistakes()::toString);
    assertTrue(
        check.mistakes().getFirst().startsWith("command line: "), check.mistakes()::toString);
    assertTrue(check.mistakes().getFirst().contains(told), check.mistakes()::toString);
  }

  @Test
  void portsThatAreAnyFreeOneDoNotCollide() throws IOException {
    assertRight("node:\n  listen: 127.0.0.1:0\n  admin: 127.0.0.1:0\n");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "# nothing\n",
        "---\n",
        "sessions:\n",
        "sessions:\n  most:\n",
        "sessions: {most: 5}\n",
        "sessions.most: 5\n",
        "\uFEFFsessions:\n  most: 5\n",
        "sessions:\r\n  most: 100_000\r\n",
      })
  void theseAreRight(String content) throws IOException {
    assertRight(content);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "'a: [\n'|line 2: this is not YAML",
        "'a: b: c\n'|line 1: this is not YAML: mapping values are not allowed here",
        "'- a\n'|a mapping is needed",
        "'just words'|a mapping is needed",
        "'node:\n\tname: a\n  \tlisten: b\n'|line 2: a tab stands where YAML needs spaces",
        "'a: *unknown\n'|line 1: this is not YAML",
        "'--- {}\n--- {}\n'|line 2: this is not YAML",
        "'a: \u0001\n'|this is not YAML",
        "'? [a]\n: b\n'|line 1: this is no key",
        "'grid:\n  members: [[a]]\n'|line 2: grid.members: an item of a list is one plain value",
        "'grid:\n  members: {a: b}\n'|keys stand below it, where a list belongs",
        "'node:\n  name: |\n    a\n    b\n'|a value is one line",
        "'node: &n\n  name: a\nsessions: *n\n'|line 3: sessions: aliases (*) are not taken",
        "'node: &n {a: *n}\n'|node.a: aliases (*) are not taken",
        "'!!javax.script.ScriptEngineManager [a]\n'|a mapping is needed",
        "'node: !!javax.script.ScriptEngineManager [a]\n'|node: tags (!) are not taken",
      },
      ignoreLeadingAndTrailingWhitespace = false)
  void theseAreTold(String content, String told) throws IOException {
    List<String> mistakes = check(content, Map.of(), Map.of()).mistakes();
    assertTrue(mistakes.stream().anyMatch(mistake -> mistake.contains(told)), mistakes::toString);
  }

  @Test
  void everyTabIsTold() throws IOException {
    assertEquals(2, check("node:\n\tname: a\n\tlisten: b\n", Map.of(), Map.of()).mistakes().size());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "openai:\n  api_key: [sk-very-secret]\n",
        "openai:\n  api_key: {a: sk-very-secret}\n",
        "openai:\n  api_key: \"sk-very-secret\\n\\0\"\n",
        "openai:\n  api_key: \"sk-very-secret x\"\n",
        "openai:\n  api_key: *sk-very-secret\n",
        "openai:\n  api_key: !sk-very-secret x\n",
        "openai:\n  api_key: sk-very-secret: x\n",
        "openai:\n  api_key: a\n  api_key: sk-very-secret\n",
        "openai:\n\tapi_key: sk-very-secret\n",
        "openai:\n  api_key: \"sk-very-secret\n",
        "openai:\n  api_kye: sk-very-secret\n",
        "openai: sk-very-secret\n",
        "sk-very-secret",
      })
  void aSecretIsNeverTold(String content) throws IOException {
    List<String> mistakes = check(content, Map.of(), Map.of()).mistakes();
    assertFalse(mistakes.isEmpty());
    assertFalse(mistakes.toString().contains(SECRET), mistakes::toString);
  }

  @Test
  void aSecretOfTheEnvironmentOrTheCommandLineIsNotToldEither() throws IOException {
    Path key = Files.writeString(directory.resolve("key"), SECRET + " x");
    for (Map<String, String> environment :
        List.of(
            Map.of("OPENAI_API_KEY", SECRET + " x"),
            Map.of("DRAGOMAN_OPENAI_API_KEY", SECRET + " x"),
            Map.of("OPENAI_API_KEY_FILE", key.toString()))) {
      List<String> mistakes = check("", environment, Map.of("openai.key", SECRET)).mistakes();
      assertEquals(2, mistakes.size(), mistakes::toString);
      assertFalse(mistakes.toString().contains(SECRET), mistakes::toString);
    }
  }

  @Test
  void filesThatNobodyMeantAreRefusedAtOnce() throws IOException {
    assertHopeless("there is no such configuration file", directory.resolve("none.yaml"));
    assertHopeless("this is a folder", directory);
    assertHopeless("is not read", Path.of("/dev/zero"));
    Files.write(file, new byte[] {'a', ':', ' ', (byte) 0xff});
    assertHopeless("not text in UTF-8", file);
    Files.writeString(file, "a: " + "[".repeat(10_000));
    assertHopeless("not YAML", file);
    Files.writeString(file, "a: " + "x".repeat(300_000));
    assertHopeless("256 KiB", file);
  }

  @Test
  void anAvalancheOfMistakesIsCutShort() throws IOException {
    StringBuilder content = new StringBuilder("sessions:\n");
    for (int i = 0; i < 20_000; i++) {
      content.append("  mo").append(i).append(": 1\n");
    }
    List<String> mistakes = check(content.toString(), Map.of(), Map.of()).mistakes();
    assertEquals(101, mistakes.size());
    assertEquals("… and 19900 more.", mistakes.getLast());
  }

  @Test
  void aBombOfAliasesIsRefused() throws IOException {
    StringBuilder bomb = new StringBuilder("a0: &a0 [x, x]\n");
    for (int i = 1; i < 40; i++) {
      bomb.append("a%d: &a%d [*a%d, *a%d]\n".formatted(i, i, i - 1, i - 1));
    }
    assertFalse(check(bomb.toString(), Map.of(), Map.of()).mistakes().isEmpty());
  }

  @Test
  void theGridsFileIsChecked() throws IOException {
    Path grid = directory.resolve("grid.yaml");
    String content = "grid:\n  config: " + grid + "\n";
    assertTold("there is no file " + grid, content);
    Files.writeString(
        grid, "hazelcast:\n  netwrok: {}\n  map:\n    quota:\n      backup-count: 9\n");
    List<String> mistakes = check(content, Map.of(), Map.of()).mistakes();
    assertEquals(2, mistakes.size(), mistakes::toString);
    assertTrue(mistakes.getFirst().startsWith(file + ", line 2: grid.config: " + grid));
    assertTrue(mistakes.toString().contains("netwrok"), mistakes::toString);
    assertTrue(mistakes.toString().contains("hazelcast.map.quota.backup-count: 9 is not less"));
    Files.writeString(grid, "hazelcast:\n\tx: 1\n");
    assertTold("TAB", content);
    Files.writeString(grid, "- a\n");
    assertTold("a mapping is needed", content);
    Files.writeString(grid, "");
    assertTold("null", content);
  }

  @Test
  void whatHidesAValueOfTheFileIsNoted() throws IOException {
    ConfigCheck check =
        check(
            "sessions:\n  most: 5\nnode:\n  name: a\n",
            Map.of("DRAGOMAN_SESSIONS_MOST", "6", "DRAGOMAN_NODE_LISTEN", "127.0.0.1:1"),
            Map.of("node.name", "b"));
    assertEquals(List.of(), check.mistakes());
    assertEquals(
        List.of(
            "DRAGOMAN_SESSIONS_MOST (environment): sessions.most is used from here, not from "
                + file
                + ", line 2.",
            "command line: node.name is used from here, not from " + file + ", line 4."),
        check.notes());
  }

  @Test
  void aLimitThatNeverCountsIsNoted() throws IOException {
    String streams = "speech:\n  max_streams: 40\nsessions:\n  most: ";
    assertEquals(
        List.of(file + ", line 4: sessions.most: 50 has no effect: speech.max_streams allows 40."),
        check(streams + "50\n", Map.of(), Map.of()).notes());
    assertEquals(List.of(), check(streams + "40\n", Map.of(), Map.of()).notes());
    assertEquals(List.of(), check(streams + "2000\n", Map.of(), Map.of()).notes(), "the default");
  }

  @Test
  void credentialsAreMissingOnlyToANode() throws IOException {
    ConfigCheck check = check("", Map.of(), Map.of());
    assertEquals(List.of(), check.mistakes());
    assertEquals(2, check.missing().size());
    ConfigException refused =
        assertThrows(
            ConfigException.class, () -> NodeConfig.read(HOME, file, Map.of(), Map.of("a.b", "c")));
    assertEquals(3, refused.mistakes().size(), "an unknown key is told beside them");
  }

  @Test
  void anInstallationWithoutItsGridsFileIsTold() throws IOException {
    Files.writeString(file, "node:\n  colour: blue\n");
    ConfigCheck check = NodeConfig.check(directory, file, Map.of(), Map.of());
    assertEquals(2, check.mistakes().size(), check.mistakes()::toString);
    assertTrue(check.mistakes().getLast().startsWith("grid.config: "), check.mistakes()::toString);
  }

  @ParameterizedTest
  @CsvSource({"true,true", "false,false", ",true"})
  void aFlagIsTrueOrFalse(@Nullable String given, boolean value) {
    Settings settings =
        new Settings(null, Map.of(), given == null ? Map.of() : Map.of("page.on", given));
    assertEquals(value, settings.flag("page.on", true));
    assertEquals(List.of(), settings.mistakes());
  }

  @Test
  void aFlagThatIsNeitherIsToldAndHasItsDefault() {
    Settings settings = new Settings(null, Map.of("DRAGOMAN_PAGE_ON", "perhaps"), Map.of());
    assertTrue(settings.flag("page.on", true));
    assertEquals(
        List.of("DRAGOMAN_PAGE_ON (environment): page.on: \"perhaps\" is neither true nor false."),
        settings.mistakes());
  }

  private void assertRight(String content) throws IOException {
    ConfigCheck check = check(content, Map.of(), Map.of());
    assertEquals(List.of(), check.mistakes());
  }

  private void assertTold(String told, String content) throws IOException {
    List<String> mistakes = check(content, Map.of(), Map.of()).mistakes();
    assertEquals(1, mistakes.size(), mistakes::toString);
    assertTrue(mistakes.getFirst().contains(told), mistakes::toString);
  }

  private static void assertHopeless(String told, Path file) {
    ConfigCheck check = NodeConfig.check(HOME, file, Map.of(), Map.of());
    assertEquals(1, check.mistakes().size(), check.mistakes()::toString);
    assertTrue(check.mistakes().getFirst().contains(told), check.mistakes()::toString);
    assertTrue(check.mistakes().getFirst().startsWith(file.toString()));
  }

  private ConfigCheck check(
      String content, Map<String, String> environment, Map<String, String> overrides)
      throws IOException {
    Files.writeString(file, content, StandardCharsets.UTF_8);
    return NodeConfig.check(HOME, file, environment, overrides);
  }
}
