package io.dragoman.cli.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dragoman.cli.CommandException;
import io.dragoman.cli.ExitCode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class HostNetworkTest {

  @Test
  void theMachinesOwnNetworkIsLeftAlone() {
    CommandException told =
        assertThrows(CommandException.class, () -> HostNetwork.start(1).close());

    assertEquals(ExitCode.UNAVAILABLE, told.exitCode());
    assertTrue(String.valueOf(told.getMessage()).contains("node/bin/dragoman"), told::getMessage);
  }
}
