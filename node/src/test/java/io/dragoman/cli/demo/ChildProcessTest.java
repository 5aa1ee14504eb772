package io.dragoman.cli.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dragoman.cli.CommandException;
import io.dragoman.cli.demo.ChildProcess.Patience;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(180)
class ChildProcessTest {

  @Test
  void aSignalToAllDoesNotTakeItBeforeItIsClosed() throws Exception {
    Set<ProcessHandle> others = children();
    ChildProcess child =
        ChildProcess.start(
            "the stand-in",
            Host.LOCAL,
            List.of("standin", "--openai=127.0.0.1:0", "--speech=127.0.0.1:0"),
            Services.standInEnvironment());
    ProcessHandle process;
    try (child) {
      ChildProcess.awaitReady(List.of(child), within(Duration.ofMinutes(2)), _ -> {});
      process =
          children().stream().filter(handle -> !others.contains(handle)).findFirst().orElseThrow();

      assertTrue(process.destroy(), "SIGTERM was sent");
      assertThrows(TimeoutException.class, () -> process.onExit().get(500, TimeUnit.MILLISECONDS));
    }
    assertFalse(process.isAlive());
  }

  @Test
  void whoSaysSomethingIsWaitedForLonger() throws Exception {
    String slow =
        "for i in $(seq 14); do echo $i >&2; sleep 0.5; done; echo '{\"event\":\"ready\"}'";
    try (ChildProcess child = shell(slow)) {
      ChildProcess.awaitReady(
          List.of(child), new Patience(Duration.ofSeconds(6), Duration.ofMinutes(2)), _ -> {});
    }
  }

  @Test
  void whoOnlyTalksIsNotWaitedForForEver() throws Exception {
    try (ChildProcess child =
        shell("for i in $(seq 20); do echo still here >&2; sleep 0.1; done")) {
      assertThrows(
          CommandException.class,
          () ->
              ChildProcess.awaitReady(
                  List.of(child),
                  new Patience(Duration.ofSeconds(40), Duration.ofMillis(500)),
                  _ -> {}));
    }
  }

  @Test
  void whoIsNotReadyIsToldInPlainWords() throws Exception {
    String logging =
        "echo '{\"level\":\"INFO\",\"formattedMessage\":\"joined the grid as n1: 3 of 3 nodes\"}' >&2";
    try (ChildProcess child = shell(logging)) {
      CommandException told =
          assertThrows(
              CommandException.class,
              () ->
                  ChildProcess.awaitReady(List.of(child), within(Duration.ofSeconds(5)), _ -> {}));

      assertEquals(
          "node n1 was not ready after N s; the last that it said: joined the grid as n1: 3 of 3"
              + " nodes. If this machine is busy, try again when it is less so, or with --nodes 1.",
          String.valueOf(told.getMessage()).replaceFirst("after [0-9]+ s", "after N s"));
    }
  }

  private static Patience within(Duration time) {
    return new Patience(time, time);
  }

  /** Something that runs this, then stays until its standard input ends. */
  private static ChildProcess shell(String script) throws IOException {
    return ChildProcess.of(
        "node n1", new ProcessBuilder("/bin/sh", "-c", script + "; exec cat").start());
  }

  private static Set<ProcessHandle> children() {
    return ProcessHandle.current().children().collect(Collectors.toSet());
  }
}
