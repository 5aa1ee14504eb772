package io.dragoman;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** Whole nodes in this process. */
final class TestNodes {
  private static final Path HOME = Path.of(System.getProperty("basedir", "."), "..");

  private TestNodes() {}

  /**
   * Starts a node on free ports, and waits until it is ready.
   *
   * @param openAiPort where its language model is, on this machine
   * @param speechPort where its recogniser is
   * @param more keys of its configuration
   */
  static Node start(int openAiPort, int speechPort, Map<String, String> more)
      throws IOException, InterruptedException {
    Map<String, String> keys = new HashMap<>(more);
    keys.put("grid.listen", "127.0.0.1:" + freePort());
    keys.putIfAbsent("node.drain_s", "1");
    Node node = join(openAiPort, speechPort, keys);
    node.awaitReady();
    return node;
  }

  /** Starts a node that may have to wait for the others of its cluster. */
  static Node join(int openAiPort, int speechPort, Map<String, String> more) throws IOException {
    Map<String, String> keys = new HashMap<>(more);
    keys.put("node.listen", "127.0.0.1:0");
    keys.put("node.admin", "127.0.0.1:0");
    keys.put("openai.base_url", "http://127.0.0.1:" + openAiPort + "/v1");
    keys.put("speech.endpoint", "127.0.0.1:" + speechPort);
    return Node.start(NodeConfig.read(HOME, null, Map.of("OPENAI_API_KEY", "stand-in"), keys));
  }

  static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }
}
