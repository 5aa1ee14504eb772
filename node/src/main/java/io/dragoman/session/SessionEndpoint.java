package io.dragoman.session;

import io.helidon.common.buffers.BufferData;
import io.helidon.common.concurrency.limits.Limit;
import io.helidon.http.Headers;
import io.helidon.http.HttpPrologue;
import io.helidon.http.WritableHeaders;
import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.ListenerConfig;
import io.helidon.webserver.http1.Http1Config;
import io.helidon.webserver.http1.Http1ConnectionSelector;
import io.helidon.webserver.http1.spi.Http1Upgrader;
import io.helidon.webserver.spi.ServerConnection;
import io.helidon.webserver.websocket.WsConfig;
import io.helidon.webserver.websocket.WsConnection;
import io.helidon.webserver.websocket.WsRouting;
import io.helidon.webserver.websocket.WsUpgrader;
import io.helidon.websocket.WsListener;
import io.helidon.websocket.WsSession;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The place where sessions connect: {@code /v1/session} of a node's public listener.
 *
 * <p>Helidon tells a WebSocket listener nothing when a connection breaks, so connections are
 * upgraded here, with the clean-up around all that a connection does. Thread-safe.
 */
public final class SessionEndpoint {
  private static final String PATH = "/v1/session";
  private static final String SUBPROTOCOL = "dragoman.v1";

  private final SessionServices services;

  /** The connections that are open. */
  private final Map<WsSession, SessionSocket> sockets = new ConcurrentHashMap<>();

  private volatile boolean leaving;

  public SessionEndpoint(SessionServices services) {
    this.services = services;
  }

  /** Makes a listener serve sessions beside its HTTP routes. */
  public void serveOn(ListenerConfig.BuilderBase<?, ?> listener) {
    // A frame that is somewhat too long is refused with a reason; Helidon cuts off what is far too
    // long.
    WsConfig config =
        WsConfig.builder().maxFrameLength(4 * services.config().messageBytes()).build();
    listener
        .protocolsDiscoverServices(false)
        .addProtocol(config)
        .addConnectionSelector(
            Http1ConnectionSelector.builder()
                .config(Http1Config.create())
                .addUpgrader(new Upgrader(WsUpgrader.create(config)))
                .build())
        .addRouting(WsRouting.builder().endpoint(PATH, Door::new));
  }

  /** How many connections are open. */
  public int connections() {
    return sockets.size();
  }

  /** Asks every client to connect elsewhere within the time, and admits no further session. */
  public void leave(Duration within) {
    leaving = true;
    sockets.values().forEach(socket -> socket.move(within.toMillis()));
  }

  /** Whether one more session may start here. */
  boolean admits() {
    return !leaving && sockets.size() <= services.config().most();
  }

  private final class Upgrader implements Http1Upgrader {
    private final WsUpgrader delegate;

    Upgrader(WsUpgrader delegate) {
      this.delegate = delegate;
    }

    @Override
    public String supportedProtocol() {
      return delegate.supportedProtocol();
    }

    @Override
    public @Nullable ServerConnection upgrade(
        ConnectionContext context, HttpPrologue prologue, WritableHeaders<?> headers) {
      return delegate.upgrade(context, prologue, headers) instanceof WsConnection connection
          ? new WatchedConnection(connection)
          : null;
    }
  }

  /** A connection whose session is released when it is over, however that came. */
  private final class WatchedConnection implements ServerConnection {
    private final WsConnection connection;

    WatchedConnection(WsConnection connection) {
      this.connection = connection;
    }

    @Override
    public void handle(Limit limit) {
      try {
        connection.handle(limit);
      } finally {
        SessionSocket socket = sockets.remove(connection);
        if (socket != null) {
          socket.gone();
        }
      }
    }

    @Override
    public Duration idleTime() {
      return connection.idleTime();
    }

    @Override
    public void close(boolean interrupt) {
      connection.close(interrupt);
    }
  }

  /** Opens one connection. Only accessed by the connection's thread. */
  private final class Door implements WsListener {
    private String sid = "";
    private @Nullable SessionSocket socket;

    @Override
    public Optional<Headers> onHttpUpgrade(HttpPrologue prologue, Headers headers) {
      sid = prologue.query().first("sid").orElse("");
      boolean named =
          headers.contains(WsUpgrader.PROTOCOL)
              && headers.get(WsUpgrader.PROTOCOL).allValues(true).contains(SUBPROTOCOL);
      return named
          ? Optional.of(WritableHeaders.create().add(WsUpgrader.PROTOCOL, SUBPROTOCOL))
          : Optional.empty();
    }

    @Override
    public void onOpen(WsSession connection) {
      SessionSocket opened = new SessionSocket(services, SessionEndpoint.this, sid, connection);
      socket = opened;
      sockets.put(connection, opened);
    }

    @Override
    public void onMessage(WsSession connection, String part, boolean last) {
      if (socket != null) {
        socket.text(part, last);
      }
    }

    @Override
    public void onMessage(WsSession connection, BufferData part, boolean last) {
      if (socket != null) {
        socket.binary(part.readBytes(), last);
      }
    }

    @Override
    public void onPing(WsSession connection, BufferData payload) {
      if (socket != null) {
        socket.ping(payload.readBytes());
      }
    }
  }
}
