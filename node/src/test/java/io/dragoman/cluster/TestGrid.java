package io.dragoman.cluster;

import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dragoman.quota.Decision;
import io.dragoman.quota.Permit;
import io.dragoman.quota.QuotaGate;
import io.dragoman.quota.QuotaRequest;
import io.dragoman.quota.RollingWindow;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;

/** Real members in this JVM, on free loopback ports, with the configuration as it is shipped. */
final class TestGrid implements AutoCloseable {

  static final Path SHIPPED = Path.of("..", "cluster-config", "hazelcast.yaml");

  static final QuotaRequest FINAL = new QuotaRequest(QuotaRequest.Priority.FINAL, 10);

  /** How long a loaded machine may take, also where moves of partitions get lost on the way. */
  private static final Duration LONGEST = Duration.ofMinutes(2);

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
        if (!member.awaitSize(size, LONGEST)) {
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

  /**
   * Asks until there is a permit, as a session does: a loaded grid may answer an ask too late, and
   * what that booked is given back a moment later.
   */
  static Permit grant(QuotaGate gate) {
    Decision said = await(() -> gate.ask(FINAL), Decision.Granted.class::isInstance);
    return assertInstanceOf(Decision.Granted.class, said).permit();
  }

  /** The quota's window as a member sees it. */
  static RollingWindow window(Grid member) {
    return assertInstanceOf(
        RollingWindow.class, member.hazelcast().getMap("quota").get(GridQuotaGate.KEY));
  }

  /** A loaded machine takes its time to form a cluster. */
  static void await(BooleanSupplier condition) {
    await(condition, () -> "");
  }

  private static void await(BooleanSupplier condition, Supplier<String> state) {
    waiting().untilAsserted(() -> assertTrue(condition.getAsBoolean(), state));
  }

  /** The first value that is as it should be. */
  static <T> T await(Callable<T> value, Predicate<T> expected) {
    return waiting().until(value, expected);
  }

  private static ConditionFactory waiting() {
    // Threads of a member that is being cut off may well fail; that is no failure of the test.
    return Awaitility.await()
        .dontCatchUncaughtExceptions()
        .pollDelay(Duration.ZERO)
        .atMost(LONGEST);
  }
}
