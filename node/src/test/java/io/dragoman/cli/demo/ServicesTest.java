package io.dragoman.cli.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ServicesTest {
  private static final Path HOME = Path.of(System.getProperty("basedir", "."), "..");
  private static final Services.StandIns STAND_INS =
      new Services.StandIns("http://127.0.0.1:8401/v1", "127.0.0.1:8402");

  @Test
  void withoutCredentialsAllIsPlayedByStandIns() {
    Map<String, @Nullable String> env =
        Services.from(Map.of("OPENAI_API_KEY", " "), false).nodeEnvironment(STAND_INS);

    assertEquals("http://127.0.0.1:8401/v1", env.get("DRAGOMAN_OPENAI_BASE_URL"));
    assertEquals(Services.STAND_IN_KEY, env.get("OPENAI_API_KEY"));
    assertEquals("127.0.0.1:8402", env.get("DRAGOMAN_SPEECH_ENDPOINT"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "OPENAI_API_KEY",
        "OPENAI_API_KEY_FILE",
        "DRAGOMAN_OPENAI_API_KEY",
        "DRAGOMAN_OPENAI_API_KEY_FILE"
      })
  void whateverANodeReadsTheKeyFromMeansTheRealOpenAi(String name) {
    Map<String, String> given = Map.of(name, "sk-1");
    Services real = Services.from(given, false);
    assertEquals(new Services(true, false), real);
    assertFalse(real.nodeEnvironment(STAND_INS).containsKey(name), "the node inherits the real");

    Map<String, @Nullable String> env = Services.from(given, true).nodeEnvironment(STAND_INS);
    assertTrue(env.containsKey(name));
    assertNotEquals("sk-1", env.get(name));
    assertEquals(Services.STAND_IN_KEY, env.get("OPENAI_API_KEY"));

    Map<String, @Nullable String> standIn = Services.standInEnvironment();
    assertTrue(standIn.containsKey(name));
    assertNull(standIn.get(name));
  }

  @Test
  void allThatIsWrongWithTheCredentialsIsToldAtOnce() {
    Map<String, String> wrong =
        Map.of("OPENAI_API_KEY_FILE", "/no/key", "GOOGLE_APPLICATION_CREDENTIALS", "/no/google");

    List<String> mistakes = mistakes(wrong, false);
    assertEquals(2, mistakes.size(), mistakes::toString);
    assertTrue(mistakes.getFirst().contains("GOOGLE_APPLICATION_CREDENTIALS"), mistakes::toString);
    assertTrue(mistakes.getLast().contains("/no/key"), mistakes::toString);

    assertEquals(List.of(), mistakes(wrong, true), "stand-ins need none");
    assertEquals(List.of(), mistakes(Map.of(), false));
    assertEquals(List.of(), mistakes(Map.of("OPENAI_API_KEY", "sk-1"), false));
  }

  private static List<String> mistakes(Map<String, String> env, boolean standInOnly) {
    return Services.from(env, standInOnly).mistakes(env, HOME);
  }

  @Test
  void aStandInForSpeechHasNothingOfTheRealPlace() {
    Map<String, @Nullable String> env =
        Services.from(Map.of("DRAGOMAN_SPEECH_MODEL", "long"), false).nodeEnvironment(STAND_INS);

    assertTrue(env.containsKey("DRAGOMAN_SPEECH_MODEL"));
    assertNull(env.get("DRAGOMAN_SPEECH_MODEL"));
  }

  @Test
  void eachRealServiceIsUsedWhereItsOwnCredentialsAreSet() {
    Services services = Services.from(Map.of("OPENAI_API_KEY", "sk-1"), false);
    Map<String, @Nullable String> env = services.nodeEnvironment(STAND_INS);

    assertEquals(new Services(true, false), services);
    assertFalse(env.containsKey("OPENAI_API_KEY"), "the node inherits the real key");
    assertFalse(env.containsKey("DRAGOMAN_OPENAI_BASE_URL"));
    assertEquals("127.0.0.1:8402", env.get("DRAGOMAN_SPEECH_ENDPOINT"));
  }

  @Test
  void aRealKeyNeverReachesAStandIn() {
    Services services =
        Services.from(
            Map.of("OPENAI_API_KEY_FILE", "key", "GOOGLE_APPLICATION_CREDENTIALS", "g.json"), true);
    Map<String, @Nullable String> env = services.nodeEnvironment(STAND_INS);

    assertEquals(new Services(false, false), services);
    assertTrue(env.containsKey("OPENAI_API_KEY_FILE"));
    assertNull(env.get("OPENAI_API_KEY_FILE"));
    assertTrue(env.containsKey("GOOGLE_APPLICATION_CREDENTIALS"));
    assertNull(env.get("GOOGLE_APPLICATION_CREDENTIALS"));
  }
}
