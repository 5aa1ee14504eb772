package io.dragoman.cli.demo;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ChildProcessTest {

  @Test
  void aSignalToAllDoesNotTakeItBeforeItIsClosed() throws Exception {
    Set<ProcessHandle> others = children();
    ChildProcess child =
        ChildProcess.start(
            "the stand-in",
            List.of("standin", "--openai=127.0.0.1:0", "--speech=127.0.0.1:0"),
            Services.standInEnvironment());
    ProcessHandle process;
    try (child) {
      ChildProcess.awaitReady(List.of(child), Duration.ofSeconds(40), _ -> {});
      process =
          children().stream().filter(handle -> !others.contains(handle)).findFirst().orElseThrow();

      assertTrue(process.destroy(), "SIGTERM was sent");
      assertThrows(TimeoutException.class, () -> process.onExit().get(500, TimeUnit.MILLISECONDS));
    }
    assertFalse(process.isAlive());
  }

  private static Set<ProcessHandle> children() {
    return ProcessHandle.current().children().collect(Collectors.toSet());
  }
}
