package io.dragoman.cluster;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;

/** Real members in this JVM, on free loopback ports, with the configuration as it is shipped. */
final class TestGrid implements AutoCloseable {

  static final Path SHIPPED = Path.of("..", "cluster-config", "hazelcast.yaml");

  private final List<Grid> members = new ArrayList<>();

  private TestGrid() {}

  static TestGrid of(int size) throws Exception {
    List<String> addresses = freeAddresses(size);
    TestGrid grid = new TestGrid();
    try (ExecutorService starting = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Grid>> starts = new ArrayList<>();
      for (int i = 0; i < size; i++) {
        GridConfig config = config("n" + (i + 1), addresses.get(i), addresses);
        starts.add(starting.submit(() -> Grid.start(config)));
      }
      for (Future<Grid> start : starts) {
        grid.members.add(start.get());
      }
      for (Grid member : grid.members) {
        if (!member.awaitSize(size, Duration.ofSeconds(30))) {
          throw new AssertionError("the members did not find each other");
        }
      }
      // A kill while partitions still move costs the survivors three more seconds.
      grid.awaitSafe();
    } catch (ExecutionException | AssertionError e) {
      grid.close();
      throw e;
    }
    return grid;
  }

  Grid get(int index) {
    return members.get(index);
  }

  List<Grid> all() {
    return List.copyOf(members);
  }

  /** Falls over as a killed process does; what is left is two members that know it. */
  void kill(Grid member) throws InterruptedException {
    members.remove(member);
    member.terminate();
    await(() -> members.stream().allMatch(other -> other.size() == members.size()));
    awaitSafe();
  }

  private void awaitSafe() {
    await(
        () -> members.getFirst().hazelcast().getPartitionService().isClusterSafe(), this::describe);
  }

  private String describe() {
    return members.stream()
        .map(
            member ->
                "%s sees %d, safe %b"
                    .formatted(
                        member.hazelcast().getName(),
                        member.size(),
                        member.hazelcast().getPartitionService().isLocalMemberSafe()))
        .collect(Collectors.joining("; "));
  }

  @Override
  public void close() {
    members.forEach(Grid::terminate);
  }

  static GridConfig config(String node, String address, List<String> members) {
    int port = Integer.parseInt(address.substring(address.lastIndexOf(':') + 1));
    return new GridConfig(SHIPPED, node, "127.0.0.1", port, members);
  }

  static List<String> freeAddresses(int count) throws IOException {
    List<ServerSocket> sockets = new ArrayList<>();
    List<String> addresses = new ArrayList<>();
    try {
      for (int i = 0; i < count; i++) {
        ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        sockets.add(socket);
        addresses.add("127.0.0.1:" + socket.getLocalPort());
      }
    } finally {
      for (ServerSocket socket : sockets) {
        socket.close();
      }
    }
    return addresses;
  }

  /** A loaded machine takes its time to form a cluster. */
  static void await(BooleanSupplier condition) {
    await(condition, () -> "");
  }

  private static void await(BooleanSupplier condition, Supplier<String> state) {
    // Threads of a member that is being cut off may well fail; that is no failure of the test.
    Awaitility.await()
        .dontCatchUncaughtExceptions()
        .atMost(Duration.ofSeconds(60))
        .untilAsserted(() -> assertTrue(condition.getAsBoolean(), state));
  }
}
