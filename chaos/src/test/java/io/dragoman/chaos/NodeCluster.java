package io.dragoman.chaos;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A cluster of three nodes, numbered from 0, with stand-ins behind it: four processes. A node that
 * is started again has its addresses and its memory.
 */
final class NodeCluster implements AutoCloseable {
  static final int NODES = 3;

  /** Below those that Linux takes for connections, 32768 and up. */
  private static final int FIRST_PORT = 20_000;

  private static final int LAST_PORT = 30_000;

  /** A node's addresses, as {@code host:port}. */
  private record Place(String listen, String admin, String grid) {}

  private final Path directory;
  private final StandIns standIns;
  private final Map<String, Object> keys;
  private final List<Place> places;

  /** The last life of each. */
  private final Dragoman[] nodes = new Dragoman[NODES];

  private NodeCluster(Path directory, StandIns standIns, Map<String, Object> keys) {
    this.directory = directory;
    this.standIns = standIns;
    this.keys = keys;
    this.places = freePlaces();
  }

  /**
   * Starts all, and waits until they serve.
   *
   * @param keys of the nodes' configuration, beside the addresses
   */
  static NodeCluster start(Path directory, Map<String, Object> keys) throws IOException {
    StandIns standIns = StandIns.start(directory);
    try {
      NodeCluster cluster = new NodeCluster(directory, standIns, keys);
      try {
        cluster.start(0, 1, 2);
        return cluster;
      } catch (IOException | RuntimeException | Error e) {
        cluster.close();
        throw e;
      }
    } catch (IOException | RuntimeException | Error e) {
      standIns.close();
      throw e;
    }
  }

  /** Starts nodes at once, and waits until they serve. */
  void start(int... which) throws IOException {
    for (int node : which) {
      nodes[node] = Dragoman.start(directory, command(node).toArray(String[]::new));
    }
    for (int node : which) {
      nodes[node].awaitReady();
    }
  }

  private List<String> command(int node) {
    Place place = places.get(node);
    List<String> command = new ArrayList<>(List.of("node", "--set=node.name=n" + (node + 1)));
    command.add("--listen=" + place.listen);
    command.add("--admin=" + place.admin);
    command.add("--grid=" + place.grid);
    command.add("--members=" + places.stream().map(Place::grid).collect(Collectors.joining(",")));
    command.addAll(standIns.settings());
    keys.forEach((key, value) -> command.add("--set=" + key + "=" + value));
    return command;
  }

  /** Tells a node to leave, with a signal, and waits until it has left in good order. */
  void drain(int node) throws InterruptedException {
    nodes[node].handle().destroy();
    assertEquals(0, nodes[node].exit(), () -> log(node));
  }

  /** Kills nodes at once. */
  void kill(int... which) throws InterruptedException {
    for (int node : which) {
      nodes[node].close();
    }
    for (int node : which) {
      nodes[node].exit();
    }
  }

  ProcessHandle process(int node) {
    return nodes[node].handle();
  }

  String log(int node) {
    return nodes[node].errors();
  }

  /** Where a client connects, as {@code ws://host:port}: to one node first, then to the others. */
  List<String> doors(int first) {
    List<String> doors =
        new ArrayList<>(places.stream().map(place -> "ws://" + place.listen).toList());
    Collections.rotate(doors, -first);
    return doors;
  }

  /** What a balancer hears of a node. */
  HttpResponse<String> readiness(int node) throws IOException, InterruptedException {
    URI uri = URI.create("http://" + places.get(node).listen + "/health/ready");
    try (HttpClient http = HttpClient.newHttpClient()) {
      return http.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString());
    }
  }

  @Override
  public void close() {
    for (Dragoman node : nodes) {
      if (node != null) {
        node.close();
      }
    }
    standIns.close();
  }

  /**
   * Ports that the system gives nobody else, neither to listen nor to connect from: a node that is
   * away for a moment has its own when it is back.
   */
  private static List<Place> freePlaces() {
    Iterator<String> addresses =
        ThreadLocalRandom.current()
            .ints(FIRST_PORT, LAST_PORT)
            .distinct()
            .filter(NodeCluster::isFree)
            .limit(3 * NODES)
            .mapToObj(port -> "127.0.0.1:" + port)
            .iterator();
    return Stream.generate(() -> new Place(addresses.next(), addresses.next(), addresses.next()))
        .limit(NODES)
        .toList();
  }

  private static boolean isFree(int port) {
    try (ServerSocket _ = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
      return true;
    } catch (IOException e) {
      return false;
    }
  }
}
