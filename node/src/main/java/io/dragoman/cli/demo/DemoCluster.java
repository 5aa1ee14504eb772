package io.dragoman.cli.demo;

import com.fasterxml.jackson.databind.JsonNode;
import io.dragoman.cli.CommandException;
import io.dragoman.cli.ExitCode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The stand-ins and the nodes of a demo, each a process of its own, on free loopback ports, or each
 * node on a host of its own; the first node on the usual ports, where these are free. Closing it
 * leaves nothing behind.
 */
final class DemoCluster implements AutoCloseable {
  static final ChildProcess.Patience PATIENCE =
      new ChildProcess.Patience(Duration.ofSeconds(90), Duration.ofMinutes(5));

  /** Where a node listens for clients and for operators if it is not told anything else. */
  private static final List<Integer> USUAL_PORTS = List.of(8080, 8081);

  private static final int ATTEMPTS = 3;

  /**
   * What a cluster is made of.
   *
   * @param haproxy the program that balances; null for none
   * @param limitRpm requests per minute, of the quota and of the stand-in
   * @param limitTpm tokens per minute
   * @param ownHosts whether each node is on a host of its own, which can be cut off
   */
  record Size(int nodes, int limitRpm, int limitTpm, @Nullable Path haproxy, boolean ownHosts) {}

  private final Services services;
  private final Size size;
  private final Consumer<String> progress;

  /** What the nodes remember, for as long as the demo runs. */
  private final Path data;

  private final List<DemoNode> nodes = new ArrayList<>();
  private @Nullable HostNetwork network;
  private @Nullable ChildProcess standInProcess;
  private Services.@Nullable StandIns standIns;
  private @Nullable Balancer balancer;

  private DemoCluster(Services services, Size size, Path data, Consumer<String> progress) {
    this.services = services;
    this.size = size;
    this.data = data;
    this.progress = progress;
  }

  /**
   * Starts everything and waits until it serves.
   *
   * @param progress is told what happens, in sentences
   */
  static DemoCluster start(Services services, Size size, Consumer<String> progress)
      throws CommandException, InterruptedException {
    DemoCluster cluster = new DemoCluster(services, size, temporaryFolder(), progress);
    try {
      if (size.ownHosts) {
        cluster.network = HostNetwork.start(size.nodes);
      }
      if (services.anyStandIn()) {
        cluster.startStandIns();
      }
      cluster.startNodes();
      if (size.haproxy != null) {
        cluster.startBalancer(size.haproxy);
      }
      return cluster;
    } catch (CommandException | InterruptedException | RuntimeException e) {
      progress.accept("Stopping what was started…");
      cluster.close();
      throw e;
    }
  }

  private static Path temporaryFolder() throws CommandException {
    try {
      return Files.createTempDirectory("dragoman-demo");
    } catch (IOException e) {
      throw new CommandException(
          ExitCode.FAILED, "no temporary folder can be made: " + e.getMessage());
    }
  }

  List<DemoNode> nodes() {
    return List.copyOf(nodes);
  }

  /** What joins the nodes' hosts, of which each has its own. */
  HostNetwork network() {
    return Objects.requireNonNull(network, "all nodes are on this host");
  }

  /** Where a client connects: the balancer, or the nodes, each client to another one first. */
  List<String> doors(int client) {
    if (balancer != null) {
      return List.of(balancer.listen());
    }
    List<String> doors = new ArrayList<>(nodes.stream().map(DemoNode::listen).toList());
    Collections.rotate(doors, -client);
    if (client / nodes.size() % 2 == 1) {
      // Clients of the same node go on at different ones.
      Collections.reverse(doors.subList(1, doors.size()));
    }
    return doors;
  }

  /** Where the stand-in for OpenAI serves; null when the real one is used. */
  @Nullable String openAiStandIn() {
    return standIns == null || services.realOpenAi() ? null : standIns.openAi();
  }

  /** Where the stand-ins, of which there is one at least, take faults. */
  String faultDoor() {
    return Objects.requireNonNull(standIns, "no stand-in runs").openAi();
  }

  private void startStandIns() throws CommandException, InterruptedException {
    ChildProcess process =
        ChildProcess.start(
            "the stand-in",
            Host.LOCAL,
            List.of(
                "standin",
                "--openai=127.0.0.1:0",
                "--speech=127.0.0.1:0",
                "--api-key=" + Services.STAND_IN_KEY,
                "--limit-rpm=" + size.limitRpm(),
                "--limit-tpm=" + size.limitTpm()),
            Services.standInEnvironment());
    standInProcess = process;
    JsonNode ready = ChildProcess.awaitReady(List.of(process), PATIENCE, progress).getFirst();
    standIns = new Services.StandIns(ready.path("openai").asText(), ready.path("speech").asText());
    progress.accept(
        "Stand-ins: OpenAI at " + standIns.openAi() + ", Google Speech at " + standIns.speech());
  }

  /** A port that is free when it is chosen may be taken when it is used: then all start again. */
  private void startNodes() throws CommandException, InterruptedException {
    for (int attempt = 1; ; attempt++) {
      List<Integer> gridPorts = LoopbackPorts.free(size.nodes());
      List<Integer> firstPorts = firstPorts();
      try {
        startNodes(gridPorts, firstPorts);
        return;
      } catch (CommandException e) {
        closeNodes();
        if (attempt == ATTEMPTS
            || Stream.concat(gridPorts.stream(), firstPorts.stream())
                .allMatch(LoopbackPorts::isFree)) {
          throw e;
        }
        progress.accept("A port was taken meanwhile; starting the nodes again");
      }
    }
  }

  /** Behind a balancer, clients find that one where the first node is usually. */
  private List<Integer> firstPorts() {
    if (!USUAL_PORTS.stream().allMatch(LoopbackPorts::isFree)) {
      return List.of(0, 0);
    }
    return size.haproxy == null ? USUAL_PORTS : List.of(0, USUAL_PORTS.getLast());
  }

  private void startBalancer(Path haproxy) throws CommandException, InterruptedException {
    List<Integer> ports = LoopbackPorts.free(2);
    int usual = USUAL_PORTS.getFirst();
    Balancer started =
        Balancer.start(
            haproxy,
            data,
            new BalancerFile(
                "127.0.0.1:" + (LoopbackPorts.isFree(usual) ? usual : ports.getFirst()),
                "127.0.0.1:" + ports.getLast(),
                nodes.stream().map(DemoNode::listen).toList()));
    balancer = started;
    progress.accept(
        "HAProxy balances at ws://%s, and shows its nodes at http://%s/"
            .formatted(started.listen(), started.state()));
  }

  /**
   * @param firstPorts where the first node listens for clients and for operators; 0 is any that is
   *     free
   */
  private void startNodes(List<Integer> gridPorts, List<Integer> firstPorts)
      throws CommandException, InterruptedException {
    int count = gridPorts.size();
    List<Host> hosts = network == null ? Collections.nCopies(count, Host.LOCAL) : network.hosts();
    List<String> members =
        IntStream.range(0, count).mapToObj(i -> hosts.get(i).at(gridPorts.get(i))).toList();
    for (int i = 0; i < count; i++) {
      List<Integer> ports = i == 0 ? firstPorts : List.of(0, 0);
      nodes.add(
          new DemoNode(
              nodeName(i),
              hosts.get(i),
              ports,
              List.of(
                  "--grid=" + members.get(i),
                  "--members=" + String.join(",", members),
                  "--set=node.data=" + data,
                  "--set=quota.requests_per_minute=" + size.limitRpm(),
                  "--set=quota.tokens_per_minute=" + size.limitTpm()),
              services.nodeEnvironment(standIns)));
    }
    DemoNode.awaitReady(nodes, PATIENCE, progress);
    for (DemoNode node : nodes) {
      progress.accept(
          "Node %s serves sessions at ws://%s, its figures at http://%s/metrics"
              .formatted(node.name(), node.listen(), node.admin()));
    }
    progress.accept(
        network == null
            ? "All nodes at a glance: dragoman status --watch --admin " + nodes.getFirst().admin()
            : "All of this runs on a network of its own, which no browser reaches.");
  }

  /** As its sessions are told it. */
  static String nodeName(int index) {
    return "n" + (index + 1);
  }

  private void closeNodes() {
    DemoNode.closeAll(nodes);
    nodes.clear();
  }

  @Override
  public void close() {
    closeNodes();
    if (balancer != null) {
      balancer.close();
    }
    if (standInProcess != null) {
      standInProcess.close();
    }
    if (network != null) {
      network.close();
    }
    removeData();
  }

  /** What is left of it is in the way of nobody. */
  private void removeData() {
    try (Stream<Path> all = Files.walk(data)) {
      for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(each);
      }
    } catch (IOException | UncheckedIOException e) {
      progress.accept("Left behind: " + data);
    }
  }
}
