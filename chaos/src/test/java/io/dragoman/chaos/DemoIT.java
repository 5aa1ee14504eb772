package io.dragoman.chaos;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The main command as a user runs it: real processes, a real cluster, stand-ins on their real
 * wires.
 */
@Timeout(600)
class DemoIT {
  private static final String[] A_BRIEF_ONE = {
    "demo", "--standin", "--nodes=1", "--sessions=3", "--seconds=8", "--json"
  };

  @TempDir Path directory;

  @Test
  void everyWordIsCaptionedAndTranslatedOnce() throws Exception {
    JsonNode summary = judged(0, "demo", "--standin", "--seconds", "12", "--json");
    assertNothingLost(summary);
    assertEquals(3, summary.path("nodes").asInt());
    assertEquals(3, summary.path("sessions_by_node").size());
    summary
        .path("sessions_by_node")
        .forEach(sessions -> assertTrue(sessions.asInt() > 0, summary.toString()));
    assertEquals(4500, summary.path("upstream").path("limit_requests").asInt());
    assertTrue(summary.path("partials").asInt() > 0);
    assertTrue(summary.path("caption_delay_ms").path("partial_p50").asInt() > 0);
    assertTrue(
        summary.path("caption_delay_ms").path("final_p95").asInt() < 20_000, summary.toString());
  }

  @ParameterizedTest
  @ValueSource(strings = {"lose", "double"})
  void aStreamThatIsBrokenOnPurposeIsNoticed(String how) throws Exception {
    try (Dragoman demo =
        Dragoman.start(
            directory, "demo", "--standin", "--seconds", "8", "--json", "--inject", how)) {
      assertEquals(1, demo.exit(), demo::errors);
      JsonNode summary = demo.summary();
      assertTrue(
          summary.path(how.equals("lose") ? "finals_lost" : "finals_doubled").asInt() > 0,
          summary.toString());
      assertTrue(
          demo.errors().contains("All other sessions: 0 words lost, 0 doubled."), demo::errors);
    }
  }

  @Test
  void aSmallQuotaIsSharedNeverOverrunAndPartialsGiveWay() throws Exception {
    JsonNode summary =
        judged(
            0,
            "demo",
            "--standin",
            "--sessions",
            "3",
            "--limit-rpm",
            "150",
            "--seconds",
            "75",
            "--salt",
            "--json");
    assertNothingLost(summary);
    assertTrue(
        summary.path("upstream").path("worst_window_requests").asInt() <= 150, summary.toString());
    assertEquals(150, summary.path("upstream").path("limit_requests").asInt());
    assertTrue(summary.path("share").path("jain").asDouble() >= 0.95, summary.toString());
  }

  @Test
  void aSecondDemoBesideTheFirstWorks() throws Exception {
    try (Dragoman first = Dragoman.start(directory, "demo", "--standin", "--nodes=1", "--json")) {
      first.awaitSaid("Open http");
      try (Dragoman second = Dragoman.start(directory, A_BRIEF_ONE)) {
        assertEquals(0, second.exit(), second::errors);
        assertNothingLost(second.summary());
      }
      first.handle().destroy();
      assertEquals(0, first.exit(), first::errors);
      assertNothingLost(first.summary());
    }
  }

  @Test
  void aPortThatIsTakenWhileTheNodeStartsIsPassedOver() throws Exception {
    try (Dragoman demo = Dragoman.start(directory, A_BRIEF_ONE)) {
      // The ports are chosen now; the node's own Java starts first. Another test may have them.
      demo.awaitSaid("Stand-ins: OpenAI");
      try (ServerSocket _ = occupied(8080)) {
        assertEquals(0, demo.exit(), demo::errors);
        assertNothingLost(demo.summary());
      }
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aDemoThatIsEndedLeavesNoProcessBehind(boolean killed) throws Exception {
    try (Dragoman demo = Dragoman.start(directory, "demo", "--standin", "--balancer", "--json")) {
      demo.awaitSaid("Open http");
      // Stand-ins, nodes, HAProxy and the three processes that end it.
      await().until(() -> demo.handle().descendants().count() == 8);
      List<ProcessHandle> children = demo.handle().descendants().toList();
      if (killed) {
        demo.handle().destroyForcibly();
      } else {
        demo.handle().destroy();
      }
      await()
          .atMost(Duration.ofMinutes(1))
          .until(() -> children.stream().noneMatch(ProcessHandle::isAlive));
      await().atMost(Duration.ofMinutes(1)).until(() -> !demo.handle().isAlive());
      assertEquals(
          killed, demo.output().isBlank(), "only a demo that was told to end says a summary");
    }
  }

  @Test
  void aDemoThatIsKilledWhileItStartsLeavesNoProcessBehind() throws Exception {
    try (Dragoman demo = Dragoman.start(directory, "demo", "--standin")) {
      await()
          .pollInterval(Duration.ofMillis(20))
          .atMost(Duration.ofMinutes(1))
          .until(() -> demo.handle().descendants().count() >= 2);
      List<ProcessHandle> children = demo.handle().descendants().toList();
      demo.handle().destroyForcibly();
      await()
          .atMost(Duration.ofMinutes(1))
          .until(() -> children.stream().noneMatch(ProcessHandle::isAlive));
    }
  }

  /** Keeps a port from others; where another program does so already, any port. */
  private static ServerSocket occupied(int port) throws IOException {
    try {
      return listening(port);
    } catch (IOException e) {
      return listening(0);
    }
  }

  private static ServerSocket listening(int port) throws IOException {
    return new ServerSocket(port, 1, InetAddress.getLoopbackAddress());
  }

  private JsonNode judged(int exit, String... arguments) throws Exception {
    try (Dragoman demo = Dragoman.start(directory, arguments)) {
      assertEquals(exit, demo.exit(), demo::errors);
      assertFalse(demo.errors().contains("\tat "), demo::errors);
      return demo.summary();
    }
  }

  private static void assertNothingLost(JsonNode summary) {
    assertTrue(summary.path("finals_expected").asInt() > 0, summary.toString());
    assertEquals(
        summary.path("finals_expected"), summary.path("finals_received"), summary.toString());
    assertEquals("0", summary.path("finals_lost").asText(), summary.toString());
    assertEquals("0", summary.path("finals_doubled").asText(), summary.toString());
    assertEquals(0, summary.path("upstream").path("rejected_429").asInt(), summary.toString());
  }
}
