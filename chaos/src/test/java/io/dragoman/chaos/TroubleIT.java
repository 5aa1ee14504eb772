package io.dragoman.chaos;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What goes wrong with everyone at some time is told in one sentence, and with a non-zero exit. */
@Timeout(600)
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

  @Test
  void everyMistakeOfAConfigurationIsToldAtOnceByANodeAndByTheCheck() throws Exception {
    Path file =
        Files.writeString(
            directory.resolve("node.yaml"),
            "sessions:\n  most: many\n  moist: 5\nnode:\n  admin: 127.0.0.1:8080\n");
    String told =
        """
        dragoman: F, line 2: sessions.most: "many" is not a whole number from 1 to 100000.
        dragoman: F, line 3: sessions.moist: there is no such key; did you mean sessions.most?
        dragoman: F, line 5: node.admin: 127.0.0.1:8080 is taken by node.listen (127.0.0.1:8080); each needs a port of its own.
        """
            .replace("F,", file + ",");
    for (String[] command :
        new String[][] {
          {"check-config", file.toString()},
          {
            "node",
            "--config",
            file.toString(),
            "--set=openai.api_key=k",
            "--set=speech.endpoint=127.0.0.1:1"
          }
        }) {
      try (Dragoman dragoman = Dragoman.start(directory, command)) {
        assertEquals(2, dragoman.exit());
        assertEquals(told, dragoman.errors());
        assertEquals("", dragoman.output());
      }
    }
  }

  @Test
  void aSignalIsAnswered() throws Exception {
    try (Dragoman standIn =
        Dragoman.start(
            directory, "standin", "--openai", "127.0.0.1:0", "--speech", "127.0.0.1:0")) {
      standIn.awaitReady();
      standIn.handle().destroy();
      assertEquals(143, standIn.exit());
      assertTrue(standIn.errors().contains("dragoman: stopping…"), standIn::errors);
    }
  }

  @Test
  void aSecondSignalEndsADemoAtOnceAndLeavesNoProcessBehind() throws Exception {
    try (Dragoman demo =
        Dragoman.start(directory, "demo", "--standin", "--nodes=1", "--sessions=1", "--json")) {
      demo.awaitSaid("session");
      assertEquals(2, demo.handle().descendants().count());
      List<ProcessHandle> children = demo.handle().descendants().toList();
      demo.handle().destroy();
      await()
          .pollInterval(Duration.ofMillis(5))
          .atMost(Duration.ofSeconds(10))
          .until(() -> demo.errors().contains("dragoman: stopping…"));
      demo.handle().destroy();
      assertEquals(143, demo.exit());
      assertEquals("", demo.output(), "asked once, it says its summary");
      await()
          .atMost(Duration.ofSeconds(60))
          .until(() -> children.stream().noneMatch(ProcessHandle::isAlive));
    }
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
