package io.dragoman.cli.demo;

import com.fasterxml.jackson.databind.json.JsonMapper;
import io.dragoman.cli.CommandException;
import io.dragoman.cli.ExitCode;
import io.dragoman.cli.NodeNames;
import io.dragoman.ops.ClusterStatus;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Makes faults befall the nodes, one node at a time, while sessions speak. Each node is back before
 * the next one is taken. An interrupt ends it, with all nodes awake and within reach. Used by one
 * thread.
 */
final class FaultInjection {
  private static final JsonMapper JSON = new JsonMapper();

  /** What befalls any node, wherever it runs. */
  private static final List<NodeFault> ANYWHERE =
      List.of(NodeFault.KILL, NodeFault.FREEZE, NodeFault.FALTER, NodeFault.LEAVE);

  /** For how long a node stands still, or is cut off. */
  private static final Duration AWAY = Duration.ofSeconds(15);

  /** Clients wait for 3 s, nodes for 6 s. */
  private static final Duration FALTERING = Duration.ofMillis(4_500);

  /** The longest time between two nodes that falter. */
  private static final int STEADY_MS = 3_000;

  /** For how long all is well before the next node is taken. */
  private static final int BETWEEN_S = 5;

  /** A fault that comes later than this before the sessions' end would hardly be seen. */
  private static final Duration SEEN = Duration.ofSeconds(10);

  /**
   * Half of what clients keep to send again. What is sent again is heard a quarter faster than it
   * was said, so sessions that are taken again and again fall behind.
   */
  private static final Duration MOST_BEHIND = Duration.ofSeconds(60);

  /** From all that clients keep down to half of it takes them four minutes. */
  private static final Duration CAUGHT_UP_WITHIN = Duration.ofMinutes(10);

  private static final Duration TIMEOUT = Duration.ofSeconds(5);
  private static final Duration WHOLE_WITHIN = Duration.ofSeconds(120);

  /** Which nodes meet what. */
  @FunctionalInterface
  interface Schedule {
    void run(FaultInjection faults) throws CommandException, IOException, InterruptedException;
  }

  private final DemoCluster cluster;
  private final List<DemoSession> sessions;
  private final Consumer<String> say;
  private int made;

  /**
   * @param say is told what happens, in sentences
   */
  FaultInjection(DemoCluster cluster, List<DemoSession> sessions, Consumer<String> say) {
    this.cluster = cluster;
    this.sessions = sessions;
    this.say = say;
  }

  /**
   * Follows a schedule.
   *
   * @return a sentence when it could not be followed to its end; null otherwise
   */
  @Nullable String run(Schedule schedule) throws InterruptedException {
    try {
      schedule.run(this);
      return null;
    } catch (CommandException | IOException e) {
      return "a fault could not be made: " + e.getMessage();
    }
  }

  /** How many there were so far whose node is back. */
  int made() {
    return made;
  }

  /**
   * @param first befalls the node that carries most sessions
   * @param second befalls the one that keeps the quota's books then
   */
  void twice(NodeFault first, NodeFault second)
      throws CommandException, IOException, InterruptedException {
    strike(busiest(), first);
    TimeUnit.SECONDS.sleep(BETWEEN_S);
    if (isSeen()) {
      strike(bookkeeper(), second);
    } else {
      say.accept("The sessions end too soon for a second fault; --seconds lets them speak longer.");
    }
  }

  /** Every node leaves and comes back. */
  void roll() throws CommandException, InterruptedException {
    for (DemoNode node : cluster.nodes()) {
      strike(node, NodeFault.LEAVE);
      TimeUnit.SECONDS.sleep(BETWEEN_S);
    }
  }

  /**
   * So many kills, freezes, short ones too, and departures, of any node, at any moment; then the
   * sessions may end.
   */
  void chaos(int times) throws CommandException, InterruptedException {
    ThreadLocalRandom random = ThreadLocalRandom.current();
    for (int number = 1; number <= times; number++) {
      awaitCaughtUp(sessions, MOST_BEHIND, CAUGHT_UP_WITHIN);
      TimeUnit.MILLISECONDS.sleep(random.nextLong(2_000 * BETWEEN_S));
      say.accept("Fault %d of %d:".formatted(number, times));
      strike(
          cluster.nodes().get(random.nextInt(cluster.nodes().size())),
          ANYWHERE.get(random.nextInt(ANYWHERE.size())));
    }
    TimeUnit.SECONDS.sleep(BETWEEN_S);
    sessions.forEach(DemoSession::stop);
  }

  private void strike(DemoNode node, NodeFault fault)
      throws CommandException, InterruptedException {
    say.accept(
        "%s %s; it carries %d of the sessions."
            .formatted(node.name(), fault.words(), carriedBy(node)));
    switch (fault) {
      case KILL -> {
        node.kill();
        node.restart(DemoCluster.PATIENCE);
      }
      case LEAVE -> {
        node.leave();
        node.restart(DemoCluster.PATIENCE);
      }
      case FREEZE -> freeze(node, AWAY);
      case FALTER -> falter(node);
      case CUT_OFF -> cut(node, HostNetwork::isolate);
      case SPLIT_OFF -> cut(node, HostNetwork::separate);
    }
    awaitWhole();
    made++;
    say.accept(node.name() + " is back.");
  }

  /** The clients of each go on, for the most part, at the next one. */
  private void falter(DemoNode first) throws CommandException, InterruptedException {
    List<DemoNode> nodes = new ArrayList<>(cluster.nodes());
    Collections.rotate(nodes, -nodes.indexOf(first));
    for (DemoNode node : nodes) {
      freeze(node, FALTERING);
      TimeUnit.MILLISECONDS.sleep(ThreadLocalRandom.current().nextLong(STEADY_MS));
    }
  }

  private static void freeze(DemoNode node, Duration time)
      throws CommandException, InterruptedException {
    node.freeze(true);
    try {
      Thread.sleep(time);
    } finally {
      node.freeze(false);
    }
  }

  private void cut(DemoNode node, HostNetwork.Cut cut)
      throws CommandException, InterruptedException {
    HostNetwork network = cluster.network();
    cut.make(network, node.host());
    try {
      Thread.sleep(AWAY);
    } finally {
      network.heal();
    }
  }

  private DemoNode busiest() {
    return cluster.nodes().stream().max(Comparator.comparingLong(this::carriedBy)).orElseThrow();
  }

  private long carriedBy(DemoNode node) {
    return sessions.stream().filter(session -> session.node().equals(node.name())).count();
  }

  private boolean isSeen() {
    return sessions.stream().allMatch(session -> session.speaksFor(SEEN));
  }

  private DemoNode bookkeeper() throws CommandException, IOException, InterruptedException {
    try (HttpClient http = HttpClient.newHttpClient()) {
      List<String> kept = status(http, cluster.nodes().getFirst()).quota().ledgerKeptBy();
      return cluster.nodes().stream()
          .filter(node -> kept.stream().map(NodeNames::configured).anyMatch(node.name()::equals))
          .findFirst()
          .orElseThrow(() -> new IOException("nobody says who keeps the quota's books"));
    }
  }

  /**
   * Waits until no client is near to having to forget what was not heard.
   *
   * @param most how far behind a client may be
   */
  static void awaitCaughtUp(List<DemoSession> sessions, Duration most, Duration within)
      throws CommandException, InterruptedException {
    long deadlineNanos = System.nanoTime() + within.toNanos();
    for (DemoSession session : sessions) {
      while (isBehind(session, most)) {
        if (System.nanoTime() - deadlineNanos > 0) {
          throw new CommandException(
              ExitCode.FAILED,
              "%s did not catch up within %d s: it is %d s behind"
                  .formatted(
                      session.plan().name(), within.toSeconds(), session.behind().toSeconds()));
        }
        TimeUnit.MILLISECONDS.sleep(200);
      }
    }
  }

  private static boolean isBehind(DemoSession session, Duration most) {
    return session.state() == DemoSession.State.SPEAKING && session.behind().compareTo(most) > 0;
  }

  /** Waits until every node sees all others again. */
  private void awaitWhole() throws CommandException, InterruptedException {
    long deadlineNanos = System.nanoTime() + WHOLE_WITHIN.toNanos();
    try (HttpClient http = HttpClient.newHttpClient()) {
      while (!isWhole(http)) {
        if (System.nanoTime() - deadlineNanos > 0) {
          throw new CommandException(
              ExitCode.FAILED,
              "the nodes were no cluster again after %d s".formatted(WHOLE_WITHIN.toSeconds()));
        }
        TimeUnit.MILLISECONDS.sleep(200);
      }
    }
  }

  private boolean isWhole(HttpClient http) throws InterruptedException {
    for (DemoNode node : cluster.nodes()) {
      try {
        if (status(http, node).nodes().size() < cluster.nodes().size()) {
          return false;
        }
      } catch (IOException e) {
        return false; // It is not there yet.
      }
    }
    return true;
  }

  private static ClusterStatus status(HttpClient http, DemoNode node)
      throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://" + node.admin() + "/v1/stats/cluster"))
            .timeout(TIMEOUT)
            .build();
    return JSON.readValue(http.send(request, BodyHandlers.ofString()).body(), ClusterStatus.class);
  }
}
