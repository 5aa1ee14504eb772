package io.dragoman;

import io.dragoman.cluster.GridConfig;
import io.dragoman.openai.OpenAiConfig;
import io.dragoman.pipeline.PipelineConfig;
import io.dragoman.quota.QuotaConfig;
import io.dragoman.session.SessionConfig;
import io.dragoman.speech.SpeechConfig;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Everything that a node must know before it starts. {@code cluster-config/node.yaml} says what
 * each key means.
 *
 * @param standIns the services that are played by stand-ins, for clients to know
 */
public record NodeConfig(
    String name,
    Address listen,
    Address admin,
    List<String> standIns,
    GridConfig grid,
    SessionConfig sessions,
    SpeechConfig speech,
    OpenAiConfig openAi,
    PipelineConfig captions,
    QuotaConfig quota) {

  /** What a message from another node may take, at most, for the quota's bookings to hold. */
  private static final Duration NETWORK_BOUND = Duration.ofSeconds(2);

  /**
   * Reads the configuration from a file, the environment and the command line; the later ones win.
   *
   * @param home the checkout or the installation, whose {@code cluster-config} is the default one
   * @param file a YAML file, or null
   * @throws ConfigException with a sentence that says what is wrong and what to do
   */
  public static NodeConfig read(
      Path home,
      @Nullable Path file,
      Map<String, String> environment,
      Map<String, String> overrides) {
    Settings settings = Settings.read(file, environment, overrides);
    try {
      NodeConfig config = from(settings, home);
      settings.refuseUnknown();
      return config;
    } catch (IllegalArgumentException e) {
      throw new ConfigException(String.valueOf(e.getMessage()));
    }
  }

  private static NodeConfig from(Settings settings, Path home) {
    String name = settings.text("node.name", "node");
    Address grid = Address.parse("grid.listen", settings.text("grid.listen", "127.0.0.1:5701"));
    Duration callTimeout = settings.seconds("openai.timeout_s", 20, 1, 120);
    SpeechConfig speech = speech(settings);
    return new NodeConfig(
        name,
        Address.parse("node.listen", settings.text("node.listen", "127.0.0.1:8080")),
        Address.parse("node.admin", settings.text("node.admin", "127.0.0.1:8081")),
        settings.list("node.stand_ins"),
        new GridConfig(
            Path.of(
                settings.text(
                    "grid.config", home.resolve("cluster-config/hazelcast.yaml").toString())),
            name,
            grid.host(),
            grid.port(),
            settings.list("grid.members")),
        new SessionConfig(
            Math.min(settings.number("sessions.most", 2_000, 1, 100_000), speech.maxStreams()),
            settings.number("sessions.message_bytes", 65_536, 4_096, 1_048_576),
            settings.seconds("speech.buffer_s", 30, 2, 300),
            settings.seconds("sessions.overflow_s", 10, 1, 60)),
        speech,
        openAi(settings, callTimeout),
        PipelineConfig.of(settings.text("openai.model", "gpt-4o-mini")),
        new QuotaConfig(
            settings.number("quota.requests_per_minute", 4_500, 1, 10_000_000),
            settings.number("quota.tokens_per_minute", 1_800_000, 1, 2_000_000_000),
            settings.number("quota.partials_percent", 60, 0, 100),
            callTimeout,
            NETWORK_BOUND,
            Duration.ofMinutes(1)));
  }

  private static SpeechConfig speech(Settings settings) {
    String endpoint = settings.text("speech.endpoint", "");
    String project = settings.text("speech.project", settings.googleProject());
    if (endpoint.isEmpty() && project.isEmpty()) {
      throw new ConfigException(
          "speech.project: set GOOGLE_APPLICATION_CREDENTIALS to a key file of your Google Cloud project, or"
              + " DRAGOMAN_SPEECH_ENDPOINT to a server on this machine that speaks the protocol,"
              + " such as \"dragoman standin\".");
    }
    SpeechConfig base =
        endpoint.isEmpty() ? SpeechConfig.google(project) : SpeechConfig.loopback(endpoint);
    return base.with(
        settings.text("speech.location", base.location()),
        settings.text("speech.model", base.model()),
        settings.number("speech.max_streams", 300, 1, 10_000),
        settings.seconds("speech.buffer_s", 30, 2, 300));
  }

  private static OpenAiConfig openAi(Settings settings, Duration timeout) {
    String key = settings.secret("openai.api_key", "OPENAI_API_KEY");
    if (key.isEmpty()) {
      throw new ConfigException(
          "openai.api_key: set OPENAI_API_KEY, or OPENAI_API_KEY_FILE to a file that holds the key.");
    }
    URI base =
        uri("openai.base_url", settings.text("openai.base_url", "https://api.openai.com/v1"));
    return OpenAiConfig.of(base, key, timeout);
  }

  private static URI uri(String key, String text) {
    try {
      return new URI(text);
    } catch (URISyntaxException e) {
      throw new ConfigException("%s: \"%s\" is not an address.".formatted(key, text));
    }
  }
}
