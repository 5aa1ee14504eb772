package io.dragoman.chaos;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.dragoman.cli.demo.BalancerFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The real HAProxy, with {@code cluster-config/haproxy.cfg}, in front of small nodes and of real
 * ones.
 */
@Timeout(600)
class BalancerIT {
  private static final Path SHIPPED =
      Path.of(System.getProperty("basedir", "."), "..", "cluster-config", "haproxy.cfg");

  /** Columns of HAProxy's statistics. */
  private static final int OPEN = 4;

  private static final int STATUS = 17;

  private static final Duration PATIENCE = Duration.ofMinutes(1);

  /** Where Debian has it. */
  private static final Path HAPROXY = Path.of("/usr/sbin/haproxy");

  @TempDir Path directory;

  private final List<SmallNode> nodes = new ArrayList<>();
  private BalancerFile file;
  private Process haproxy;

  @BeforeEach
  void start() throws Exception {
    assertTrue(
        Files.isExecutable(HAPROXY),
        "No HAProxy to test the balancer with. Run chaos/bin/install-tools.");
    for (int n = 1; n <= 3; n++) {
      nodes.add(new SmallNode("n" + n));
    }
    List<String> addresses = nodes.stream().map(SmallNode::address).toList();
    file = new BalancerFile(freeAddress(), freeAddress(), addresses);
    Path rendered = directory.resolve("haproxy.cfg");
    Files.writeString(rendered, file.from(Files.readString(SHIPPED)));
    haproxy = haproxy("-db", "-f", rendered.toString());
    await()
        .atMost(PATIENCE)
        .failFast(() -> !haproxy.isAlive())
        .ignoreException(UncheckedIOException.class) // It does not listen yet.
        .until(() -> allAre("UP"));
  }

  @AfterEach
  void stop() {
    haproxy.destroyForcibly();
    nodes.forEach(SmallNode::close);
  }

  @Test
  void theShippedFileIsValidAsItIs() throws Exception {
    Process check = haproxy("-c", "-f", SHIPPED.toString());
    assertEquals(0, check.waitFor(), this::said);
    assertTrue(said().lines().noneMatch(line -> line.startsWith("[")), this::said);
  }

  @Test
  void aSessionsConnectionsGoToTheSameNode() throws Exception {
    Set<String> used = new HashSet<>();
    for (String sid : sids(12)) {
      String first = nodeOf(sid);
      assertEquals(List.of(first, first), List.of(nodeOf(sid), nodeOf(sid)));
      used.add(first);
    }
    assertEquals(Set.of("n1", "n2", "n3"), used);
  }

  @Test
  void noNodeGetsFarMoreThanItsShare() throws Exception {
    String crowded = nodeOf(sids(1).getFirst());
    List<String> itsOwn = new ArrayList<>();
    for (String sid : sids(60)) {
      if (itsOwn.size() < 12 && nodeOf(sid).equals(crowded)) {
        itsOwn.add(sid);
      }
    }
    awaitNothingOpen();
    List<RoutedSession> open = new ArrayList<>();
    for (String sid : itsOwn) {
      open.add(new RoutedSession(file.clients(), sid));
    }
    long there = open.stream().filter(session -> session.node().equals(crowded)).count();
    assertEquals(12, open.size());
    assertTrue(there <= 6, there + " of 12, and a third is 4");
    for (RoutedSession session : open) {
      session.close();
    }
  }

  @Test
  void aNodeThatDrainsKeepsItsSessionsAndGetsNoNewOnes() throws Exception {
    String sid = sids(1).getFirst();
    SmallNode drained = node(nodeOf(sid));
    try (RoutedSession session = new RoutedSession(file.clients(), sid)) {
      drained.ready(404);
      await().atMost(PATIENCE).until(() -> state(drained.name()).startsWith("NOLB"));

      for (String other : sids(20)) {
        assertNotEquals(drained.name(), newNodeOf(other), other);
      }
      assertTrue(session.echoes());
    }
    drained.ready(200);
    await().atMost(PATIENCE).until(() -> nodeOf(sid).equals(drained.name()));
  }

  @Test
  void aNodeThatIsNotReadyGetsNoSessionsUntilItIs() throws Exception {
    String sid = sids(1).getFirst();
    SmallNode starting = node(nodeOf(sid));
    starting.ready(503);
    await().atMost(PATIENCE).until(() -> state(starting.name()).startsWith("DOWN"));

    assertNotEquals(starting.name(), nodeOf(sid));

    starting.ready(200);
    await().atMost(PATIENCE).until(() -> nodeOf(sid).equals(starting.name()));
  }

  @Test
  void aNodeThatIsKilledIsLeftAtOnceAndComesBack() throws Exception {
    String sid = sids(1).getFirst();
    SmallNode killed = node(nodeOf(sid));
    killed.kill();
    long killedNanos = System.nanoTime();

    assertNotEquals(killed.name(), nodeOf(sid));

    Duration took = Duration.ofNanos(System.nanoTime() - killedNanos);
    assertTrue(took.toSeconds() < 10, took::toString);
    await().atMost(PATIENCE).until(() -> state(killed.name()).startsWith("DOWN"));
    killed.restart();
    await().atMost(PATIENCE).until(() -> nodeOf(sid).equals(killed.name()));
  }

  @Test
  void aHandshakeThatADyingNodeLeavesUnansweredIsSentToAnother() throws Exception {
    String sid = sids(1).getFirst();
    SmallNode dying = node(nodeOf(sid));
    dying.diesOnRequests();

    assertNotEquals(dying.name(), nodeOf(sid));
  }

  @Test
  void theDemoRunsThroughItWholeWithThePageAtItsAddress() throws Exception {
    try (Dragoman demo =
        Dragoman.start(directory, "demo", "--standin", "--balancer", "--seconds", "8", "--json")) {
      demo.awaitSaid("Open http://");
      String page = demo.errors().replaceFirst("(?s).*Open (http://\\S+) .*", "$1");
      assertTrue(
          demo.errors().contains("HAProxy balances at ws" + page.substring(4, page.length() - 1)));
      assertTrue(get(page).body().contains("<html"), page);
      assertEquals(0, demo.exit(), demo::errors);
      JsonNode summary = demo.summary();
      assertEquals(
          summary.path("finals_expected"), summary.path("finals_received"), summary.toString());
      assertEquals("0", summary.path("finals_lost").asText(), summary.toString());
      assertEquals("0", summary.path("finals_doubled").asText(), summary.toString());
      int carried = 0;
      for (JsonNode sessions : summary.path("sessions_by_node")) {
        assertTrue(sessions.asInt() <= 3, summary.toString());
        carried += sessions.asInt();
      }
      assertEquals(6, carried, summary.toString());
    }
  }

  private Process haproxy(String... arguments) throws IOException {
    List<String> command = new ArrayList<>(List.of(HAPROXY.toString()));
    command.addAll(List.of(arguments));
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(directory.resolve("haproxy.txt").toFile())
        .start();
  }

  private String said() {
    try {
      return Files.readString(directory.resolve("haproxy.txt"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<String> sids(int count) {
    return IntStream.range(0, count).mapToObj("a-session-in-a-test-%d"::formatted).toList();
  }

  private SmallNode node(String name) {
    return nodes.stream().filter(node -> node.name().equals(name)).findFirst().orElseThrow();
  }

  /** Where a session is sent while nothing else is open, so that no bound on the load counts. */
  private String nodeOf(String sid) throws IOException {
    awaitNothingOpen();
    return newNodeOf(sid);
  }

  private void awaitNothingOpen() {
    await().atMost(PATIENCE).until(() -> field("BACKEND", OPEN).equals("0"));
  }

  private String newNodeOf(String sid) throws IOException {
    try (RoutedSession session = new RoutedSession(file.clients(), sid)) {
      return session.node();
    }
  }

  private boolean allAre(String state) {
    return nodes.stream().allMatch(node -> state(node.name()).equals(state));
  }

  /** As HAProxy calls it: UP, DOWN, NOLB (it keeps what it has), and in between. */
  private String state(String node) {
    return field(node, STATUS);
  }

  private String field(String server, int column) {
    return get("http://" + file.state() + "/;csv")
        .body()
        .lines()
        .filter(line -> line.startsWith("nodes," + server + ","))
        .map(line -> line.split(",", -1)[column])
        .findFirst()
        .orElse("");
  }

  private static HttpResponse<String> get(String url) {
    try (HttpClient http = HttpClient.newHttpClient()) {
      return http.send(HttpRequest.newBuilder(URI.create(url)).build(), BodyHandlers.ofString());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private static String freeAddress() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return "127.0.0.1:" + socket.getLocalPort();
    }
  }
}
