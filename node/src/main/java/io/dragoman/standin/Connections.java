package io.dragoman.standin;

import io.helidon.common.socket.SocketOptions;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketOption;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The server's connections, so that one can be reset. Helidon hands each accepted socket to its
 * socket options and to nothing else that can be had; so these note it, and change nothing.
 * Thread-safe.
 */
final class Connections implements SocketOptions {
  private final SocketOptions options = SocketOptions.builder().tcpNoDelay(true).build();

  /** By the client's port, which is unique on loopback. */
  private final Map<Integer, Socket> sockets = new ConcurrentHashMap<>();

  @Override
  public void configureSocket(Socket socket) {
    options.configureSocket(socket);
    sockets.values().removeIf(Socket::isClosed);
    sockets.put(socket.getPort(), socket);
  }

  /** Ends a connection with a TCP reset; what was not sent yet is lost. */
  void reset(int clientPort) throws IOException {
    Socket socket = sockets.remove(clientPort);
    if (socket != null) {
      socket.setSoLinger(true, 0);
      socket.close();
    }
  }

  @Override
  public Map<SocketOption<?>, Object> socketOptions() {
    return options.socketOptions();
  }

  @Override
  public Duration connectTimeout() {
    return options.connectTimeout();
  }

  @Override
  public Duration readTimeout() {
    return options.readTimeout();
  }

  @Override
  public Optional<Integer> socketReceiveBufferSize() {
    return options.socketReceiveBufferSize();
  }

  @Override
  public Optional<Integer> socketSendBufferSize() {
    return options.socketSendBufferSize();
  }

  @Override
  public boolean socketReuseAddress() {
    return options.socketReuseAddress();
  }

  @Override
  public boolean socketKeepAlive() {
    return options.socketKeepAlive();
  }

  @Override
  public boolean tcpNoDelay() {
    return options.tcpNoDelay();
  }
}
