package io.dragoman.chaos;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A cluster of one node, with stand-ins behind it: two processes. */
final class LoneNode implements AutoCloseable {
  private final StandIns standIns;
  private final Dragoman node;
  private final JsonNode ready;

  private LoneNode(StandIns standIns, Dragoman node) throws IOException {
    this.standIns = standIns;
    this.node = node;
    this.ready = node.awaitReady();
  }

  /**
   * Starts both, and waits until the node serves.
   *
   * @param keys of the node's configuration, beside the addresses
   * @param options of the stand-ins
   */
  static LoneNode start(Path directory, Map<String, Object> keys, String... options)
      throws IOException {
    StandIns standIns = StandIns.start(directory, options);
    try {
      List<String> command = new ArrayList<>(List.of("node", "--listen=127.0.0.1:0"));
      command.add("--admin=127.0.0.1:0");
      command.add("--grid=127.0.0.1:" + freePort());
      command.addAll(standIns.settings());
      keys.forEach((key, value) -> command.add("--set=" + key + "=" + value));
      return new LoneNode(standIns, Dragoman.start(directory, command.toArray(String[]::new)));
    } catch (IOException | RuntimeException | Error e) {
      standIns.close();
      throw e;
    }
  }

  /** Where clients connect, as {@code host:port}. */
  String listen() {
    return ready.path("listen").asText();
  }

  /** The same, as {@code ws://host:port}. */
  String url() {
    return "ws://" + listen();
  }

  int port() {
    return URI.create(url()).getPort();
  }

  /** The node's process, without its stand-ins. */
  ProcessHandle process() {
    return node.handle();
  }

  String log() {
    return node.errors();
  }

  /** Waits for the node's end; its exit code. */
  int exit() throws InterruptedException {
    return node.exit();
  }

  /** Where operators connect, as {@code host:port}. */
  String admin() {
    return ready.path("admin").asText();
  }

  /** What its admin listener answers. */
  String admin(String path) throws IOException, InterruptedException {
    URI uri = URI.create("http://" + admin() + path);
    try (HttpClient http = HttpClient.newHttpClient()) {
      return http.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString()).body();
    }
  }

  /**
   * Makes the stand-ins fail, as {@code docs/testing.md} tells; none is {@code {"name": "none"}}.
   */
  void fault(String json) throws IOException, InterruptedException {
    standIns.fault(json);
  }

  @Override
  public void close() {
    node.close();
    standIns.close();
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }
}
