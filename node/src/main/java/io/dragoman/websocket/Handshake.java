package io.dragoman.websocket;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.helidon.common.buffers.BufferData;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.http.Headers;
import io.helidon.http.HttpPrologue;
import io.helidon.http.Method;
import io.helidon.http.WritableHeaders;
import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.spi.ServerConnection;
import io.helidon.webserver.websocket.WsConfig;
import io.helidon.webserver.websocket.WsUpgrader;
import java.util.Base64;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * RFC 6455's opening handshake at one path. No extension is ever agreed on. A request that is not
 * one is left to the HTTP routes. Thread-safe.
 */
final class Handshake extends WsUpgrader {

  /** Takes a connection whose handshake was answered. */
  @FunctionalInterface
  interface Answered {
    ServerConnection open(HttpGuard guard, HttpPrologue prologue, Headers headers);
  }

  /** The protocol's name in an {@code Upgrade} header. */
  static final String WEBSOCKET = "websocket";

  private static final int KEY_BYTES = 16;

  private final String path;
  private final String subprotocol;
  private final Answered answered;

  Handshake(String path, String subprotocol, Answered answered) {
    super(WsConfig.create());
    this.path = path;
    this.subprotocol = subprotocol;
    this.answered = answered;
  }

  @Override
  public @Nullable ServerConnection upgrade(
      ConnectionContext context, HttpPrologue prologue, WritableHeaders<?> headers) {
    if (!asksForWebSocket(prologue, headers)) {
      return null;
    }
    String agreed =
        values(headers, PROTOCOL).contains(subprotocol)
            ? "\r\nSec-WebSocket-Protocol: " + subprotocol
            : "";
    String answer =
        SWITCHING_PROTOCOL_PREFIX
            + hash(context, headers.get(WS_KEY).get())
            + agreed
            + SWITCHING_PROTOCOLS_SUFFIX;
    context.dataWriter().writeNow(BufferData.create(answer.getBytes(US_ASCII)));
    return answered.open((HttpGuard) context, prologue, headers);
  }

  private boolean asksForWebSocket(HttpPrologue prologue, Headers headers) {
    return prologue.method().equals(Method.GET)
        && prologue.uriPath().path().equals(path)
        && values(headers, HeaderNames.CONNECTION).stream().anyMatch("upgrade"::equalsIgnoreCase)
        && values(headers, WS_VERSION).equals(List.of(SUPPORTED_VERSION))
        && isKey(values(headers, WS_KEY));
  }

  private static boolean isKey(List<String> keys) {
    try {
      return keys.size() == 1 && Base64.getDecoder().decode(keys.getFirst()).length == KEY_BYTES;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  /** All values of a header, whether they came in one line or in several. */
  static List<String> values(Headers headers, HeaderName name) {
    return headers.all(name, List::of).stream()
        .flatMap(line -> Stream.of(line.split(",", -1)))
        .map(String::strip)
        .toList();
  }
}
