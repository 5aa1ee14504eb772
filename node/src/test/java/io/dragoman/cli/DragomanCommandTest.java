package io.dragoman.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
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

@Timeout(30)
class DragomanCommandTest {
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
  @ValueSource(strings = {"", "demo", "standin", "stream"})
  void everyCommandHasHelpWithExamples(String command) {
    String[] args = Stream.of(command, "--help").filter(a -> !a.isEmpty()).toArray(String[]::new);

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
        "DRAGOMAN_SPEECH_ENDPOINT=127.0.0.1:8402",
        "DRAGOMAN_NODE_STAND_INS=openai,speech"
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
        Arguments.of(List.of("stream", "--wav", "x.wav"), "Missing required option: '--url=URL'"),
        Arguments.of(List.of("demo", "--nodes", "0"), "--nodes must be 1 to 20"),
        Arguments.of(List.of("demo", "--inject", "maybe"), "expected one of [LOSE, DOUBLE]"),
        Arguments.of(List.of("standin", "--openai", "0.0.0.0:1"), "not an address on loopback"),
        Arguments.of(List.of("standin", "--limit-rpm", "0"), "0 is not positive"),
        Arguments.of(List.of("sing"), "Unmatched argument"));
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

  @Test
  void anUnreadableWavIsASentence() throws IOException {
    Path text = Files.writeString(folder.resolve("talk.wav"), "hello");

    assertEquals(
        ExitCode.UNAVAILABLE, run("stream", "--url", "ws://127.0.0.1:1", "--wav", text.toString()));
    assertTold(text + " is not a WAV file.");
  }

  @Test
  void anAbsentNodeIsASentence() throws IOException {
    Path wav = folder.resolve("talk.wav");
    AudioFormat format = new AudioFormat(24_000, 16, 1, true, false);
    AudioSystem.write(
        new AudioInputStream(InputStream.nullInputStream(), format, 0),
        AudioFileFormat.Type.WAVE,
        wav.toFile());
    int port;
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = socket.getLocalPort();
    }

    assertEquals(
        ExitCode.UNAVAILABLE,
        run("stream", "--url", "ws://127.0.0.1:" + port, "--wav", wav.toString()));
    assertTold("nothing answers at 127.0.0.1:" + port);
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
