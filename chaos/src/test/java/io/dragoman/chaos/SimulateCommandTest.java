package io.dragoman.chaos;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class SimulateCommandTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int run(String line) {
    CommandLine command = ChaosCommand.commandLine();
    command.setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));
    return command.execute(line.split(" "));
  }

  @Test
  void endsWithFiguresAsJson() throws IOException {
    assertEquals(0, run("simulate --seeds 2 --minutes 2 --sessions 20 --json"));
    String last = out.toString().lines().toList().getLast();
    JsonNode figures = new JsonMapper().readTree(last);
    List<String> keys = new ArrayList<>();
    figures.fieldNames().forEachRemaining(keys::add);
    assertEquals(
        List.of(
            "runs",
            "violations",
            "worst_window",
            "utilisation",
            "efficiency",
            "jain",
            "share_gap_max",
            "max_gap_s",
            "recovery_s_max",
            "ledger_bytes_max"),
        keys);
    assertEquals(2, figures.get("runs").asInt());
    assertEquals(0, figures.get("violations").asInt());
    assertTrue(figures.get("worst_window").asDouble() <= 1);
  }

  @Test
  void tellsTheStoryOfASeed() {
    assertEquals(0, run("simulate --seed 3 --trace --faults kills --minutes 5 --sessions 20"));
    assertTrue(out.toString().contains("is killed"), out.toString());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "simulate --nodes 0",
        "simulate --sessions -1",
        "simulate --limit-rpm 0",
        "simulate --demand 0",
        "simulate --trace",
        "simulate --seeds 0",
        "simulate --seed 5 --seeds 20",
        "simulate --mutants --faults kills",
        "simulate --faults some"
      })
  void saysInOneSentenceWhatIsWrong(String line) {
    assertEquals(2, run(line));
    assertEquals(1, err.toString().lines().count(), err.toString());
  }
}
