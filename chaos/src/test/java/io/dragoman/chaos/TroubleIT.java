package io.dragoman.chaos;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What goes wrong with everyone at some time is told in one sentence, and with a non-zero exit. */
@Timeout(120)
class TroubleIT {
  @TempDir Path directory;

  @Test
  void aPortInUse() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String address = "127.0.0.1:" + taken.getLocalPort();
      assertTold(address, "standin", "--openai", address, "--speech", "127.0.0.1:0");
      assertTold(address, node("--listen", address));
    }
  }

  @Test
  void aMissingKey() throws Exception {
    assertTold("OPENAI_API_KEY", "node", "--set", "speech.endpoint=127.0.0.1:1");
  }

  @Test
  void anUnreadableWav() throws Exception {
    Path text = Files.writeString(directory.resolve("speech.wav"), "this is no WAV");
    assertTold("speech.wav", "stream", "--url", "ws://127.0.0.1:1", "--wav", text.toString());
    assertTold(
        "nowhere.wav",
        "stream",
        "--url",
        "ws://127.0.0.1:1",
        "--wav",
        directory.resolve("nowhere.wav").toString());
  }

  @Test
  void aWrongConfiguration() throws Exception {
    Path file =
        Files.writeString(directory.resolve("node.yaml"), "quota:\n  requests_per_minute: many\n");
    assertTold("quota.requests_per_minute", node("--config", file.toString()));
    assertTold("node.colour", node("--set", "node.colour=blue"));
    assertTold("HOST:PORT", node("--grid", "nonsense"));
  }

  private static String[] node(String... more) {
    String[] start = {
      "node",
      "--set",
      "openai.api_key=k",
      "--set",
      "speech.endpoint=127.0.0.1:1",
      "--admin",
      "127.0.0.1:0"
    };
    String[] all = Arrays.copyOf(start, start.length + more.length);
    System.arraycopy(more, 0, all, start.length, more.length);
    return all;
  }

  private void assertTold(String what, String... arguments) throws Exception {
    try (Dragoman dragoman = Dragoman.start(directory, arguments)) {
      assertNotEquals(0, dragoman.exit());
      String told =
          dragoman
              .errors()
              .lines()
              .filter(line -> line.startsWith("dragoman: "))
              .findFirst()
              .orElseThrow(() -> new AssertionError(dragoman.errors()));
      assertTrue(told.contains(what), told);
      assertFalse(dragoman.errors().contains("\tat "), dragoman::errors);
      assertEquals("", dragoman.output());
    }
  }
}
