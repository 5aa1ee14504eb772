package io.dragoman.chaos;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A session's open connection through a balancer to a {@link SmallNode}. */
final class RoutedSession implements AutoCloseable {
  /** A handshake's key, and the answer to it, which HAProxy demands: those of RFC 6455, 1.3. */
  private static final String KEY = "dGhlIHNhbXBsZSBub25jZQ==";

  static final String ACCEPT = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";

  private static final int PATIENCE_MS = 60_000;

  private final Socket socket;
  private final BufferedReader in;
  private final List<String> head = new ArrayList<>();

  /**
   * @param balancer as {@code host:port}
   */
  RoutedSession(String balancer, String sid) throws IOException {
    URI address = URI.create("ws://" + balancer);
    socket = new Socket(address.getHost(), address.getPort());
    socket.setSoTimeout(PATIENCE_MS);
    in =
        new BufferedReader(
            new InputStreamReader(socket.getInputStream(), StandardCharsets.ISO_8859_1));
    write(
        "GET /v1/session?sid="
            + sid
            + " HTTP/1.1\r\nHost: "
            + balancer
            + "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
            + "Sec-WebSocket-Key: "
            + KEY
            + "\r\n\r\n");
    for (String line = in.readLine(); line != null && !line.isEmpty(); line = in.readLine()) {
      head.add(line);
    }
  }

  /** The node that took it. */
  String node() {
    return head.stream()
        .filter(line -> line.toLowerCase(Locale.ROOT).startsWith("x-node: "))
        .map(line -> line.substring("x-node: ".length()))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no node took it: " + head));
  }

  /** Whether what it says still comes back. */
  boolean echoes() throws IOException {
    write("x");
    return in.read() == 'x';
  }

  private void write(String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
