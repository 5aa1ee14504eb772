package io.dragoman.cluster;

import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.hazelcast.cluster.Member;
import com.hazelcast.core.HazelcastInstance;
import io.dragoman.quota.Limits;
import io.dragoman.quota.Permit;
import io.dragoman.quota.QuotaConfig;
import io.dragoman.quota.QuotaRequest;
import io.dragoman.quota.SessionQuota;
import io.dragoman.quota.Turn.Answer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;

/** Real members in this JVM, on free loopback ports, with the configuration as it is shipped. */
final class TestGrid implements AutoCloseable {

  static final Path SHIPPED = Path.of("..", "cluster-config", "hazelcast.yaml");

  static final QuotaRequest FINAL =
      new QuotaRequest(QuotaRequest.Priority.FINAL, 10, Duration.ofSeconds(3));

  /** Ten requests a second. */
  static final QuotaConfig TEN_A_SECOND = QuotaConfig.of(Limits.perMinute(600, 240_000));

  private static final int PLACES = 100;

  /** How long a loaded machine may take, also where moves of partitions get lost on the way. */
  private static final Duration LONGEST = Duration.ofMinutes(2);

  private final List<Grid> members = new ArrayList<>();
  private final Map<Grid, GridQuota> quotas = new HashMap<>();

  private TestGrid() {}

  static TestGrid of(int size) throws Exception {
    return of(size, TEN_A_SECOND);
  }

  static TestGrid of(int size, QuotaConfig quota) throws Exception {
    List<String> addresses = freeAddresses(size);
    TestGrid grid = new TestGrid();
    try (ExecutorService starting = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Grid>> starts = new ArrayList<>();
      for (int i = 0; i < size; i++) {
        GridConfig config = config("n" + (i + 1), addresses.get(i), addresses);
        starts.add(starting.submit(() -> Grid.start(config, quota)));
      }
      for (Future<Grid> start : starts) {
        grid.join(start.get());
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

  private void join(Grid member) throws IOException {
    members.add(member);
    quotas.put(member, member.openQuota(DispatchConfig.of(PLACES)));
  }

  /** Whether a member has the original of what is kept under a name, as far as it knows. */
  static boolean isKeptBy(HazelcastInstance member, String name) {
    Member keeper = member.getPartitionService().getPartition(name).getOwner();
    return keeper != null && keeper.localMember();
  }

  /** A member's part in the quota. */
  GridQuota quota(Grid member) {
    return Objects.requireNonNull(quotas.get(member));
  }

  Grid get(int index) {
    return members.get(index);
  }

  List<Grid> all() {
    return List.copyOf(members);
  }

  /** Falls over as a killed process does; what is left is two members that know it. */
  void kill(Grid member) {
    fall(member);
    awaitSafe();
  }

  /** Falls over as {@link #kill} does; what it kept may have no copies yet. */
  void fall(Grid member) {
    members.remove(member);
    member.terminate();
    await(() -> members.stream().allMatch(other -> other.size() == members.size()));
  }

  /** Also a cluster that has not shared out its partitions yet counts as safe. */
  private void awaitSafe() {
    await(
        () ->
            members.stream().allMatch(TestGrid::knowsOwners)
                && members.getFirst().hazelcast().getPartitionService().isClusterSafe(),
        this::describe);
  }

  private static boolean knowsOwners(Grid member) {
    return member.hazelcast().getPartitionService().getPartitions().stream()
        .allMatch(partition -> partition.getOwner() != null);
  }

  private String describe() {
    return members.stream()
        .map(
            member ->
                "%s sees %d, knows owners %b, safe %b"
                    .formatted(
                        member.hazelcast().getName(),
                        member.size(),
                        knowsOwners(member),
                        member.hazelcast().getPartitionService().isLocalMemberSafe()))
        .collect(Collectors.joining("; "));
  }

  @Override
  public void close() {
    members.forEach(Grid::terminate);
  }

  static GridConfig config(String node, String address, List<String> members) {
    int port = Integer.parseInt(address.substring(address.lastIndexOf(':') + 1));
    return new GridConfig(SHIPPED, node, "127.0.0.1", port, members, data());
  }

  /** A folder for what nodes remember, which is gone with the build. */
  static Path data() {
    try {
      return Files.createTempDirectory(Files.createDirectories(Path.of("target")), "data");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Below the ports that the system gives to connections: one of those could be taken by a
   * connection before its member listens.
   */
  static List<String> freeAddresses(int count) throws IOException {
    List<ServerSocket> sockets = new ArrayList<>();
    try {
      while (sockets.size() < count) {
        int port = ThreadLocalRandom.current().nextInt(10_000, 30_000);
        try {
          sockets.add(new ServerSocket(port, 1, InetAddress.getLoopbackAddress()));
        } catch (BindException taken) {
          // Another one is free.
        }
      }
      return sockets.stream().map(socket -> "127.0.0.1:" + socket.getLocalPort()).toList();
    } finally {
      for (ServerSocket socket : sockets) {
        socket.close();
      }
    }
  }

  /** Waits for a permit, as a session does. */
  static Permit grant(SessionQuota session) {
    try {
      return assertInstanceOf(Answer.Granted.class, session.ask(FINAL).await(LONGEST)).permit();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
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
