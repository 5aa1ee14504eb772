package io.dragoman.client;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Carries connections to a node, and cuts them as a machine's death does. */
final class Relay implements AutoCloseable {
  private final ServerSocket listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  private final SessionAddress node;

  Relay(SessionAddress node) throws IOException {
    this.node = node;
    Thread.ofVirtual().start(this::accept);
  }

  SessionAddress address() throws ClientException {
    return SessionAddress.parse("ws://127.0.0.1:" + listener.getLocalPort());
  }

  /** Cuts those that are open. */
  void cut() throws IOException {
    for (Socket socket : open) {
      socket.close();
      open.remove(socket);
    }
  }

  @Override
  public void close() throws IOException {
    listener.close();
    cut();
  }

  private void accept() {
    try {
      while (true) {
        Socket client = listener.accept();
        Socket server =
            new Socket(node.uris().getFirst().getHost(), node.uris().getFirst().getPort());
        open.add(client);
        open.add(server);
        Thread.ofVirtual().start(() -> carry(client, server));
        Thread.ofVirtual().start(() -> carry(server, client));
      }
    } catch (IOException closed) {
      // No more connections.
    }
  }

  private static void carry(Socket from, Socket to) {
    try (from;
        to) {
      from.getInputStream().transferTo(to.getOutputStream());
    } catch (IOException cut) {
      // Both ends are closed by now.
    }
  }
}
