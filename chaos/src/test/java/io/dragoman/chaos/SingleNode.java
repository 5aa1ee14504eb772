package io.dragoman.chaos;

import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** A node and the stand-ins that answer it, each a process of its own. */
final class SingleNode implements AutoCloseable {
  private static final Duration STARTED_WITHIN = Duration.ofMinutes(2);

  private final Dragoman standIns;
  private final Dragoman node;
  private final String listen;

  private SingleNode(Dragoman standIns, Dragoman node, String listen) {
    this.standIns = standIns;
    this.node = node;
    this.listen = listen;
  }

  /**
   * Starts both, and waits until the node is ready.
   *
   * @param settings of the node, each {@code key=value}
   */
  static SingleNode start(Path directory, String... settings) throws IOException {
    Dragoman standIns =
        Dragoman.start(directory, "standin", "--openai", "127.0.0.1:0", "--speech", "127.0.0.1:0");
    try {
      JsonNode services = ready(standIns);
      String grid = "127.0.0.1:" + freePort();
      List<String> arguments =
          new ArrayList<>(
              List.of(
                  "node",
                  "--listen=127.0.0.1:0",
                  "--admin=127.0.0.1:0",
                  "--grid=" + grid,
                  "--members=" + grid,
                  "--set=openai.api_key=stand-in",
                  "--set=openai.base_url=" + services.path("openai").asText(),
                  "--set=speech.endpoint=" + services.path("speech").asText(),
                  "--set=node.stand_ins=speech,openai"));
      for (String setting : settings) {
        arguments.add("--set=" + setting);
      }
      Dragoman node = Dragoman.start(directory, arguments.toArray(String[]::new));
      return new SingleNode(standIns, node, ready(node).path("listen").asText());
    } catch (IOException | RuntimeException e) {
      standIns.close();
      throw e;
    }
  }

  /** Where the node's public listener is, as {@code host:port}. */
  String listen() {
    return listen;
  }

  /** The node's process. */
  ProcessHandle node() {
    return node.handle();
  }

  private static JsonNode ready(Dragoman process) throws IOException {
    await()
        .atMost(STARTED_WITHIN)
        .until(() -> process.output().endsWith("\n") || !process.handle().isAlive());
    return process.summary();
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  @Override
  public void close() {
    node.close();
    standIns.close();
  }
}
