package io.dragoman.cli;

import io.dragoman.client.AudioPacer;
import io.dragoman.client.CaptionClient;
import io.dragoman.client.ClientException;
import io.dragoman.client.Ending;
import io.dragoman.client.SessionAddress;
import io.dragoman.protocol.ClientMessage;
import io.dragoman.protocol.CloseCode;
import io.dragoman.protocol.ErrorCode;
import io.dragoman.protocol.ServerMessage;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code dragoman stream}: speaks a WAV file to a node, and shows what comes back. */
@Command(
    name = "stream",
    description = {
      "Sends a WAV file to a node as if it were being spoken, and prints its captions: on a terminal"
          + " as they grow, elsewhere only those that are final."
    },
    mixinStandardHelpOptions = true,
    sortOptions = false,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:All captions came.",
      "1:The session broke off.",
      "2:The command line is wrong: an address without sessions, an unknown language.",
      "3:The file cannot be read, or no node answers, or it has no room."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  dragoman stream --url ws://127.0.0.1:8080 --wav talk.wav --to es,de",
      "  dragoman stream --url ws://127.0.0.1:8080 --wav talk.wav > captions.txt",
      "  dragoman stream --url ws://10.0.0.1:8080,ws://10.0.0.2:8080 --wav talk.wav"
    })
final class StreamCommand implements Callable<Integer>, CaptionClient.Listener {
  private static final int CHUNK_SAMPLES = WavAudio.SAMPLE_RATE / 20;
  private static final Duration START_TIMEOUT = Duration.ofSeconds(15);

  /** A BCP 47 tag, as far as its form goes: the languages that there are have no longer names. */
  private static final Pattern LANGUAGE = Pattern.compile("[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8}){0,4}");

  @Option(
      names = "--url",
      required = true,
      split = ",",
      paramLabel = "URL",
      description =
          "The node, or its balancer: ws://HOST:PORT or wss://HOST:PORT. With several, a session that"
              + " loses its node goes on through the next.")
  private List<String> urls = List.of();

  @Option(
      names = "--wav",
      required = true,
      paramLabel = "FILE",
      description = "16-bit PCM of any rate; several channels are mixed.")
  private Path wav = Path.of("");

  @Option(
      names = "--from",
      paramLabel = "LANG",
      defaultValue = "en-US",
      description = "What is spoken (default: ${DEFAULT-VALUE}).")
  private String from = "";

  @Option(
      names = "--to",
      paramLabel = "LANG",
      split = ",",
      defaultValue = "es",
      description = "What to translate into, such as es,de (default: ${DEFAULT-VALUE}).")
  private List<String> to = List.of();

  private final PrintStream out = System.out;
  private final CaptionPrinter printer = new CaptionPrinter(out, LiveBlock.terminal());

  /** The trouble that was told last, until a caption shows that it is over. */
  private volatile @Nullable ErrorCode told;

  @Override
  public Integer call() throws CommandException, ClientException, InterruptedException {
    SessionAddress address = address();
    requireLanguage("--from", from);
    for (String language : to) {
      requireLanguage("--to", language);
    }
    try (WavAudio audio = WavAudio.open(wav);
        CaptionClient client = connect(address)) {
      awaitStarted(client);
      return speak(audio, client);
    } catch (IOException e) {
      throw new CommandException(ExitCode.UNAVAILABLE, wav + " cannot be read: " + e.getMessage());
    }
  }

  private SessionAddress address() throws CommandException {
    try {
      return SessionAddress.parse(urls.toArray(String[]::new));
    } catch (ClientException e) {
      throw new CommandException(ExitCode.USAGE, "--url: " + e.getMessage());
    }
  }

  private static void requireLanguage(String option, String tag) throws CommandException {
    if (!LANGUAGE.matcher(tag).matches()) {
      throw new CommandException(
          ExitCode.USAGE,
          "%s: \"%s\" is not a language tag such as es or en-US.".formatted(option, tag));
    }
  }

  private CaptionClient connect(SessionAddress address)
      throws CommandException, InterruptedException {
    try {
      return CaptionClient.connect(address, start(), this);
    } catch (ClientException e) {
      throw new CommandException(
          e.isWrongAddress() ? ExitCode.USAGE : ExitCode.UNAVAILABLE,
          e.getMessage()
              + "; give a running node's node.listen as --url ws://HOST:PORT (a node prints it when"
              + " it is ready)");
    }
  }

  /** What a node calls a bad message was made of this command's options. */
  private static void awaitStarted(CaptionClient client)
      throws ClientException, CommandException, InterruptedException {
    try {
      client.awaitStarted(START_TIMEOUT);
    } catch (ClientException e) {
      if (client.awaitEnd(Duration.ZERO) instanceof Ending.Closed closed
          && closed.code() == CloseCode.BAD_MESSAGE.code()) {
        throw new CommandException(ExitCode.USAGE, e.getMessage());
      }
      throw e;
    }
  }

  private ClientMessage.SessionStart start() {
    return new ClientMessage.SessionStart(
        "translation",
        new ClientMessage.Audio("pcm_s16le", WavAudio.SAMPLE_RATE, 1),
        List.of(from),
        to.stream().map(ClientMessage.Target::new).toList(),
        new ClientMessage.Partials(true, "balanced"),
        true,
        null);
  }

  private int speak(WavAudio audio, CaptionClient client)
      throws IOException, CommandException, InterruptedException {
    try {
      AudioPacer pacer = new AudioPacer(WavAudio.SAMPLE_RATE);
      long position = 0;
      byte[] pcm = audio.read(CHUNK_SAMPLES);
      while (pcm.length > 0) {
        position += pcm.length / WavAudio.BYTES_PER_SAMPLE;
        pacer.awaitSample(position);
        client.sendAudio(pcm);
        pcm = audio.read(CHUNK_SAMPLES);
      }
      // From now on the node may wait for less long.
      told = null;
      client.send(new ClientMessage.SessionEnd());
    } catch (ClientException e) {
      throw failed(e.getMessage());
    }
    Ending ending = client.awaitEnd();
    if (!ending.regular()) {
      throw failed(ending.describe());
    }
    return ExitCode.OK;
  }

  private CommandException failed(String sentence) {
    printer.finish();
    return new CommandException(ExitCode.FAILED, sentence);
  }

  /** Trouble that stays is told again and again by the node. What is fatal ends the command. */
  private void tell(ServerMessage.Failure failure) {
    if (!failure.fatal() && failure.code() != told) {
      told = failure.code();
      printer.printLine("! " + failure.message());
    }
  }

  @Override
  public void onInterrupted(Ending why) {
    told = null;
    printer.printLine("! " + sentence(why.describe()) + " What is said is kept.");
  }

  @Override
  public void onResumed(Duration away) {
    printer.printLine(
        String.format(Locale.ROOT, "! It goes on, after %.1f s.", away.toMillis() / 1e3));
  }

  private static String sentence(String text) {
    String begun = text.substring(0, 1).toUpperCase(Locale.ROOT) + text.substring(1);
    return begun.endsWith(".") ? begun : begun + ".";
  }

  @Override
  public void onMessage(String raw, @Nullable ServerMessage message) {
    switch (message) {
      case ServerMessage.SessionStarted started -> {
        printer.printLine("Session on node " + started.node() + ".");
        if (!started.standIn().isEmpty()) {
          printer.printLine(
              "What answers is a stand-in, not the real service: "
                  + String.join(", ", started.standIn())
                  + ".");
        }
      }
      case ServerMessage.Caption caption -> {
        told = null;
        printer.print(caption);
      }
      case ServerMessage.Failure failure -> tell(failure);
      case ServerMessage.SessionResumed resumed ->
          printer.printLine("Session on node " + resumed.node() + ".");
      case ServerMessage.Gap gap ->
          printer.printLine(
              String.format(
                  Locale.ROOT,
                  "! %.1f s of what was said are lost.",
                  (gap.toSample() - gap.fromSample()) / (double) WavAudio.SAMPLE_RATE));
      case ServerMessage.SessionEnded ended -> {
        printer.finish();
        printer.printLine(
            "Ended after %.1f s of audio, %,d requests and %,d tokens."
                .formatted(
                    ended.usage().audioMs() / 1e3,
                    ended.usage().requests(),
                    ended.usage().tokens()));
      }
      case null, default -> {}
    }
  }
}
