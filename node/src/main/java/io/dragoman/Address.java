package io.dragoman;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;

/** A host and a port to listen on; port 0 is any that is free. */
public record Address(String host, int port) {

  static Address parse(String key, String text) {
    int colon = text.lastIndexOf(':');
    if (colon > 0) {
      try {
        int port = Integer.parseInt(text.substring(colon + 1));
        if (port >= 0 && port <= 65_535) {
          return new Address(text.substring(0, colon), port);
        }
      } catch (NumberFormatException e) {
        // Told below.
      }
    }
    throw new ConfigException(
        "%s: \"%s\" is not HOST:PORT, for example 127.0.0.1:8080.".formatted(key, text));
  }

  /**
   * Refuses a place where another program listens already.
   *
   * @throws IOException with a sentence for a human
   */
  void requireFree() throws IOException {
    try (ServerSocket probe = new ServerSocket()) {
      probe.bind(new InetSocketAddress(host, port));
    } catch (IOException e) {
      throw new IOException("cannot listen on %s: %s".formatted(this, e.getMessage()), e);
    }
  }

  @Override
  public String toString() {
    return host + ":" + port;
  }
}
