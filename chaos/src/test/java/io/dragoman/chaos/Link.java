package io.dragoman.chaos;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** A client's way to a node, which a test may break: a port of its own that passes all on. */
final class Link implements AutoCloseable {
  private static final int PIECE = 1 << 16;

  private final ServerSocket server;
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();

  /** Guarded by {@link #lock}. */
  private boolean silent;

  private volatile boolean broken;
  private volatile int port;

  /**
   * @param port the node's, on this machine
   */
  Link(int port) throws IOException {
    this.port = port;
    this.server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    Thread.ofVirtual().start(this::accept);
  }

  /** Where clients connect, as {@code host:port}. */
  String address() {
    return "127.0.0.1:" + server.getLocalPort();
  }

  /** New connections go there. */
  void leadTo(int other) {
    port = other;
  }

  /** Breaks what is open, and all that comes until it is mended. */
  void breakOff() throws IOException {
    broken = true;
    for (Socket socket : open) {
      socket.close();
    }
  }

  /** Nothing arrives any more, and nobody is told: it waits until it is mended. */
  void fallSilent() {
    silence(true);
  }

  /** All passes again. */
  void mend() {
    broken = false;
    silence(false);
  }

  private void silence(boolean on) {
    lock.lock();
    try {
      silent = on;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private void awaitSound() {
    lock.lock();
    try {
      while (silent) {
        changed.awaitUninterruptibly();
      }
    } finally {
      lock.unlock();
    }
  }

  private void accept() {
    try {
      while (true) {
        Socket client = server.accept();
        Thread.ofVirtual().start(() -> join(client));
      }
    } catch (IOException e) {
      // The test is over.
    }
  }

  private void join(Socket client) {
    try (client) {
      awaitSound();
      if (broken) {
        return;
      }
      try (Socket node = new Socket(InetAddress.getLoopbackAddress(), port)) {
        open.add(client);
        open.add(node);
        Thread back = Thread.ofVirtual().start(() -> pass(node, client));
        pass(client, node);
        back.join();
        open.remove(client);
        open.remove(node);
      }
    } catch (IOException | InterruptedException e) {
      // Nobody is there: the client sees its connection close.
    }
  }

  /** Passes on what one says until it ends; then the other has nobody to talk to. */
  private void pass(Socket from, Socket to) {
    byte[] piece = new byte[PIECE];
    try (from;
        to) {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      for (int length = in.read(piece); length >= 0; length = in.read(piece)) {
        awaitSound();
        out.write(piece, 0, length);
      }
    } catch (IOException e) {
      // It was broken off, or one of them is gone.
    }
  }

  @Override
  public void close() {
    try {
      server.close();
      breakOff();
      silence(false);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
