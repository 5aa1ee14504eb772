package io.dragoman.cli;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dragoman.Address;
import io.dragoman.standin.Clips;
import io.dragoman.standin.Faults;
import io.dragoman.standin.OpenAiStandIn;
import io.dragoman.standin.OpenAiStandInConfig;
import io.dragoman.standin.OpenAiStandInConfig.Charge;
import io.dragoman.standin.SpeechStandIn;
import io.dragoman.standin.SpeechStandInConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** {@code dragoman standin}: the stand-ins by themselves. */
@Command(
    name = "standin",
    description = {
      "Serves stand-ins for OpenAI and for Google Speech v2 on their real wire protocols, so that"
          + " everything runs without a key.",
      "",
      "They know the clips that Dragoman ships; of other speech they say only that there was some,"
          + " and other text they translate into ģĩƀƀéřîšħ. All that comes from them is labelled so."
    },
    mixinStandardHelpOptions = true,
    sortOptions = false,
    footerHeading = "%nExamples:%n",
    footer = {
      "  dragoman standin",
      "  dragoman standin --limit-rpm 150 --charge usage",
      "  curl http://127.0.0.1:8401/standin/stats",
      "  Faults of both, set and lifted while it runs; GET tells which there are:",
      "    curl http://127.0.0.1:8401/standin/fault",
      "    curl -d '{\"name\": \"rate-limit\", \"retry_after_ms\": 2000, \"seconds\": 20}' \\",
      "      http://127.0.0.1:8401/standin/fault",
      "    curl -d '{\"name\": \"speech-unavailable\", \"share\": 0.5, \"seed\": 7}' \\",
      "      http://127.0.0.1:8401/standin/fault",
      "    curl -X DELETE http://127.0.0.1:8401/standin/fault",
      "  A node that uses them; the log at the start tells the same for other ports:",
      "    OPENAI_API_KEY=stand-in \\",
      "      DRAGOMAN_OPENAI_BASE_URL=http://127.0.0.1:8401/v1 \\",
      "      DRAGOMAN_SPEECH_ENDPOINT=127.0.0.1:8402 \\",
      "      dragoman node"
    })
final class StandinCommand implements Callable<Integer> {
  private static final Logger LOG = LoggerFactory.getLogger(StandinCommand.class);

  private static final String DEFAULT_KEY = "stand-in";

  @Spec private @Nullable CommandSpec spec;

  @Option(
      names = "--openai",
      paramLabel = "HOST:PORT",
      defaultValue = "127.0.0.1:8401",
      converter = LoopbackPort.class,
      description = "Where OpenAI is played; port 0 takes a free one (default: ${DEFAULT-VALUE}).")
  private int openAiPort;

  @Option(
      names = "--speech",
      paramLabel = "HOST:PORT",
      defaultValue = "127.0.0.1:8402",
      converter = LoopbackPort.class,
      description = "Where Google Speech is played (default: ${DEFAULT-VALUE}).")
  private int speechPort;

  @Option(
      names = "--api-key",
      paramLabel = "KEY",
      defaultValue = DEFAULT_KEY,
      description = "The key that OpenAI's stand-in takes (default: ${DEFAULT-VALUE}).")
  private String apiKey = "";

  @Option(
      names = "--limit-rpm",
      paramLabel = "N",
      defaultValue = "4500",
      description = "Requests it accepts in any rolling 60 s (default: ${DEFAULT-VALUE}).")
  private int limitRpm;

  @Option(
      names = "--limit-tpm",
      paramLabel = "N",
      defaultValue = "1800000",
      description = "Tokens it charges in any rolling 60 s (default: ${DEFAULT-VALUE}).")
  private int limitTpm;

  @Option(
      names = "--charge",
      paramLabel = "KIND",
      defaultValue = "reserved",
      description =
          "What a request is charged: reserved, the most its answer may have, or usage, what it"
              + " had in the end (default: ${DEFAULT-VALUE}).")
  private Charge charge = Charge.RESERVED;

  @Option(
      names = "--first-token-ms",
      paramLabel = "MS",
      defaultValue = "300",
      description = "The median delay to the first token (default: ${DEFAULT-VALUE}).")
  private int firstTokenMs;

  @Option(
      names = "--token-ms",
      paramLabel = "MS",
      defaultValue = "12",
      description = "From each token to the next (default: ${DEFAULT-VALUE}).")
  private int tokenMs;

  @Option(
      names = "--speech-interim-ms",
      paramLabel = "MS",
      defaultValue = "300",
      description = "How far interim results trail the speech (default: ${DEFAULT-VALUE}).")
  private int speechInterimMs;

  @Option(
      names = "--speech-final-ms",
      paramLabel = "MS",
      defaultValue = "700",
      description = "The silence after which an utterance is over (default: ${DEFAULT-VALUE}).")
  private int speechFinalMs;

  @Option(
      names = "--speech-wrong-tail",
      paramLabel = "P",
      defaultValue = "0.5",
      description =
          "How likely an interim is wrong about each of its last two words"
              + " (default: ${DEFAULT-VALUE}).")
  private double speechWrongTail;

  @Option(
      names = "--speech-max-seconds",
      paramLabel = "N",
      defaultValue = "300",
      description = "How long a stream may last (default: ${DEFAULT-VALUE}).")
  private int speechMaxSeconds;

  @Option(
      names = "--speech-idle-seconds",
      paramLabel = "N",
      defaultValue = "10",
      description = "How long a stream may be silent (default: ${DEFAULT-VALUE}).")
  private int speechIdleSeconds;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "1",
      description = "Of delays and wrong words (default: ${DEFAULT-VALUE}).")
  private long seed;

  @Option(
      names = "--until-eof",
      description = "Leaves when standard input closes, instead of only on a signal.")
  private boolean untilEof;

  @Override
  public Integer call() throws CommandException, InterruptedException {
    StopSignals.watch();
    requireFree("--openai", openAiPort);
    requireFree("--speech", speechPort);
    OpenAiStandInConfig openAiConfig = openAiConfig();
    SpeechStandInConfig speechConfig = speechConfig();
    Faults faults = new Faults();
    try (OpenAiStandIn openAi = startOpenAi(openAiConfig, faults);
        SpeechStandIn speech = startSpeech(speechConfig, faults)) {
      LOG.info("These are stand-ins for OpenAI and Google Speech: what they say is made up.");
      String openAiUrl = "http://127.0.0.1:" + openAi.port() + "/v1";
      String speechAddress = "127.0.0.1:" + speech.port();
      LOG.info("A node uses them with {}", String.join(" ", environment(openAiUrl, speechAddress)));
      ObjectNode ready = new JsonMapper().createObjectNode();
      ready.put("event", "ready");
      ready.put("openai", openAiUrl);
      ready.put("speech", speechAddress);
      System.out.println(ready);
      Lifetime.await(untilEof);
    }
    return ExitCode.OK;
  }

  /** What makes a node use the stand-ins; a key that was given is not shown. */
  private List<String> environment(String openAiUrl, String speechAddress) {
    return List.of(
        "OPENAI_API_KEY=" + (apiKey.equals(DEFAULT_KEY) ? DEFAULT_KEY : "<the --api-key>"),
        "DRAGOMAN_OPENAI_BASE_URL=" + openAiUrl,
        "DRAGOMAN_SPEECH_ENDPOINT=" + speechAddress);
  }

  private OpenAiStandInConfig openAiConfig() {
    try {
      return OpenAiStandInConfig.defaults()
          .withPort(openAiPort)
          .withApiKey(apiKey)
          .withLimits(new OpenAiStandInConfig.Limits(limitRpm, limitTpm, charge))
          .withDelays(
              new OpenAiStandInConfig.Delays(
                  Duration.ofMillis(firstTokenMs),
                  OpenAiStandInConfig.Delays.defaults().sigma(),
                  Duration.ofMillis(tokenMs),
                  seed));
    } catch (IllegalArgumentException e) {
      throw wrongUsage(e);
    }
  }

  private SpeechStandInConfig speechConfig() {
    try {
      SpeechStandInConfig defaults = SpeechStandInConfig.defaults().withPort(speechPort);
      return defaults
          .withHearing(
              new SpeechStandInConfig.Hearing(
                  Duration.ofMillis(speechInterimMs),
                  Duration.ofMillis(speechFinalMs),
                  defaults.hearing().maxUtterance(),
                  speechWrongTail,
                  seed))
          .withLimits(
              defaults
                  .limits()
                  .withMaxDuration(Duration.ofSeconds(speechMaxSeconds))
                  .withIdleTimeout(Duration.ofSeconds(speechIdleSeconds)));
    } catch (IllegalArgumentException e) {
      throw wrongUsage(e);
    }
  }

  private RuntimeException wrongUsage(IllegalArgumentException e) {
    return spec == null ? e : new ParameterException(spec.commandLine(), e.getMessage(), e);
  }

  private static void requireFree(String option, int port) throws CommandException {
    try {
      new Address("127.0.0.1", port).requireFree(option);
    } catch (IOException e) {
      throw new CommandException(ExitCode.UNAVAILABLE, String.valueOf(e.getMessage()));
    }
  }

  private static OpenAiStandIn startOpenAi(OpenAiStandInConfig config, Faults faults)
      throws CommandException {
    try {
      return OpenAiStandIn.start(
          config,
          Clips.shipped().stream().flatMap(clip -> clip.sentences().stream()).toList(),
          faults);
    } catch (UncheckedIOException e) {
      throw new CommandException(ExitCode.UNAVAILABLE, String.valueOf(e.getMessage()));
    }
  }

  private static SpeechStandIn startSpeech(SpeechStandInConfig config, Faults faults)
      throws CommandException {
    try {
      return SpeechStandIn.start(config, faults);
    } catch (IOException e) {
      throw new CommandException(
          ExitCode.UNAVAILABLE,
          "The speech stand-in cannot listen on 127.0.0.1:" + config.port() + ": " + reason(e));
    }
  }

  /** gRPC says only that it failed; its cause says why. */
  private static String reason(IOException e) {
    return String.valueOf(e.getCause() == null ? e.getMessage() : e.getCause().getMessage());
  }

  /** The port of an address on loopback; a stand-in is not for other machines. */
  static final class LoopbackPort implements ITypeConverter<Integer> {
    @Override
    public Integer convert(String address) {
      int colon = address.lastIndexOf(':');
      String host = colon < 0 ? "" : address.substring(0, colon);
      if (!host.equals("127.0.0.1") && !host.equals("localhost")) {
        throw new TypeConversionException(
            "'" + address + "' is not an address on loopback, such as 127.0.0.1:8401");
      }
      try {
        return Integer.valueOf(address.substring(colon + 1));
      } catch (NumberFormatException e) {
        throw new TypeConversionException("'" + address + "' does not end with a port");
      }
    }
  }
}
