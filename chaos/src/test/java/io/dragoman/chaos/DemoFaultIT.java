package io.dragoman.chaos;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Sessions survive what befalls their nodes: real processes are killed, stand still, are restarted
 * and are cut off while people speak, and the demo's judge compares every word that came with the
 * clips' timelines.
 */
@Timeout(1_800)
final class DemoFaultIT {
  @TempDir Path directory;

  /** Any fault of a process, of any node, at any moment; and one of the network. */
  @ParameterizedTest
  @ValueSource(strings = {"--chaos 5", "--cut-one --seconds 20"})
  void nothingIsLostWhateverBefallsTheNodes(String what) throws Exception {
    JsonNode summary = demo((what + " --balancer").split(" "));
    assertTrue(summary.path("resumes").asInt() > 0, summary::toString);
  }

  @ParameterizedTest
  @Tag("acceptance")
  @CsvSource({
    "--kill-one, 40, 2, 3000",
    "--kill-one --balancer, 40, 2, 3000",
    "--roll, 60, 3, 3000",
    "--roll --balancer, 60, 3, 3000",
    "--freeze-one, 80, 2, 12000",
    "--freeze-one --balancer, 80, 2, 12000",
    "--cut-one, 80, 2, 12000",
    "--cut-one --balancer, 80, 2, 12000"
  })
  void howSoonSessionsGoOn(String what, String seconds, int faults, long p95) throws Exception {
    List<String> arguments = new ArrayList<>(List.of(what.split(" ")));
    arguments.addAll(List.of("--seconds", seconds));
    JsonNode summary = demo(arguments.toArray(String[]::new));
    System.out.println(what + ": " + summary);
    assertEquals(faults, summary.path("node_faults").asInt(), summary::toString);
    assertTrue(summary.path("resumes").asInt() > 0, summary::toString);
    assertTrue(summary.path("resume_ms").path("p95").asLong() <= p95, summary::toString);
    if (what.startsWith("--roll")) {
      assertTrue(summary.path("longest_pause_ms").asLong() <= 2_000, summary::toString);
    }
  }

  @Test
  @Tag("acceptance")
  void nothingIsLostInFiftyFaults() throws Exception {
    System.out.println("--chaos 50: " + demo("--chaos", "50"));
  }

  private JsonNode demo(String... options) throws Exception {
    List<String> arguments = new ArrayList<>(List.of("demo", "--standin", "--json"));
    arguments.addAll(List.of(options));
    List<String> where =
        arguments.contains("--cut-one") ? TestNetwork.NEW_ROUTER : List.<String>of();
    try (Dragoman demo = Dragoman.start(directory, where, arguments.toArray(String[]::new))) {
      assertEquals(0, demo.exit(Duration.ofMinutes(28)), demo::errors);
      JsonNode summary = demo.summary();
      assertTrue(summary.path("finals_expected").asInt() > 0, summary::toString);
      assertEquals(
          summary.path("finals_expected"), summary.path("finals_received"), summary::toString);
      assertEquals("0", summary.path("finals_lost").asText(), summary::toString);
      assertEquals("0", summary.path("finals_doubled").asText(), summary::toString);
      assertEquals(0, summary.path("gaps").asInt(), summary::toString);
      assertEquals(0, summary.path("upstream").path("rejected_429").asInt(), summary::toString);
      return summary;
    }
  }
}
