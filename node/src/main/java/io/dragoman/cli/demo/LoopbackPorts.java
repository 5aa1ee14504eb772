package io.dragoman.cli.demo;

import io.dragoman.cli.CommandException;
import io.dragoman.cli.ExitCode;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;

/** Which ports of this machine's loopback are free at the moment. */
final class LoopbackPorts {
  private LoopbackPorts() {}

  /** So many free ones. All are chosen before any is let go, so they differ. */
  static List<Integer> free(int count) throws CommandException {
    List<ServerSocket> sockets = new ArrayList<>();
    try {
      for (int i = 0; i < count; i++) {
        sockets.add(new ServerSocket(0, 1, InetAddress.getLoopbackAddress()));
      }
      return sockets.stream().map(ServerSocket::getLocalPort).toList();
    } catch (IOException e) {
      throw new CommandException(
          ExitCode.UNAVAILABLE, "There is no free port on loopback: " + e.getMessage());
    } finally {
      for (ServerSocket socket : sockets) {
        closeQuietly(socket);
      }
    }
  }

  static boolean isFree(int port) {
    try (ServerSocket _ = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  private static void closeQuietly(ServerSocket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      throw new AssertionError("a socket that accepted nothing closes", e);
    }
  }
}
