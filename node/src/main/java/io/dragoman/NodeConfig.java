package io.dragoman;

import io.dragoman.cluster.DispatchConfig;
import io.dragoman.cluster.GridConfig;
import io.dragoman.cluster.GridFile;
import io.dragoman.openai.OpenAiConfig;
import io.dragoman.pipeline.PipelineConfig;
import io.dragoman.quota.Charge;
import io.dragoman.quota.Limits;
import io.dragoman.quota.Policy;
import io.dragoman.quota.QuotaConfig;
import io.dragoman.session.ConnectionConfig;
import io.dragoman.session.Origins;
import io.dragoman.session.SessionConfig;
import io.dragoman.speech.SpeechConfig;
import io.dragoman.websocket.HttpLimits;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Everything that a node must know before it starts. {@code cluster-config/node.yaml} says what
 * each key means.
 */
public record NodeConfig(
    String name,
    Address listen,
    Address admin,
    Duration drain,
    HttpLimits http,
    GridConfig grid,
    SessionConfig sessions,
    SpeechConfig speech,
    OpenAiConfig openAi,
    PipelineConfig captions,
    QuotaConfig quota,
    DispatchConfig dispatch) {

  private static final String MISSING = "missing";

  /** The default, which leaves the limit to the speech streams. */
  private static final int MOST_SESSIONS = 2_000;

  private static final long MINUTE_MS = 60_000;

  /** What a message from another node may take, at most, for the quota's bookings to hold. */
  private static final Duration NETWORK_BOUND = Duration.ofSeconds(2);

  /** Longer than it takes the grid to give up a member that is frozen. */
  private static final Duration OPENING = Duration.ofSeconds(10);

  public NodeConfig {
    Address place = new Address(grid.host(), grid.port());
    requireApart("node.admin", admin, "node.listen", listen);
    requireApart("grid.listen", place, "node.listen", listen);
    requireApart("grid.listen", place, "node.admin", admin);
    if (!grid.members().isEmpty() && !grid.members().contains(place.toString())) {
      throw new IllegalArgumentException(
          ("grid.members: this node itself, %s (its grid.listen), is missing in the list; add it,"
                  + " since every node of the cluster belongs there.")
              .formatted(place));
    }
  }

  /**
   * The services that stand-ins play, for clients to know. A service that is reached without
   * encryption is one on this machine, since the real ones and their credentials never are.
   */
  public List<String> standIns() {
    return Stream.of(
            speech.plaintext() ? "speech" : "",
            "http".equals(openAi.baseUrl().getScheme()) ? "openai" : "")
        .filter(name -> !name.isEmpty())
        .toList();
  }

  /**
   * Reads the configuration from a file, the environment and the command line; the later ones win.
   *
   * @param home the checkout or the installation, whose {@code cluster-config} is the default one
   * @param file a YAML file, or null
   * @throws ConfigException with all that is wrong or missing
   */
  public static NodeConfig read(
      Path home,
      @Nullable Path file,
      Map<String, String> environment,
      Map<String, String> overrides) {
    ConfigCheck check = check(home, file, environment, overrides);
    if (check.config() == null || !check.mistakes().isEmpty() || !check.missing().isEmpty()) {
      throw new ConfigException(
          Stream.of(check.mistakes(), check.missing()).flatMap(List::stream).toList());
    }
    return check.config();
  }

  /**
   * Reads the configuration as {@link #read} does, and tells what is wrong with it. Nothing is
   * opened or asked over the network.
   */
  public static ConfigCheck check(
      Path home,
      @Nullable Path file,
      Map<String, String> environment,
      Map<String, String> overrides) {
    Settings settings;
    try {
      settings = new Settings(file, environment, overrides);
    } catch (ConfigException e) {
      return new ConfigCheck(null, e.mistakes(), List.of(), List.of());
    }
    NodeConfig config = settings.build(() -> from(settings, home));
    for (String told : GridFile.mistakes(config.grid().file())) {
      settings.tell(
          "grid.config",
          Files.exists(config.grid().file())
              ? told
              : "there is no file %s; a relative path begins where Dragoman is installed."
                  .formatted(config.grid().file()));
    }
    settings.tellUnknown();
    return new ConfigCheck(config, settings.mistakes(), settings.missing(), settings.notes());
  }

  /** Asks for every key. What is missing has a placeholder, so that all the rest can be checked. */
  static NodeConfig from(Settings settings, Path home) {
    String name = settings.text("node.name", "node");
    Address listen = address(settings, "node.listen", "127.0.0.1:8080");
    Address admin = address(settings, "node.admin", "127.0.0.1:8081");
    Address place = address(settings, "grid.listen", "127.0.0.1:5701");
    Duration callTimeout = settings.seconds("openai.timeout_s", 20, 1, 120);
    SpeechConfig speech = speech(settings);
    int requestsPerMinute = settings.number("quota.requests_per_minute", 4_500, 1, 100_000_000);
    DispatchConfig dispatch = dispatch(settings, requestsPerMinute);
    return new NodeConfig(
        name,
        listen,
        admin,
        settings.seconds("node.drain_s", 20, 1, 3_600),
        new HttpLimits(
            settings.number("http.head_bytes", 16_384, 1_024, 65_536),
            settings.seconds("http.head_s", 10, 1, 60),
            settings.seconds("http.request_s", 60, 5, 600)),
        new GridConfig(
            home.resolve(settings.text("grid.config", "cluster-config/hazelcast.yaml")),
            name,
            place.host(),
            place.port(),
            settings.list("grid.members"),
            home.resolve(settings.text("node.data", "data"))),
        sessions(settings, speech),
        speech,
        openAi(settings, callTimeout).withCalls(dispatch.calls()),
        PipelineConfig.of(settings.text("openai.model", "gpt-4o-mini")),
        new QuotaConfig(
            new Limits(
                requestsPerMinute,
                settings.number(
                    "quota.tokens_per_minute", 1_800_000, Limits.LEAST_TOKENS, Limits.MOST_TOKENS),
                settings.number("quota.requests_per_second", 100_000_000, 1, 100_000_000)),
            settings.choice("quota.policy", Policy.FAIR),
            settings.choice("quota.charge", Charge.RESERVED),
            callTimeout,
            NETWORK_BOUND),
        dispatch);
  }

  private static DispatchConfig dispatch(Settings settings, int requestsPerMinute) {
    DispatchConfig.Profile profile =
        settings.choice("dispatch.profile", DispatchConfig.Profile.AUTOMATIC);
    DispatchConfig dispatch =
        DispatchConfig.of(profile, requestsPerMinute)
            .with(
                settings.number("dispatch.calls", 0, 0, DispatchConfig.MOST),
                settings.number("dispatch.calls_when_limited", 0, 0, DispatchConfig.MOST),
                settings.number("dispatch.interval_ms", 0, 0, 1_000));
    long intervalMs = dispatch.interval().toMillis();
    if (intervalMs * requestsPerMinute > MINUTE_MS) {
      String key =
          intervalMs == DispatchConfig.of(profile, requestsPerMinute).interval().toMillis()
              ? "dispatch.profile"
              : "dispatch.interval_ms";
      settings.note(
          key,
          "a node sends %,d requests a minute at most, and quota.requests_per_minute is %,d."
              .formatted(MINUTE_MS / intervalMs, requestsPerMinute));
    }
    return dispatch;
  }

  private static SessionConfig sessions(Settings settings, SpeechConfig speech) {
    int most = settings.number("sessions.most", MOST_SESSIONS, 1, 100_000);
    if (most > speech.maxStreams() && most != MOST_SESSIONS) {
      settings.note(
          "sessions.most",
          "%d has no effect: speech.max_streams allows %d.".formatted(most, speech.maxStreams()));
    }
    return new SessionConfig(
        Math.min(most, speech.maxStreams()),
        settings.seconds("speech.buffer_s", 30, 2, 300),
        settings.seconds("sessions.ahead_s", 5, 1, 60),
        settings.seconds("sessions.overflow_s", 10, 1, 60),
        settings.seconds("sessions.start_s", 10, 1, 300),
        settings.seconds("sessions.idle_s", 300, 10, 86_400),
        settings.seconds("sessions.resume_s", 60, 10, 3_600),
        settings.seconds("sessions.transcript_s", 3_600, 0, 604_800),
        OPENING,
        new ConnectionConfig(
            settings.number("sessions.connections", 5_000, 1, 100_000),
            settings.number("sessions.message_bytes", 65_536, 4_096, 1_048_576),
            settings.number("sessions.fragments", 256, 1, 65_536),
            settings.number("sessions.messages_per_s", 200, 100, 100_000),
            settings.number("sessions.outbox_messages", 1_024, 16, 65_536),
            settings.number("sessions.outbox_bytes", 1_048_576, 65_536, 16_777_216),
            settings.seconds("sessions.ping_s", 20, 1, 300),
            settings.seconds("sessions.connection_s", 14_400, 60, 604_800),
            settings.seconds("sessions.patience_s", 10, 1, 60),
            new Origins(
                settings.list("sessions.origins"),
                settings.flag("sessions.require_origin", false))));
  }

  private static SpeechConfig speech(Settings settings) {
    String endpoint = settings.text("speech.endpoint", "");
    String project = settings.text("speech.project", "");
    if (endpoint.isEmpty() && project.isEmpty()) {
      project = settings.googleProject("speech.project");
    }
    if (endpoint.isEmpty() && project.isEmpty()) {
      settings.missing(
          "speech.project",
          "set GOOGLE_APPLICATION_CREDENTIALS to a key file of your Google Cloud project, or"
              + " DRAGOMAN_SPEECH_ENDPOINT to a server on this machine that speaks the protocol,"
              + " such as \"dragoman standin\".");
      project = MISSING;
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
      settings.missing(
          "openai.api_key",
          "set OPENAI_API_KEY, or OPENAI_API_KEY_FILE to a file that holds the key.");
      key = MISSING;
    }
    String base = settings.text("openai.base_url", "https://api.openai.com/v1");
    try {
      return OpenAiConfig.of(new URI(base), key, timeout);
    } catch (URISyntaxException e) {
      throw new IllegalArgumentException(
          "openai.base_url: \"%s\" is not an address such as https://api.openai.com/v1."
              .formatted(base),
          e);
    }
  }

  private static Address address(Settings settings, String key, String otherwise) {
    return Address.parse(key, settings.text(key, otherwise));
  }

  private static void requireApart(String key, Address one, String otherKey, Address other) {
    if (one.collidesWith(other)) {
      throw new IllegalArgumentException(
          "%s: %s is taken by %s (%s); each needs a port of its own."
              .formatted(key, one, otherKey, other));
    }
  }
}
