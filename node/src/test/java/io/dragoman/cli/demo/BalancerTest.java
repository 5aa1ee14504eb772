package io.dragoman.cli.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dragoman.cli.CommandException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BalancerTest {
  private static final Path SHIPPED =
      Path.of(System.getProperty("basedir", "."), "..", "cluster-config", "haproxy.cfg");

  @TempDir Path folder;

  @Test
  void whoLacksHaproxyIsToldHowToGetIt() {
    CommandException told =
        assertThrows(CommandException.class, () -> Balancer.in(Stream.of("", folder.toString())));
    assertTrue(
        String.valueOf(told.getMessage()).contains("sudo apt-get install haproxy"),
        told.getMessage());
  }

  @Test
  void onlyWhatNamesAMachineIsReplaced() throws Exception {
    String shipped = Files.readString(SHIPPED);
    String rendered =
        new BalancerFile("127.0.0.1:1", "127.0.0.1:2", List.of("127.0.0.1:3", "127.0.0.1:4"))
            .from(shipped);

    assertEquals(
        Set.of(
            "bind 127.0.0.1:1",
            "bind 127.0.0.1:2",
            "server n1 127.0.0.1:3 id 1",
            "server n2 127.0.0.1:4 id 2"),
        without(rendered, shipped));
    assertEquals(
        Set.of(
            "user haproxy",
            "group haproxy",
            "stats socket /run/haproxy/admin.sock mode 660 level admin",
            "bind :80",
            "bind 127.0.0.1:8404",
            "server n1 10.0.0.1:8080 id 1",
            "server n2 10.0.0.2:8080 id 2",
            "server n3 10.0.0.3:8080 id 3"),
        without(shipped, rendered));
  }

  /** The lines of one that the other has not. */
  private static Set<String> without(String one, String other) {
    Set<String> lines = new TreeSet<>(one.lines().map(String::strip).toList());
    other.lines().map(String::strip).forEach(lines::remove);
    return lines;
  }
}
