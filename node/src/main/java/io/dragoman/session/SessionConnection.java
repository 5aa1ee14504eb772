package io.dragoman.session;

import io.dragoman.protocol.CloseCode;
import io.dragoman.protocol.ErrorCode;
import io.dragoman.protocol.ServerMessage;
import io.dragoman.websocket.Lobby;
import io.dragoman.websocket.MessageReader;
import io.dragoman.websocket.Received;
import io.dragoman.websocket.Watch;
import io.helidon.common.buffers.BufferData;
import io.helidon.common.concurrency.limits.Limit;
import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.spi.ServerConnection;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * One WebSocket from its handshake to its end: reads what the client sends and passes it on, sees
 * to pings and to the closing handshake, and releases everything however the connection ends.
 *
 * <p>{@link #handle} runs on the connection's thread, {@link #write} on the {@link Outbox}'s,
 * {@link #check} on the {@link Watch}'s.
 */
final class SessionConnection implements ServerConnection, Watch.Watched, Outbox.Wire {

  /** A pause in a client's audio that is no accident of the network. */
  private static final long PAUSE_NANOS = TimeUnit.SECONDS.toNanos(2);

  /** After so many pings' time without a byte, the client is gone. */
  private static final int SILENT_PINGS = 3;

  /** A text counts as one message more for each so many characters. */
  private static final double TEXT_CHARS = 1_024;

  /** A client that still sends while it is being closed is read slowly. */
  private static final Duration CLOSING_PAUSE = Duration.ofMillis(5);

  private final ConnectionContext context;
  private final Lobby.Place place;
  private final ConnectionConfig config;
  private final SessionEndpoint endpoint;
  private final MessageReader reader;
  private final Pace pace;
  private final Outbox outbox;
  private final SessionSocket socket;

  /** When the client last sent something, or was last waited for. */
  private volatile long heardAt = System.nanoTime();

  /** Whether the client is waited for. */
  private volatile boolean listening;

  /** Only accessed by the watch. */
  private long pingedAt = heardAt;

  /** Whether the last that came was audio. */
  private volatile boolean audioIsLast;

  /**
   * @param context its {@code dataReader} may hold bytes that came with the handshake
   * @param place may have to be given up until a session has started
   */
  SessionConnection(
      ConnectionContext context,
      Lobby.Place place,
      SessionServices services,
      SessionEndpoint endpoint,
      String sid) {
    this.context = context;
    this.place = place;
    this.config = services.config().connections();
    this.endpoint = endpoint;
    this.reader = new MessageReader(this::read, config.messageBytes(), config.fragments());
    this.pace = new Pace(config.messagesPerSecond(), 2.0 * config.messagesPerSecond(), heardAt);
    this.outbox =
        new Outbox(
            this,
            config.outboxMessages(),
            config.outboxBytes(),
            this::heartbeat,
            services.metrics().delays()::sent);
    this.socket = new SessionSocket(services, endpoint, place, sid, outbox);
  }

  SessionSocket socket() {
    return socket;
  }

  /** Never throws: Helidon would write an HTTP answer into the WebSocket, and log the exception. */
  @Override
  public void handle(Limit limit) {
    boolean done = false;
    try {
      outbox.start();
      endpoint.opened(this);
      int code = converse();
      outbox.awaitSent();
      done = code == CloseCode.ENDED.code();
    } catch (IOException e) {
      // The connection broke, or the client left without a word.
    } catch (InterruptedException e) {
      // The node stops. The interrupt is not kept, since the clean-up may have to wait.
    } finally {
      outbox.abandon(place.lost() ? Outbox.CROWDED : Outbox.BROKEN);
      socket.gone(done);
      endpoint.closed(this, outbox.end());
    }
  }

  @Override
  @SuppressWarnings("removal")
  public void handle(Semaphore limit) {
    throw new UnsupportedOperationException("Helidon calls the other one");
  }

  /** Listens to the client until it closes; returns the code of that. */
  private int converse() throws IOException, InterruptedException {
    while (!outbox.isClosing()) {
      Received received = reader.next();
      if (received instanceof Received.Close(int code)) {
        outbox.answerClose(code);
        return code;
      }
      if (!outbox.isClosing()) {
        TimeUnit.NANOSECONDS.sleep(pace.take(cost(received), System.nanoTime()));
        try {
          take(received);
        } catch (RuntimeException bug) {
          socket.failed(bug);
        }
      }
    }
    return reader.awaitClose();
  }

  private void take(Received received) throws InterruptedException {
    audioIsLast = received instanceof Received.Binary;
    if (!audioIsLast) {
      socket.present();
    }
    switch (received) {
      case Received.Text(String text) -> socket.text(text);
      case Received.Binary(byte[] bytes) -> socket.audio(bytes);
      case Received.Ping(byte[] payload) -> outbox.pong(payload);
      case Received.Pong(), Received.Close(_) -> {}
      case Received.Fault(Received.Rule rule, String what) -> {
        switch (rule) {
          case FRAMING -> socket.refuse(ErrorCode.PROTOCOL_ERROR, CloseCode.PROTOCOL_ERROR, what);
          case UTF_8 -> socket.refuse(ErrorCode.INVALID_UTF8, CloseCode.INVALID_UTF8, what);
          case SIZE -> socket.refuse(ErrorCode.TOO_BIG, CloseCode.TOO_BIG, what);
        }
      }
    }
  }

  private static double cost(Received received) {
    return received instanceof Received.Text(String text) ? 1 + text.length() / TEXT_CHARS : 1;
  }

  private byte @Nullable [] read() {
    if (outbox.isClosing()) {
      LockSupport.parkNanos(CLOSING_PAUSE.toNanos());
    }
    int early = context.dataReader().available();
    if (early > 0) {
      return context.dataReader().readBytes(early);
    }
    heardAt = System.nanoTime();
    listening = true;
    byte[] bytes = context.serverSocket().get();
    listening = false;
    return bytes;
  }

  @Override
  public void write(byte[] frame) {
    context.serverSocket().write(BufferData.create(frame));
  }

  @Override
  public void check(long now) {
    long silent = listening ? now - heardAt : 0;
    if (outbox.isOverdue(now, config.patience())) {
      cut(Outbox.STUCK);
    } else if (silent > SILENT_PINGS * config.ping().toNanos()) {
      cut(Outbox.SILENT);
    } else if (!outbox.isClosing()) {
      if (isPingDue(now, silent)) {
        pingedAt = now;
        outbox.ping();
      }
      socket.check(now);
    }
  }

  /** A client that spoke is asked early if it is there: what it said last waits for that. */
  private boolean isPingDue(long now, long silent) {
    long ping = config.ping().toNanos();
    return audioIsLast && pingedAt - heardAt < 0
        ? silent > Math.min(ping, PAUSE_NANOS)
        : silent > ping && now - pingedAt > ping;
  }

  private void cut(String why) {
    outbox.abandon(why);
    close(true);
  }

  @Override
  public void close(boolean interrupt) {
    try {
      context.serverSocket().close();
    } catch (UncheckedIOException e) {
      // It is closed for us all the same.
    }
  }

  /** Idle connections are this class's own affair. */
  @Override
  public Duration idleTime() {
    return Duration.ZERO;
  }

  private ServerMessage heartbeat() {
    return new ServerMessage.Heartbeat(socket.receivedSamples());
  }
}
