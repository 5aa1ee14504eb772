package io.dragoman.cluster;

import static io.dragoman.cluster.TestGrid.SHIPPED;
import static io.dragoman.cluster.TestGrid.TEN_A_SECOND;
import static io.dragoman.cluster.TestGrid.data;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a wrong configuration is answered: one sentence. */
final class GridConfigTest {

  @Test
  void theMajorityCountsThisNodeOnce() {
    assertEquals(1, config("127.0.0.1", List.of()).majority());
    assertEquals(2, config("127.0.0.1", List.of("127.0.0.1:5701", "10.0.0.2:5701")).majority());
    assertEquals(2, config("127.0.0.1", List.of("10.0.0.2:5701", "10.0.0.3:5701")).majority());
  }

  @Test
  void wrongValuesAreRefused() {
    refused(
        "grid.listen is 0.0.0.0; it must be an address that the other nodes can reach",
        () -> config("0.0.0.0", List.of()));
    refused(
        "grid.members: \"n2\" is not HOST:PORT, for example 10.0.0.2:5701, a node's grid.listen",
        () -> config("127.0.0.1", List.of("n2")));
    refused(
        "grid.members: port 0 is not between 1 and 65535",
        () -> config("127.0.0.1", List.of("n2:0")));
    refused(
        "grid.members: 10.0.0.2:5701 is there twice",
        () -> config("127.0.0.1", List.of("10.0.0.2:5701", "10.0.0.2:5701")));
  }

  @Test
  void aPortInUseIsSaid() throws IOException {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      GridConfig config =
          new GridConfig(SHIPPED, "n1", "127.0.0.1", taken.getLocalPort(), List.of(), data());
      IOException refused =
          assertThrows(IOException.class, () -> Grid.start(config, TEN_A_SECOND).close());
      assertTrue(
          refused.toString().contains("cannot join the grid at 127.0.0.1:"), refused::toString);
    }
  }

  @Test
  void aHostThatNobodyKnowsIsSaid() {
    GridConfig config = config("no-such-host.invalid", List.of());
    IOException refused =
        assertThrows(IOException.class, () -> Grid.start(config, TEN_A_SECOND).close());
    assertTrue(refused.toString().contains("no-such-host.invalid"), refused::toString);
  }

  @Test
  void aMissingFileIsSaid() {
    Path missing = Path.of("missing.yaml");
    GridConfig config = new GridConfig(missing, "n1", "127.0.0.1", 5701, List.of(), data());
    IOException refused =
        assertThrows(IOException.class, () -> Grid.start(config, TEN_A_SECOND).close());
    assertEquals("missing.yaml cannot be read.", refused.getMessage());
  }

  @Test
  void anUnknownKeyInTheFileIsSaid(@TempDir Path dir) throws IOException {
    Path file = dir.resolve("hazelcast.yaml");
    Files.writeString(file, "hazelcast:\n  netwrok: {}\n");
    GridConfig config = new GridConfig(file, "n1", "127.0.0.1", 5701, List.of(), data());
    IOException refused =
        assertThrows(IOException.class, () -> Grid.start(config, TEN_A_SECOND).close());
    assertTrue(refused.toString().contains("netwrok"), refused::toString);
  }

  private static GridConfig config(String host, List<String> members) {
    return new GridConfig(SHIPPED, "n1", host, 5701, members, data());
  }

  private static void refused(String sentence, Runnable building) {
    IllegalArgumentException refused = assertThrows(IllegalArgumentException.class, building::run);
    assertEquals(sentence, refused.getMessage());
  }
}
