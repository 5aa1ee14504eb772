package io.dragoman.chaos;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A whole cluster while the services that it needs fail; docs/testing.md has the table. */
@Timeout(600)
class FaultIT {
  @TempDir Path directory;

  @ParameterizedTest
  @ValueSource(strings = {"rate-limit", "speech-unavailable"})
  void aFaultThatPassesLosesNothing(String fault) throws Exception {
    assertNothingLost(fault, "6");
  }

  @Tag("acceptance")
  @ParameterizedTest
  @ValueSource(
      strings = {
        "rate-limit:0.5",
        "server-error",
        "hang",
        "slow-start",
        "trickle:0.5",
        "reset",
        "reset:0.1",
        "cut",
        "filtered:0.3",
        "no-quota:0.2",
        "speech-cut",
        "speech-internal",
        "speech-exhausted:0.5",
        "speech-silent"
      })
  void anyFaultThatPassesLosesNothing(String fault) throws Exception {
    assertNothingLost(fault, "10");
  }

  @Test
  void aRefusedKeyEndsTheSessionsWithAReason() throws Exception {
    assertEnds("invalid-key", "4500: The language model refuses this server");
  }

  @Tag("acceptance")
  @ParameterizedTest
  @ValueSource(strings = {"speech-unauthenticated", "speech-denied", "speech-invalid"})
  void refusedSpeechEndsTheSessionsWithAReason(String fault) throws Exception {
    assertEnds(fault, "4500: Speech recognition failed");
  }

  private void assertNothingLost(String fault, String seconds) throws Exception {
    JsonNode summary =
        demo(0, "--sessions", "3", "--seconds", "18", "--fault", fault, "--fault-seconds", seconds);
    assertTrue(summary.path("finals_expected").asInt() > 0, summary.toString());
    assertEquals(
        summary.path("finals_expected"), summary.path("finals_received"), summary.toString());
    assertEquals("0", summary.path("finals_lost").asText(), summary.toString());
    assertEquals("0", summary.path("finals_doubled").asText(), summary.toString());
  }

  private void assertEnds(String fault, String sentence) throws Exception {
    try (Dragoman demo =
        Dragoman.start(
            directory,
            "demo",
            "--standin",
            "--sessions",
            "3",
            "--seconds",
            "25",
            "--json",
            "--fault",
            fault,
            "--fault-seconds",
            "60")) {
      assertEquals(1, demo.exit(), demo::errors);
      assertTrue(demo.errors().contains(sentence), demo::errors);
      assertFalse(demo.errors().contains("\tat "), demo::errors);
    }
  }

  private JsonNode demo(int exit, String... more) throws Exception {
    String[] start = {"demo", "--standin", "--json"};
    String[] all = Arrays.copyOf(start, start.length + more.length);
    System.arraycopy(more, 0, all, start.length, more.length);
    try (Dragoman demo = Dragoman.start(directory, all)) {
      assertEquals(exit, demo.exit(), demo::errors);
      assertFalse(demo.errors().contains("\tat "), demo::errors);
      JsonNode summary = demo.summary();
      assertTrue(summary.path("upstream").path("faulted").asInt() > 0, summary.toString());
      return summary;
    }
  }
}
