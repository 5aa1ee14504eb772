package io.dragoman.chaos;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What a balancer sees of a node: its readiness, and sessions that stay open and echo. Its answers
 * name it.
 */
final class SmallNode implements AutoCloseable {
  private final String name;
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  private volatile ServerSocket server;
  private volatile int readiness = 200;
  private volatile boolean dying;

  SmallNode(String name) throws IOException {
    this.name = name;
    this.server = listen(0);
  }

  String name() {
    return name;
  }

  String address() {
    return "127.0.0.1:" + server.getLocalPort();
  }

  /** What its readiness is answered with from now on. */
  void ready(int status) {
    readiness = status;
  }

  /**
   * From now on it takes clients and goes away before it answers; it still says that it is ready.
   */
  void diesOnRequests() {
    dying = true;
  }

  /** Its port refuses, and its connections break. */
  void kill() throws IOException {
    server.close();
    for (Socket socket : open) {
      socket.close();
    }
  }

  /** It is there again, at its address. */
  void restart() throws IOException {
    server = listen(server.getLocalPort());
  }

  private ServerSocket listen(int port) throws IOException {
    ServerSocket socket = new ServerSocket();
    socket.setReuseAddress(true);
    socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    Thread.ofVirtual().start(() -> accept(socket));
    return socket;
  }

  private void accept(ServerSocket from) {
    try {
      while (true) {
        Socket socket = from.accept();
        open.add(socket);
        Thread.ofVirtual().start(() -> serve(socket));
      }
    } catch (IOException e) {
      // Killed.
    }
  }

  private void serve(Socket socket) {
    try (socket) {
      BufferedReader in =
          new BufferedReader(
              new InputStreamReader(socket.getInputStream(), StandardCharsets.ISO_8859_1));
      String request = in.readLine();
      for (String line = request; line != null && !line.isEmpty(); line = in.readLine()) {
        // Headers tell nothing here.
      }
      if (request == null) {
        return;
      }
      if (request.startsWith("GET /health/ready ")) {
        answer(socket, readiness + " .\r\nContent-Length: 0\r\nConnection: close");
      } else if (!dying) {
        answer(
            socket,
            "101 .\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: "
                + RoutedSession.ACCEPT
                + "\r\nX-Node: "
                + name);
        for (int c = in.read(); c >= 0; c = in.read()) {
          socket.getOutputStream().write(c);
        }
      }
    } catch (IOException e) {
      // Its client is gone, or it was killed.
    } finally {
      open.remove(socket);
    }
  }

  private static void answer(Socket socket, String head) throws IOException {
    socket
        .getOutputStream()
        .write(("HTTP/1.1 " + head + "\r\n\r\n").getBytes(StandardCharsets.ISO_8859_1));
  }

  @Override
  public void close() {
    try {
      kill();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
