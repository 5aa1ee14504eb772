package io.dragoman.standin;

import io.helidon.common.buffers.BufferData;
import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.spi.ServerConnection;
import io.helidon.webserver.spi.ServerConnectionSelector;
import java.util.Set;
import java.util.concurrent.atomic.LongAdder;

/**
 * Counts the connections on which anything was sent, of HTTP/1.1 and HTTP/2 alike. Helidon asks its
 * selectors, custom ones first, who will serve a connection whose first bytes are here; this one
 * counts and declines, and is not asked again about the same connection.
 */
final class ConnectionCounter implements ServerConnectionSelector {
  private final LongAdder opened = new LongAdder();

  long opened() {
    return opened.sum();
  }

  @Override
  public int bytesToIdentifyConnection() {
    return 0;
  }

  @Override
  public Support supports(BufferData firstBytes) {
    opened.increment();
    return Support.UNSUPPORTED;
  }

  @Override
  public Set<String> supportedApplicationProtocols() {
    return Set.of();
  }

  @Override
  public ServerConnection connection(ConnectionContext context) {
    throw new IllegalStateException("no connection is supported");
  }
}
