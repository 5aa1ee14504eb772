package io.dragoman.client;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dragoman.protocol.ClientMessage;
import io.helidon.websocket.WsSession;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.sound.sampled.AudioFileFormat;
import javax.sound.sampled.AudioFormat;
import javax.sound.sampled.AudioInputStream;
import javax.sound.sampled.AudioSystem;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The client of {@code docs/examples}, with a node or without. */
@Timeout(180)
class CaptionsExampleTest {
  private static final Path CLIENT =
      Path.of(System.getProperty("basedir", "."), "..", "docs", "examples", "Captions.java");
  private static final AudioFormat FORMAT = new AudioFormat(24_000, 16, 1, true, false);

  @TempDir Path directory;

  @Test
  void everyEscapeOfJsonIsRead() throws Exception {
    Path wav = silence();
    try (FakeNode node = new FakeNode(CaptionsExampleTest::speak)) {
      assertEquals(
          List.of("source: café 😀 and/or \"q\" \\u0041 $1 \\/", "closed: 1000 ended"),
          run("ws://" + node.address().authority(), wav.toString(), "es"));
    }
  }

  @Test
  void whatIsMissingIsToldInALine() throws Exception {
    Path wav = silence();
    assertEquals(
        List.of("usage: java Captions.java ws://127.0.0.1:8080 talk.wav es"), run(wav.toString()));
    assertEquals(
        List.of("no node at ws://127.0.0.1:1: java.net.ConnectException"),
        run("ws://127.0.0.1:1", wav.toString(), "es"));
    assertEquals(
        List.of(CLIENT + " cannot be read: File of unsupported format"),
        run("ws://127.0.0.1:1", CLIENT.toString(), "es"));
  }

  @Test
  void itHasThirtyLines() throws Exception {
    assertEquals(30, Files.readAllLines(CLIENT).size());
  }

  private Path silence() throws IOException {
    Path wav = directory.resolve("short.wav");
    AudioSystem.write(
        new AudioInputStream(new ByteArrayInputStream(new byte[9_600]), FORMAT, 4_800),
        AudioFileFormat.Type.WAVE,
        wav.toFile());
    return wav;
  }

  /** What it prints, on standard output and standard error. */
  private List<String> run(String... arguments) throws Exception {
    Path printed = directory.resolve("captions.txt");
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Dstdout.encoding=UTF-8", CLIENT.toString()));
    command.addAll(List.of(arguments));
    Process client =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(printed.toFile())
            .start();
    try {
      assertTrue(client.waitFor(50, SECONDS));
    } finally {
      client.destroyForcibly();
    }
    return Files.readAllLines(printed);
  }

  private static void speak(WsSession session, ClientMessage message) {
    if (message instanceof ClientMessage.SessionStart) {
      session.send(
          """
          {"type":"caption","role":"source","lang":"en-US","final":true,"text":"caf\\u00e9 \\uD83D\\ude00 and\\/or \\"q\\" \\\\u0041 $1 \\\\\\/"}""",
          true);
    }
    FakeNode.behaved(session, message);
  }
}
