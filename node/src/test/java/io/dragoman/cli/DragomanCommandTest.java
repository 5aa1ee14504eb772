package io.dragoman.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dragoman.ConfigCheck;
import io.dragoman.NodeConfig;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import javax.sound.sampled.AudioFileFormat;
import javax.sound.sampled.AudioFormat;
import javax.sound.sampled.AudioInputStream;
import javax.sound.sampled.AudioSystem;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

@Timeout(180)
class DragomanCommandTest {
  private static final Path HOME = Path.of(System.getProperty("basedir", "."), "..");

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private final Path folder;

  DragomanCommandTest(@TempDir Path folder) {
    this.folder = folder;
  }

  private int run(String... args) {
    return DragomanCommand.commandLine()
        .setColorScheme(CommandLine.Help.defaultColorScheme(CommandLine.Help.Ansi.OFF))
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .execute(args);
  }

  /** One sentence, and nothing else. */
  private void assertTold(String sentence) {
    assertEquals("dragoman: " + sentence + System.lineSeparator(), err.toString());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "demo",
        "node",
        "check-config",
        "standin",
        "status",
        "quota",
        "quota set",
        "drain",
        "stream"
      })
  void everyCommandHasHelpWithExamples(String command) {
    String[] args = (command + " --help").strip().split(" ");

    assertEquals(ExitCode.OK, run(args));
    assertTrue(out.toString().contains("Example"), out.toString());
  }

  @Test
  void theHelpTellsTheExitCodes() {
    run("--help");

    for (int code :
        List.of(
            ExitCode.OK,
            ExitCode.FAILED,
            ExitCode.USAGE,
            ExitCode.UNAVAILABLE,
            ExitCode.INTERRUPTED)) {
      assertTrue(out.toString().matches("(?s).*\\R +" + code + " +\\w.*"), out.toString());
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "OPENAI_API_KEY=stand-in",
        "DRAGOMAN_OPENAI_BASE_URL=http://127.0.0.1:8401/v1",
        "DRAGOMAN_SPEECH_ENDPOINT=127.0.0.1:8402"
      })
  void theStandInsHelpTellsHowANodeUsesThem(String setting) {
    run("standin", "--help");

    assertTrue(out.toString().contains(setting), out.toString());
  }

  @Test
  void theVersionIsTold() {
    assertEquals(ExitCode.OK, run("--version"));
    assertTrue(out.toString().startsWith("dragoman "), out.toString());
  }

  static Stream<Arguments> wrongUsage() {
    return Stream.of(
        Arguments.of(List.of("stream", "--wav", "x.wav"), "--url URL is needed"),
        Arguments.of(List.of("stream"), "--url URL and --wav FILE are needed"),
        Arguments.of(List.of("node", "--config"), "--config needs a value: FILE"),
        Arguments.of(List.of("node", "--set", "x"), "--set: \"x\" is not KEY=VALUE"),
        Arguments.of(List.of("node", "a"), "\"a\" means nothing here"),
        Arguments.of(List.of("demo", "--nodes", "0"), "--nodes must be 1 to 20"),
        Arguments.of(List.of("demo", "--nodes", "x"), "--nodes: \"x\" is not a whole number"),
        Arguments.of(List.of("demo", "--nodes=1", "--nodes=2"), "--nodes is given twice"),
        Arguments.of(
            List.of("demo", "--second", "3"), "no option --second; did you mean --seconds?"),
        Arguments.of(
            List.of("demo", "--inject", "maybe"), "--inject: \"maybe\" is not one of lose, double"),
        Arguments.of(
            List.of("demo", "--fault", "reset:2"),
            "--fault: \"2\" is not a share of the calls, above 0 and at most 1, such as 0.3"),
        Arguments.of(
            List.of("demo", "--fault", "resett"), "--fault: \"resett\" is not one of rate"),
        Arguments.of(
            List.of("standin", "--charge", "foo"),
            "--charge: \"foo\" is not one of reserved, usage"),
        Arguments.of(
            List.of("demo", "--kill-one", "--roll"),
            "--roll, --chaos, --fault and --inject come one"),
        Arguments.of(List.of("demo", "--cut-one", "--freeze-one"), "--cut-one, --roll, --chaos,"),
        Arguments.of(
            List.of("demo", "--cut-one", "--nodes=2"), "--nodes must be at least 3 where one"),
        Arguments.of(
            List.of("demo", "--roll", "--nodes=2"), "--nodes must be at least 3 where one"),
        Arguments.of(List.of("demo", "--chaos=0"), "--chaos must be at least 1"),
        Arguments.of(List.of("demo", "--json=maybe"), "--json: takes no value"),
        Arguments.of(
            List.of("standin", "--openai", "0.0.0.0:1"),
            "--openai: '0.0.0.0:1' is not an address on loopback"),
        Arguments.of(
            List.of("standin", "--speech-wrong-tail", "much"),
            "--speech-wrong-tail: \"much\" is not a number"),
        Arguments.of(List.of("standin", "--limit-rpm", "0"), "0 is not positive"),
        Arguments.of(List.of("status", "--admin", "here"), "\"here\" is not HOST:PORT"),
        Arguments.of(List.of("status", "--admin", "a:1/b"), "\"a:1/b\" is not HOST:PORT"),
        Arguments.of(List.of("status", "--sessions", "-1"), "--sessions must be 0 to 1000"),
        Arguments.of(List.of("quota", "--admin", "here"), "\"here\" is not HOST:PORT"),
        Arguments.of(
            List.of("quota", "set"),
            "at least one of --requests-per-minute N, --tokens-per-minute N and"
                + " --requests-per-second N is needed"),
        Arguments.of(
            List.of("quota", "set", "--tokens-per-minute", "many"),
            "--tokens-per-minute: \"many\" is not a whole number"),
        Arguments.of(List.of("quota", "st"), "there is no command st; did you mean set?"),
        Arguments.of(List.of("strem"), "there is no command strem; did you mean stream?"),
        Arguments.of(List.of("dmeo"), "there is no command dmeo; did you mean demo?"),
        Arguments.of(List.of("xyzzy"), "there is no command xyzzy (see dragoman --help)"));
  }

  @ParameterizedTest
  @MethodSource
  void wrongUsage(List<String> args, String sentence) {
    assertEquals(ExitCode.USAGE, run(args.toArray(String[]::new)));

    assertEquals(1, err.toString().lines().count(), err.toString());
    assertTrue(err.toString().contains(sentence), err.toString());
    assertTrue(err.toString().contains("--help)"), err.toString());
  }

  @Test
  void noCommandIsWrongUsage() {
    assertEquals(ExitCode.USAGE, run());
  }

  @ParameterizedTest
  @ValueSource(strings = {"--from", "--to"})
  void aLanguageThatThereCannotBeIsToldBeforeANodeIsAsked(String option) {
    assertEquals(
        ExitCode.USAGE,
        run("stream", "--url", "ws://127.0.0.1:1", "--wav", "x.wav", option, "klingon"));
    assertTold(option + ": \"klingon\" is not a language tag such as es or en-US.");
  }

  @Test
  void anUnreadableWavIsASentence() throws IOException {
    Path text = Files.writeString(folder.resolve("talk.wav"), "hello");

    assertEquals(
        ExitCode.UNAVAILABLE, run("stream", "--url", "ws://127.0.0.1:1", "--wav", text.toString()));
    assertTold(text + " is not a WAV file.");
  }

  @Test
  void aWrongUrlIsWrongUsage() {
    assertEquals(ExitCode.USAGE, run("stream", "--url", "http://127.0.0.1:1", "--wav", "x.wav"));
    assertTold("--url: \"http://127.0.0.1:1\" is not an address such as ws://127.0.0.1:8080");
  }

  @Test
  void aConfigurationIsChecked() throws IOException {
    Path right =
        Files.writeString(folder.resolve("right.yaml"), "grid:\n  listen: 10.0.0.1:5701\n");
    String installed = System.setProperty("dragoman.home", HOME.toString());
    try {
      assertEquals(ExitCode.OK, run("check-config", right.toString()), err::toString);
      assertTrue(
          out.toString()
              .startsWith(
                  right
                      + " is right: clients at 127.0.0.1:8080, operators at 127.0.0.1:8081,"
                      + " the only node, its grid at 10.0.0.1:5701, 4,500 requests and 1,800,000"
                      + " tokens a minute."),
          out.toString());
      assertEquals(ExitCode.OK, run("check-config"), "the shipped file");
      assertEquals("", err.toString());
    } finally {
      if (installed == null) {
        System.clearProperty("dragoman.home");
      } else {
        System.setProperty("dragoman.home", installed);
      }
    }
  }

  @Test
  void aRightFileIsCalledRightThoughCredentialsAreMissing() throws IOException {
    Path right = Files.writeString(folder.resolve("right.yaml"), "node:\n  name: n1\n");
    ConfigCheck check = NodeConfig.check(HOME, right, Map.of(), Map.of());

    CheckConfigCommand.report(
        new PrintWriter(out, true), right, Objects.requireNonNull(check.config()), check);

    List<String> lines = out.toString().lines().toList();
    assertTrue(lines.getFirst().startsWith(right + " is right: "), lines.getFirst());
    assertEquals("  The file is right; to start here, a node still needs:", lines.get(1));
    assertEquals(4, lines.size(), out::toString);
    assertTrue(out.toString().contains("    openai.api_key: set "), out::toString);
    assertTrue(out.toString().contains("    speech.project: set "), out::toString);
  }

  @Test
  void theMistakesOfAllFilesAreTold() throws IOException {
    Path one =
        Files.writeString(folder.resolve("one.yaml"), "node:\n  colour: blue\n  listen: x\n");
    Path two = Files.writeString(folder.resolve("two.yaml"), "- a\n");

    assertEquals(ExitCode.USAGE, run("check-config", one.toString(), two.toString()));
    List<String> lines = err.toString().lines().toList();
    assertEquals("", out.toString());
    assertTrue(
        lines.get(0).startsWith("dragoman: " + one + ", line 2: node.colour: "), err::toString);
    assertTrue(
        lines.get(1).startsWith("dragoman: " + one + ", line 3: node.listen: "), err::toString);
    assertTrue(lines.getLast().startsWith("dragoman: " + two + ": "), err::toString);
  }

  private Path silence() throws IOException {
    Path wav = folder.resolve("talk.wav");
    AudioFormat format = new AudioFormat(24_000, 16, 1, true, false);
    AudioSystem.write(
        new AudioInputStream(InputStream.nullInputStream(), format, 0),
        AudioFileFormat.Type.WAVE,
        wav.toFile());
    return wav;
  }

  @Test
  void anAbsentNodeIsASentence() throws IOException {
    Path wav = silence();
    int port;
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = socket.getLocalPort();
    }

    assertEquals(
        ExitCode.UNAVAILABLE,
        run("stream", "--url", "ws://127.0.0.1:" + port, "--wav", wav.toString()));
    assertTold(
        "nothing answers at 127.0.0.1:"
            + port
            + "; give a running node's node.listen as --url ws://HOST:PORT (a node prints it when"
            + " it is ready)");
  }

  @ParameterizedTest
  @ValueSource(strings = {"ws://127.0.0.1:99999", "ws://127.0.0.1:0", "ws://nobody.invalid:8080"})
  void anAddressThatCannotBeRightIsWrongUsage(String url) throws IOException {
    assertEquals(ExitCode.USAGE, run("stream", "--url", url, "--wav", silence().toString()));
    assertEquals(1, err.toString().lines().count(), err.toString());
  }

  @Test
  void aStatusThatNobodyTellsIsASentence() throws IOException {
    int port;
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = socket.getLocalPort();
    }

    assertEquals(ExitCode.UNAVAILABLE, run("status", "--admin", "127.0.0.1:" + port));
    assertTold(
        "nothing answers at 127.0.0.1:"
            + port
            + "; give a running node's node.admin as --admin HOST:PORT (a node prints it when it is"
            + " ready)");
  }

  @ParameterizedTest
  @ValueSource(strings = {"404 Not Found", "200 OK"})
  void aStatusOfSomethingElseIsASentence(String answer) throws Exception {
    try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Thread server = Thread.startVirtualThread(() -> answerOnce(other, answer));
      String address = "127.0.0.1:" + other.getLocalPort();

      assertEquals(ExitCode.UNAVAILABLE, run("status", "--admin", address));
      assertEquals(1, err.toString().lines().count(), err.toString());
      assertTrue(
          err.toString().contains("what answers at " + address + " is no admin listener"),
          err.toString());
      server.join();
    }
  }

  private static void answerOnce(ServerSocket server, String answer) {
    try (Socket client = server.accept()) {
      client.getInputStream().readNBytes(1);
      client
          .getOutputStream()
          .write(
              "HTTP/1.1 %s\r\nContent-Length: 2\r\n\r\nhi"
                  .formatted(answer)
                  .getBytes(StandardCharsets.US_ASCII));
      client.getInputStream().transferTo(OutputStream.nullOutputStream());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"openai", "speech"})
  void aPortInUseIsASentence(String which) throws IOException {
    String other = which.equals("openai") ? "speech" : "openai";
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      int port = socket.getLocalPort();

      assertEquals(
          ExitCode.UNAVAILABLE,
          run("standin", "--" + which + "=127.0.0.1:" + port, "--" + other + "=127.0.0.1:0"));
      assertTrue(err.toString().contains("cannot listen on 127.0.0.1:" + port), err.toString());
      assertEquals(1, err.toString().lines().count(), err.toString());
    }
  }
}
