package io.dragoman.session;

import io.dragoman.protocol.ClientMessage;
import io.dragoman.protocol.CloseCode;
import io.dragoman.protocol.Codec;
import io.dragoman.protocol.Codec.BadMessageException;
import io.dragoman.protocol.ErrorCode;
import io.dragoman.protocol.ServerMessage;
import io.dragoman.session.SessionPlan.UnsupportedException;
import io.helidon.common.buffers.BufferData;
import io.helidon.webserver.spi.ServerConnection;
import io.helidon.websocket.WsSession;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Locale;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection: puts frames together, reads messages, and holds the order in which they may come.
 *
 * <p>All of it runs on the connection's thread, except {@link #move}; answers go through the {@link
 * Outbox}.
 */
final class SessionSocket {
  private static final Logger log = LoggerFactory.getLogger(SessionSocket.class);
  private static final Pattern SID = Pattern.compile("[A-Za-z0-9_-]{16,64}");

  /** When a client that was refused for now may try again. */
  static final Long RETRY_AFTER_MS = 5_000L;

  private static final int RESUME_WINDOW_S = 0;
  private static final int IDLE_S = 300;

  private final SessionServices services;
  private final SessionEndpoint endpoint;
  private final String sid;
  private final Outbox outbox;

  private final StringBuilder text = new StringBuilder();
  private final ByteArrayOutputStream binary = new ByteArrayOutputStream();
  private boolean closing;
  private boolean registered;

  /** Written by the connection's thread; read by the writer for heartbeats. */
  private volatile @Nullable Session session;

  SessionSocket(
      SessionServices services, SessionEndpoint endpoint, String sid, WsSession connection) {
    this.services = services;
    this.endpoint = endpoint;
    this.sid = sid;
    this.outbox =
        new Outbox(
            new ConnectionWire(connection), this::heartbeat, services.metrics().delays()::sent);
    outbox.start();
    if (!SID.matcher(sid).matches()) {
      refuse(
          ErrorCode.BAD_MESSAGE,
          CloseCode.BAD_MESSAGE,
          "sid: 16 to 64 characters of A-Z, a-z, 0-9, _ and - are needed in the address");
    }
  }

  /** Takes a piece of a text message. */
  void text(String part, boolean last) {
    if (closing) {
      return;
    }
    text.append(part);
    if (text.length() > services.config().messageBytes()) {
      tooBig();
    } else if (last) {
      String json = text.toString();
      text.setLength(0);
      guarded(() -> receive(json));
    }
  }

  /** Takes a piece of a binary message. */
  void binary(byte[] bytes, boolean last) {
    if (closing) {
      return;
    }
    if (binary.size() + bytes.length > services.config().messageBytes()) {
      tooBig();
    } else if (last && binary.size() == 0) {
      guarded(() -> audio(bytes));
    } else {
      binary.writeBytes(bytes);
      if (last) {
        byte[] whole = binary.toByteArray();
        binary.reset();
        guarded(() -> audio(whole));
      }
    }
  }

  void ping(byte[] payload) {
    outbox.pong(ByteBuffer.wrap(payload));
  }

  /** Asks the client to connect to another node. Thread-safe. */
  void move(long deadlineMs) {
    outbox.send(new ServerMessage.SessionMoving(deadlineMs));
    outbox.close(CloseCode.MOVING, "this node is leaving; connect again");
  }

  /** Releases everything: the connection is gone, however it went. */
  void gone() {
    closing = true;
    outbox.abandon();
    Session ended = session;
    if (ended != null) {
      ended.close();
    }
    if (registered) {
      registered = false;
      release();
    }
  }

  private void release() {
    try {
      services.registry().release(sid);
    } catch (SessionRegistry.Unavailable e) {
      log.warn("session {} stays registered until this node leaves: {}", sid, e.getMessage());
    }
  }

  /** A bug ends its session with a word to the client, and says nothing of itself on the wire. */
  private void guarded(Runnable step) {
    try {
      step.run();
    } catch (RuntimeException bug) {
      log.error("session {} met a bug", sid, bug);
      refuse(ErrorCode.INTERNAL, CloseCode.INTERNAL, "the server failed; start a new session");
    }
  }

  private void receive(String json) {
    ClientMessage message;
    try {
      message = Codec.decodeClient(json);
    } catch (BadMessageException e) {
      refuse(ErrorCode.BAD_MESSAGE, CloseCode.BAD_MESSAGE, e.reason());
      return;
    }
    Session live = session;
    switch (message) {
      case ClientMessage.SessionStart start when live == null -> start(start);
      case ClientMessage.SessionStart start -> outOfOrder("the session has started already");
      case ClientMessage.Keepalive keepalive -> {}
      case ClientMessage other when live == null ->
          outOfOrder("the first message must be session.start");
      case ClientMessage.SessionUpdate update -> {
        if (update.partials() != null && update.partials().translate() != null) {
          live.growing(update.partials().translate());
        }
      }
      case ClientMessage.Finalize done -> live.flush();
      case ClientMessage.SessionEnd end when live.isEnding() ->
          outOfOrder("the session is ending already");
      case ClientMessage.SessionEnd end -> live.end();
    }
  }

  private void start(ClientMessage.SessionStart start) {
    if (start.resume() != null) {
      refuse(
          ErrorCode.RESUME_UNAVAILABLE,
          CloseCode.RESUME_EXPIRED,
          "resume: this server keeps no interrupted sessions; start a new one without \"resume\"");
      return;
    }
    SessionPlan plan;
    try {
      plan = SessionPlan.of(start);
    } catch (UnsupportedException e) {
      refuse(ErrorCode.UNSUPPORTED, CloseCode.BAD_MESSAGE, e.reason());
      return;
    }
    if (!endpoint.admits()) {
      refuse(
          ErrorCode.FULL,
          CloseCode.FULL,
          "this node carries as many sessions as it may; try again later");
      return;
    }
    if (!claim(plan)) {
      return;
    }
    outbox.commit(
        seq ->
            new ServerMessage.SessionStarted(
                sid,
                seq,
                0,
                UUID.randomUUID().toString(),
                RESUME_WINDOW_S,
                new ServerMessage.Limits(
                    services.config().messageBytes(),
                    (int) services.config().bufferedAudio().toMillis(),
                    IDLE_S),
                services.node(),
                services.standIns()));
    session = new Session(sid, plan, services, outbox);
  }

  private boolean claim(SessionPlan plan) {
    try {
      registered =
          services
              .registry()
              .claim(
                  new SessionEntry(sid, services.node(), plan.kind(), System.currentTimeMillis()));
    } catch (SessionRegistry.Unavailable e) {
      refuse(ErrorCode.UNAVAILABLE, CloseCode.FULL, "the cluster does not answer; try again later");
      return false;
    }
    if (!registered) {
      refuse(
          ErrorCode.SID_IN_USE,
          CloseCode.NOT_ALLOWED,
          "sid: a session with this sid is live; choose another");
    }
    return registered;
  }

  private void audio(byte[] pcm) {
    Session live = session;
    if (live == null) {
      outOfOrder("audio came before session.start");
    } else if (live.isEnding()) {
      outOfOrder("audio came after session.end");
    } else if (pcm.length % 2 != 0) {
      refuse(
          ErrorCode.BAD_MESSAGE,
          CloseCode.BAD_MESSAGE,
          "audio: a frame must hold whole 16-bit samples");
    } else {
      try {
        live.audio(pcm);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private void tooBig() {
    refuse(
        ErrorCode.TOO_BIG,
        CloseCode.TOO_BIG,
        "a message may have at most %d bytes".formatted(services.config().messageBytes()));
  }

  private void outOfOrder(String message) {
    refuse(ErrorCode.OUT_OF_ORDER, CloseCode.BAD_MESSAGE, message);
  }

  private void refuse(ErrorCode code, CloseCode close, String message) {
    closing = true;
    boolean later = close == CloseCode.FULL;
    outbox.send(
        new ServerMessage.Failure(code, true, later, later ? RETRY_AFTER_MS : null, message));
    outbox.close(close, code.name().toLowerCase(Locale.ROOT));
  }

  private ServerMessage heartbeat() {
    Session live = session;
    return new ServerMessage.Heartbeat(live == null ? 0 : live.receivedSamples());
  }

  /** The connection as the writer sees it. */
  private record ConnectionWire(WsSession connection) implements Outbox.Wire {
    @Override
    public void text(String json) {
      connection.send(json, true);
    }

    @Override
    public void pong(ByteBuffer payload) {
      byte[] bytes = new byte[payload.remaining()];
      payload.get(bytes);
      connection.pong(BufferData.create(bytes));
    }

    @Override
    public void close(int code, String reason) {
      connection.close(code, reason);
    }

    @Override
    public void cut() {
      if (connection instanceof ServerConnection server) {
        server.close(true);
      }
    }
  }
}
