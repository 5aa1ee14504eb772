package io.dragoman.chaos;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.dragoman.standin.FaultKind;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A whole cluster while the services that it needs fail; docs/testing.md has the table. */
@Timeout(600)
class FaultIT {
  private static final String NO_MODEL =
      "ended the session: The language model refuses this server";
  private static final String NO_SPEECH = "ended the session: Speech recognition failed";

  /** Faults that nobody waits for, and what is told of each. */
  private static final Map<FaultKind, String> REFUSALS =
      Map.of(
          FaultKind.INVALID_KEY, NO_MODEL,
          FaultKind.NO_MODEL, NO_MODEL,
          FaultKind.SPEECH_UNAUTHENTICATED, NO_SPEECH,
          FaultKind.SPEECH_DENIED, NO_SPEECH,
          FaultKind.SPEECH_INVALID, NO_SPEECH);

  /**
   * Of those that pass, the ones that befall only some calls here. A sentence that is filtered or
   * truncated three times in a row would be given up, and told.
   */
  private static final Map<String, String> SHARES =
      Map.of(
          "rate-limit", ":0.5",
          "trickle", ":0.5",
          "filtered", ":0.05",
          "truncated", ":0.05",
          "no-quota", ":0.2",
          "speech-exhausted", ":0.5");

  @TempDir Path directory;

  @ParameterizedTest
  @ValueSource(strings = {"rate-limit", "speech-unavailable"})
  void aFaultThatPassesLosesNothing(String fault) throws Exception {
    assertNothingLost(fault, "6");
  }

  @Tag("acceptance")
  @ParameterizedTest
  @MethodSource("passing")
  void anyFaultThatPassesLosesNothing(String fault) throws Exception {
    assertNothingLost(fault, "10");
  }

  private static Stream<String> passing() {
    return Stream.concat(
        EnumSet.complementOf(EnumSet.copyOf(REFUSALS.keySet())).stream()
            .map(FaultKind::wireName)
            .map(fault -> fault + SHARES.getOrDefault(fault, "")),
        Stream.of("reset:0.1"));
  }

  @Test
  void aRefusedKeyEndsTheSessionsWithAReason() throws Exception {
    assertEnds(FaultKind.INVALID_KEY);
  }

  @Tag("acceptance")
  @ParameterizedTest
  @MethodSource("refusals")
  void anyRefusalEndsTheSessionsWithAReason(FaultKind fault) throws Exception {
    assertEnds(fault);
  }

  private static Set<FaultKind> refusals() {
    return REFUSALS.keySet();
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

  private void assertEnds(FaultKind fault) throws Exception {
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
            fault.wireName(),
            "--fault-seconds",
            "60")) {
      assertEquals(1, demo.exit(), demo::errors);
      assertTrue(demo.errors().contains(REFUSALS.get(fault)), demo::errors);
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
