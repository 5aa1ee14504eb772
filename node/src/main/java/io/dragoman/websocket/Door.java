package io.dragoman.websocket;

import io.helidon.common.buffers.BufferData;
import io.helidon.common.concurrency.limits.Limit;
import io.helidon.common.socket.SocketOptions;
import io.helidon.http.DirectHandler.EventType;
import io.helidon.http.DirectHandler.TransportRequest;
import io.helidon.http.DirectHandler.TransportResponse;
import io.helidon.http.HeaderNames;
import io.helidon.http.Headers;
import io.helidon.http.HttpPrologue;
import io.helidon.http.ServerResponseHeaders;
import io.helidon.http.Status;
import io.helidon.http.WritableHeaders;
import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.ListenerConfig;
import io.helidon.webserver.http.DirectHandlers;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import io.helidon.webserver.http1.Http1Config;
import io.helidon.webserver.http1.Http1ConnectionListener;
import io.helidon.webserver.http1.Http1ConnectionSelector;
import io.helidon.webserver.http1.Http1ConnectionSelectorConfig;
import io.helidon.webserver.spi.ServerConnection;
import io.helidon.webserver.spi.ServerConnectionSelector;
import io.helidon.webserver.websocket.WsUpgrader;
import java.time.Duration;
import java.util.Set;

/**
 * Makes a listener speak HTTP/1.1, and accept WebSockets at one path if it is to, so that no client
 * holds it up: connections are bounded by a {@link Lobby}, heads in size and time, and socket
 * buffers are small, so that a client that floods or does not read is noticed. Thread-safe.
 */
public final class Door {

  /**
   * Of the kernel, in each direction. Audio and captions need a tenth of it; what is larger would
   * hide for minutes that a client does not read.
   */
  private static final int SOCKET_BUFFER = 65_536;

  /** Connections that were cut, and take a moment until they are gone. */
  private static final int GIVING_WAY = 100;

  /** The most that a request's body may have. */
  private static final int BODY_BYTES = 65_536;

  /** Takes a connection that has become a WebSocket. */
  @FunctionalInterface
  public interface Opening {

    /**
     * Takes the connection over.
     *
     * @param context its {@code dataReader} may hold bytes that came with the handshake
     * @param place the connection's among those of the listener; it is given back for it
     * @param prologue the request's first line
     * @param headers the request's headers
     * @return what handles the connection from here on
     */
    ServerConnection open(
        ConnectionContext context, Lobby.Place place, HttpPrologue prologue, Headers headers);
  }

  private final HttpLimits limits;
  private final Lobby lobby;
  private final Watch watch;

  /**
   * @param lobby the listener's own
   * @param watch holds HTTP connections to their limits
   */
  public Door(HttpLimits limits, Lobby lobby, Watch watch) {
    this.limits = limits;
    this.lobby = lobby;
    this.watch = watch;
  }

  /** To be called once, in place of the listener's own protocols. */
  public void serveOn(ListenerConfig.BuilderBase<?, ?> listener) {
    serve(listener, Http1ConnectionSelector.builder());
  }

  /**
   * The same, with WebSockets.
   *
   * @param routes the listener's, which are to answer requests at the path that are no handshakes
   * @param subprotocol echoed to clients that ask for it
   */
  public void serveOn(
      ListenerConfig.BuilderBase<?, ?> listener,
      HttpRouting.Builder routes,
      String path,
      String subprotocol,
      Opening opening) {
    routes.any(path, Door::explain);
    serve(
        listener,
        Http1ConnectionSelector.builder()
            .addUpgrader(
                new Handshake(
                    path,
                    subprotocol,
                    (guard, prologue, headers) -> {
                      // From here on it has deadlines of another kind.
                      watch.remove(guard);
                      return opening.open(guard, guard.place(), prologue, headers);
                    })));
  }

  private void serve(
      ListenerConfig.BuilderBase<?, ?> listener, Http1ConnectionSelectorConfig.Builder http1) {
    listener
        .protocolsDiscoverServices(false)
        .directHandlers(
            DirectHandlers.builder().addHandler(EventType.INTERNAL_ERROR, Door::apologise).build())
        .maxTcpConnections(lobby.most() + GIVING_WAY)
        .maxPayloadSize(BODY_BYTES)
        .receiveBufferSize(SOCKET_BUFFER)
        .connectionOptions(
            SocketOptions.builder().tcpNoDelay(true).socketSendBufferSize(SOCKET_BUFFER).build())
        .addConnectionSelector(
            new Selector(
                http1
                    .config(
                        Http1Config.builder()
                            .maxHeadersSize(limits.headBytes())
                            .addReceiveListener(new HeadListener())
                            .build())
                    .build()));
  }

  /** Answers a request that is no handshake, or not one of this protocol. */
  private static void explain(ServerRequest request, ServerResponse response) {
    response
        .status(Status.UPGRADE_REQUIRED_426)
        .header(HeaderNames.UPGRADE, Handshake.WEBSOCKET)
        .header(HeaderNames.CONNECTION, "upgrade")
        .header(WsUpgrader.WS_VERSION, "13")
        .send("This is a WebSocket: connect to it with version 13 of the protocol (RFC 6455).\n");
  }

  /**
   * Answers what went wrong without a word of why. A request that could not even be read is the
   * client's fault, and Helidon logs only those that are answered with 500.
   */
  private static TransportResponse apologise(
      TransportRequest request,
      EventType type,
      Status status,
      ServerResponseHeaders headers,
      String reason) {
    boolean unread = request == TransportRequest.empty();
    return TransportResponse.builder()
        .status(unread ? Status.BAD_REQUEST_400 : status)
        .headers(headers)
        .entity(unread ? "This is not an HTTP/1.1 request.\n" : "The server failed.\n")
        .build();
  }

  /**
   * Gives the next head its time whenever one has come, and writes a WebSocket's upgrade as Helidon
   * knows it: it looks for that one spelling, where RFC 6455 (4.2.1) has any case.
   */
  private static final class HeadListener implements Http1ConnectionListener {
    @Override
    public void headers(ConnectionContext context, Headers headers) {
      ((HttpGuard) context).expectNextHead();
      if (Handshake.values(headers, HeaderNames.UPGRADE).stream()
          .anyMatch(Handshake.WEBSOCKET::equalsIgnoreCase)) {
        ((WritableHeaders<?>) headers).set(HeaderNames.UPGRADE, Handshake.WEBSOCKET);
      }
    }
  }

  private final class Selector implements ServerConnectionSelector {
    private final ServerConnectionSelector http1;

    Selector(ServerConnectionSelector http1) {
      this.http1 = http1;
    }

    @Override
    public int bytesToIdentifyConnection() {
      return http1.bytesToIdentifyConnection();
    }

    @Override
    public Support supports(BufferData data) {
      return http1.supports(data);
    }

    @Override
    public Set<String> supportedApplicationProtocols() {
      return http1.supportedApplicationProtocols();
    }

    @Override
    public ServerConnection connection(ConnectionContext context) {
      HttpGuard guard = new HttpGuard(context, limits, lobby);
      return new Guarded(http1.connection(guard), guard);
    }
  }

  private final class Guarded implements ServerConnection {
    private final ServerConnection http;
    private final HttpGuard guard;

    Guarded(ServerConnection http, HttpGuard guard) {
      this.http = http;
      this.guard = guard;
    }

    @Override
    public void handle(Limit limit) throws InterruptedException {
      watch.add(guard);
      try {
        http.handle(limit);
      } finally {
        watch.remove(guard);
        guard.place().close();
      }
    }

    @Override
    public Duration idleTime() {
      return http.idleTime();
    }

    @Override
    public void close(boolean interrupt) {
      http.close(interrupt);
    }
  }
}
