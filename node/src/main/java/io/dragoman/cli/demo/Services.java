package io.dragoman.cli.demo;

import io.dragoman.ConfigCheck;
import io.dragoman.NodeConfig;
import io.dragoman.standin.FaultKind;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Which services answer the demo's nodes: each the real one where its credentials are set. */
record Services(boolean realOpenAi, boolean realSpeech) {
  /** All that a node reads OpenAI's key from. */
  private static final List<String> OPENAI_KEYS =
      List.of(
          "OPENAI_API_KEY",
          "OPENAI_API_KEY_FILE",
          "DRAGOMAN_OPENAI_API_KEY",
          "DRAGOMAN_OPENAI_API_KEY_FILE");

  private static final String SPEECH_KEY = "GOOGLE_APPLICATION_CREDENTIALS";

  /** What a node reads of Google Speech beside its credentials; the stand-in's are its own. */
  private static final List<String> SPEECH_PLACE =
      List.of("DRAGOMAN_SPEECH_LOCATION", "DRAGOMAN_SPEECH_MODEL");

  /** In place of where stand-ins will listen, as long as they do not. */
  private static final StandIns SOMEWHERE = new StandIns("http://127.0.0.1:1/v1", "127.0.0.1:1");

  /** The key that the stand-in for OpenAI takes. */
  static final String STAND_IN_KEY = "stand-in";

  /**
   * @param standInOnly whether real services are left alone in any case
   */
  static Services from(Map<String, String> env, boolean standInOnly) {
    return new Services(
        !standInOnly && OPENAI_KEYS.stream().anyMatch(key -> set(env, key)),
        !standInOnly && set(env, SPEECH_KEY));
  }

  private static boolean set(Map<String, String> env, String key) {
    return !env.getOrDefault(key, "").isBlank();
  }

  boolean anyStandIn() {
    return !realOpenAi || !realSpeech;
  }

  boolean real(FaultKind.Service service) {
    return switch (service) {
      case OPENAI -> realOpenAi;
      case SPEECH -> realSpeech;
    };
  }

  boolean anyReal() {
    return realOpenAi || realSpeech;
  }

  /**
   * What a node's environment needs beside the demo's own; null removes.
   *
   * @param standIns where they listen; null when there are none
   */
  Map<String, @Nullable String> nodeEnvironment(@Nullable StandIns standIns) {
    Map<String, @Nullable String> env = new HashMap<>();
    if (standIns != null && !realOpenAi) {
      OPENAI_KEYS.forEach(key -> env.put(key, null));
      env.put("OPENAI_API_KEY", STAND_IN_KEY);
      env.put("DRAGOMAN_OPENAI_BASE_URL", standIns.openAi());
    }
    if (standIns != null && !realSpeech) {
      env.put(SPEECH_KEY, null);
      SPEECH_PLACE.forEach(key -> env.put(key, null));
      env.put("DRAGOMAN_SPEECH_ENDPOINT", standIns.speech());
      env.put("DRAGOMAN_SPEECH_PROJECT", "stand-in");
    }
    return env;
  }

  /**
   * What a node would refuse to start on, sentences; what a stand-in plays needs nothing.
   *
   * @param home the checkout or the installation
   */
  List<String> mistakes(Map<String, String> env, Path home) {
    Map<String, String> all = new HashMap<>(env);
    nodeEnvironment(anyStandIn() ? SOMEWHERE : null)
        .forEach(
            (key, value) -> {
              if (value == null) {
                all.remove(key);
              } else {
                all.put(key, value);
              }
            });
    ConfigCheck check = NodeConfig.check(home, null, all, Map.of());
    return Stream.of(check.mistakes(), check.missing()).flatMap(List::stream).toList();
  }

  /** What the stand-ins' environment needs beside the demo's own: no credentials. */
  static Map<String, @Nullable String> standInEnvironment() {
    Map<String, @Nullable String> env = new HashMap<>();
    OPENAI_KEYS.forEach(key -> env.put(key, null));
    env.put(SPEECH_KEY, null);
    return env;
  }

  /** A sentence. */
  String describe() {
    if (realOpenAi && realSpeech) {
      return "Google Speech and OpenAI are the real services.";
    }
    if (realOpenAi) {
      return "OpenAI is the real service; a stand-in plays Google Speech.";
    }
    if (realSpeech) {
      return "Google Speech is the real service; a stand-in plays OpenAI.";
    }
    return "Stand-ins play Google Speech and OpenAI.";
  }

  /** Where the stand-ins listen: a base URL, and host and port. */
  record StandIns(String openAi, String speech) {}
}
