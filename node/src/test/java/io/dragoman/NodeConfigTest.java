package io.dragoman;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dragoman.cluster.DispatchConfig;
import io.dragoman.quota.Limits;
import io.dragoman.quota.Policy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NodeConfigTest {
  private static final Path HOME = Path.of(System.getProperty("basedir", "."), "..");
  private static final Map<String, String> NEEDED =
      Map.of("OPENAI_API_KEY", "secret", "DRAGOMAN_SPEECH_ENDPOINT", "127.0.0.1:8402");

  @TempDir Path directory;

  @Test
  void theFileAsShippedHoldsTheDefaults() {
    NodeConfig defaults = read(null, NEEDED, Map.of());
    assertEquals(defaults, read(HOME.resolve("cluster-config/node.yaml"), NEEDED, Map.of()));
    assertEquals(4_500, defaults.quota().limits().requests());
    assertEquals(1_800_000, defaults.quota().limits().tokens());
  }

  @Test
  void theCommandLineWinsOverTheEnvironmentAndBothOverTheFile() throws Exception {
    Path file =
        write("quota:\n  requests_per_minute: 100\n  tokens_per_minute: 10000\n  policy: fair\n");
    Map<String, String> environment = new HashMap<>(NEEDED);
    environment.put("DRAGOMAN_QUOTA_REQUESTS_PER_MINUTE", "50");
    environment.put("DRAGOMAN_QUOTA_POLICY", "equal");
    NodeConfig config = read(file, environment, Map.of("quota.tokens_per_minute", "20000"));
    assertEquals(50, config.quota().limits().requests());
    assertEquals(20_000, config.quota().limits().tokens());
    assertEquals(Policy.EQUAL, config.quota().policy());
  }

  /** What "dragoman quota set" takes must be good for the file, and no less. */
  @Test
  void tokensMayBeConfiguredInTheRangeInWhichTheyMayBeSet() {
    for (long tokens : new long[] {Limits.LEAST_TOKENS, 3_000_000_000L, Limits.MOST_TOKENS}) {
      assertEquals(tokens, read(null, NEEDED, tokens(tokens)).quota().limits().tokens());
    }
    for (long tokens : new long[] {100, Limits.LEAST_TOKENS - 1, Limits.MOST_TOKENS + 1}) {
      assertThrows(ConfigException.class, () -> read(null, NEEDED, tokens(tokens)));
    }
  }

  private static Map<String, String> tokens(long tokens) {
    return Map.of("quota.tokens_per_minute", String.valueOf(tokens));
  }

  @Test
  void aSecretMayBeInAFile() throws Exception {
    Path key = write("from-a-file\n");
    NodeConfig config =
        read(
            null,
            Map.of(
                "OPENAI_API_KEY_FILE", key.toString(), "DRAGOMAN_SPEECH_ENDPOINT", "127.0.0.1:1"),
            Map.of());
    assertEquals("from-a-file", config.openAi().apiKey());
    assertFalse(config.toString().contains("from-a-file"));
  }

  @Test
  void theProjectIsTheOneOfTheKeyFile() throws Exception {
    Path key = write("{\"project_id\":\"hall\"}");
    NodeConfig config =
        read(
            null,
            Map.of("OPENAI_API_KEY", "k", "GOOGLE_APPLICATION_CREDENTIALS", key.toString()),
            Map.of());
    assertEquals("hall", config.speech().project());
  }

  @Test
  void whatIsReachedWithoutEncryptionIsPlayedByAStandIn() throws Exception {
    Path key = write("{\"project_id\":\"hall\"}");
    Map<String, String> real =
        Map.of("OPENAI_API_KEY", "k", "GOOGLE_APPLICATION_CREDENTIALS", key.toString());

    assertEquals(List.of(), read(null, real, Map.of()).standIns());
    assertEquals(
        List.of("speech"), read(null, real, Map.of("speech.endpoint", "127.0.0.1:1")).standIns());
    assertEquals(
        List.of("openai"),
        read(null, real, Map.of("openai.base_url", "http://127.0.0.1:1/v1")).standIns());
  }

  @Test
  void listsAndDurations() {
    NodeConfig config =
        read(
            null,
            NEEDED,
            Map.of(
                "grid.members",
                "127.0.0.1:1, 127.0.0.1:2,127.0.0.1:3",
                "openai.timeout_s",
                "7",
                "grid.listen",
                "127.0.0.1:1"));
    assertEquals(List.of("127.0.0.1:1", "127.0.0.1:2", "127.0.0.1:3"), config.grid().members());
    assertEquals(2, config.grid().majority());
    assertEquals(Duration.ofSeconds(7), config.openAi().timeout());
    assertEquals(Duration.ofSeconds(7), config.quota().longestCall(), "the quota counts on it");
  }

  @ParameterizedTest
  @CsvSource({
    "'',                                                           150, 60,  0, 5",
    "quota.requests_per_minute=450,                                 15,  6,  0, 4",
    "quota.requests_per_minute=60,                                   8,  4,  0, 4",
    "quota.requests_per_minute=100000000,                         1024, 410, 0, 32",
    "dispatch.profile=sources,                                       5,  2, 25, 4",
    "dispatch.profile=sources dispatch.calls=8,                      8,  4, 25, 4",
    "dispatch.profile=sources dispatch.calls=1,                      1,  1, 25, 4",
    "dispatch.calls=6 dispatch.calls_when_limited=6,                 6,  6,  0, 4",
    "dispatch.profile=sources dispatch.interval_ms=50,               5,  2, 50, 4"
  })
  void howManyCallsAreMadeAtOnceFollowsFromTheLimitOrAProfile(
      String given, int calls, int whenLimited, int intervalMs, int connections) {
    Map<String, String> overrides = new HashMap<>();
    for (String one : given.split(" ", -1)) {
      if (!one.isEmpty()) {
        overrides.put(one.substring(0, one.indexOf('=')), one.substring(one.indexOf('=') + 1));
      }
    }
    NodeConfig config = read(null, NEEDED, overrides);
    assertEquals(
        new DispatchConfig(calls, whenLimited, Duration.ofMillis(intervalMs)), config.dispatch());
    assertEquals(connections, config.openAi().connections());
    assertTrue(config.openAi().mostCalls() >= calls);
  }

  @Test
  void anIntervalThatLeavesAPartOfTheQuotaUnusedIsNoted() {
    assertEquals(
        List.of(
            "command line: dispatch.profile: a node sends 2,400 requests a minute at most, and"
                + " quota.requests_per_minute is 4,500."),
        NodeConfig.check(HOME, null, NEEDED, Map.of("dispatch.profile", "sources")).notes());
    assertEquals(
        List.of(),
        NodeConfig.check(HOME, null, NEEDED, Map.of("dispatch.interval_ms", "13")).notes());
  }

  @ParameterizedTest
  @CsvSource({
    "quota.requests_per_minute,many,whole number from 1 to",
    "quota.policy,greedy,'one of: fair, equal'",
    "dispatch.profile,fast,'one of: automatic, sources'",
    "dispatch.calls,2000,whole number from 0 to 1024",
    "dispatch.calls_when_limited,200,'not in 1..150, the calls that the node makes at once'",
    "node.listen,8080,HOST:PORT",
    "grid.listen,127.0.0.1:99999,HOST:PORT",
    "node.colour,blue,node.colour",
    "speech.endpoint,192.0.2.1:1,another machine",
    "openai.base_url,ftp://x/,http",
    "openai.base_url,http://192.0.2.1/v1,another machine",
    "openai.base_url,a b,is not an address",
    "node.listen,http://127.0.0.1:80,HOST:PORT",
    "node.name,a b,1 to 64",
    "openai.model,' ',a model's name",
    "grid.members,nonsense,HOST:PORT"
  })
  void aMistakeIsToldInOneSentence(String key, String value, String told) {
    ConfigException refused =
        assertThrows(ConfigException.class, () -> read(null, NEEDED, Map.of(key, value)));
    assertTrue(String.valueOf(refused.getMessage()).contains(told), refused.getMessage());
  }

  @Test
  void whatIsMissingIsToldWithWhatToDo() {
    assertTold("OPENAI_API_KEY", Map.of("DRAGOMAN_SPEECH_ENDPOINT", "127.0.0.1:1"));
    assertTold("GOOGLE_APPLICATION_CREDENTIALS", Map.of("OPENAI_API_KEY", "k"));
    assertTold(
        "OPENAI_API_KEY_FILE",
        Map.of(
            "OPENAI_API_KEY_FILE",
            directory.resolve("none").toString(),
            "DRAGOMAN_SPEECH_ENDPOINT",
            "127.0.0.1:1"));
  }

  private void assertTold(String what, Map<String, String> environment) {
    ConfigException refused =
        assertThrows(ConfigException.class, () -> read(null, environment, Map.of()));
    assertTrue(String.valueOf(refused.getMessage()).contains(what), refused.getMessage());
  }

  private Path write(String content) throws Exception {
    return Files.writeString(Files.createTempFile(directory, "file", ".yaml"), content);
  }

  private static NodeConfig read(
      @Nullable Path file, Map<String, String> environment, Map<String, String> overrides) {
    return NodeConfig.read(HOME, file, environment, overrides);
  }
}
