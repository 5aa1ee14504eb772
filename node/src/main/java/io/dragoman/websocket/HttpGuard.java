package io.dragoman.websocket;

import io.helidon.common.buffers.BufferData;
import io.helidon.common.buffers.DataReader;
import io.helidon.common.buffers.DataWriter;
import io.helidon.common.socket.HelidonSocket;
import io.helidon.common.socket.PeerInfo;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.ListenerContext;
import io.helidon.webserver.ProxyProtocolData;
import io.helidon.webserver.Router;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutorService;

/**
 * An HTTP connection that cannot be held up: it is cut when a request's head is late, or its answer
 * is not taken, or the listener needs its place.
 *
 * <p>A client that leaves in the middle of a request or of its answer is not worth a word: Helidon
 * would log each one as an internal error, so it is told of a connection to close instead.
 */
final class HttpGuard implements ConnectionContext, Watch.Watched {

  /** As much of an answer must be taken within the time for the next head. */
  private static final int PIECE_BYTES = 16_384;

  private final ConnectionContext context;
  private final HttpLimits limits;
  private final Lobby.Place place;
  private final DataReader reader = new DataReader(this::read);
  private final DataWriter writer = new Writer();
  private volatile long deadline;

  HttpGuard(ConnectionContext context, HttpLimits limits, Lobby lobby) {
    this.context = context;
    this.limits = limits;
    expectWithin(limits.firstHead());
    InetSocketAddress client = (InetSocketAddress) context.remotePeer().address();
    this.place = lobby.enter(client.getAddress(), this::cut);
  }

  Lobby.Place place() {
    return place;
  }

  /** A head has come, or some of an answer was taken: the next head has its time. */
  void expectNextHead() {
    expectWithin(limits.nextHead());
  }

  private void expectWithin(Duration time) {
    deadline = System.nanoTime() + time.toNanos();
  }

  @Override
  public void check(long now) {
    if (now - deadline > 0) {
      cut();
    }
  }

  private void cut() {
    try {
      context.serverSocket().close();
    } catch (UncheckedIOException e) {
      // It is closed for us all the same.
    }
  }

  private byte[] read() {
    byte[] bytes;
    try {
      bytes = context.serverSocket().get();
    } catch (UncheckedIOException e) {
      throw new CloseConnectionException("the connection broke", e);
    }
    if (bytes == null) {
      throw new CloseConnectionException("the client left");
    }
    return bytes;
  }

  @Override
  public DataReader dataReader() {
    return reader;
  }

  @Override
  public ListenerContext listenerContext() {
    return context.listenerContext();
  }

  @Override
  public ExecutorService executor() {
    return context.executor();
  }

  @Override
  public DataWriter dataWriter() {
    return writer;
  }

  @Override
  public Router router() {
    return context.router();
  }

  @Override
  public Optional<ProxyProtocolData> proxyProtocolData() {
    return context.proxyProtocolData();
  }

  @Override
  public HelidonSocket serverSocket() {
    return context.serverSocket();
  }

  @Override
  public PeerInfo remotePeer() {
    return context.remotePeer();
  }

  @Override
  public PeerInfo localPeer() {
    return context.localPeer();
  }

  @Override
  public boolean isSecure() {
    return context.isSecure();
  }

  @Override
  public String socketId() {
    return context.socketId();
  }

  @Override
  public String childSocketId() {
    return context.childSocketId();
  }

  private final class Writer implements DataWriter {
    @Override
    public void write(BufferData... buffers) {
      writeNow(BufferData.create(buffers));
    }

    @Override
    public void write(BufferData buffer) {
      writeNow(buffer);
    }

    @Override
    public void writeNow(BufferData... buffers) {
      writeNow(BufferData.create(buffers));
    }

    @Override
    public void writeNow(BufferData buffer) {
      try {
        while (buffer.available() > PIECE_BYTES) {
          byte[] piece = new byte[PIECE_BYTES];
          buffer.read(piece);
          context.dataWriter().writeNow(BufferData.create(piece));
          expectNextHead();
        }
        context.dataWriter().writeNow(buffer);
      } catch (UncheckedIOException e) {
        throw new CloseConnectionException("the client left", e);
      }
    }
  }
}
