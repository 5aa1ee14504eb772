package io.dragoman.client;

import io.dragoman.protocol.ClientMessage;
import io.dragoman.protocol.Codec;
import io.dragoman.protocol.PublishedSchema;
import io.dragoman.protocol.ServerMessage;
import io.helidon.common.buffers.BufferData;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.websocket.WsRouting;
import io.helidon.websocket.WsListener;
import io.helidon.websocket.WsSession;
import java.io.ByteArrayOutputStream;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;

/**
 * A node that hears all that the protocol allows, and says what a test makes it say; beside it,
 * that it lives.
 */
public final class FakeNode implements AutoCloseable {
  static final ClientMessage.SessionStart START =
      new ClientMessage.SessionStart(
          "translation",
          new ClientMessage.Audio("pcm_s16le", 24_000, 1),
          List.of("en-US"),
          List.of(new ClientMessage.Target("es")),
          null,
          true,
          null);

  static final ServerMessage.SessionStarted STARTED =
      new ServerMessage.SessionStarted(
          "s1",
          1,
          0,
          "token",
          60,
          new ServerMessage.Limits(65_536, 10_000, 30),
          "n1",
          List.of("speech"));

  /** What was received, without the audio. */
  public final Queue<ClientMessage> received = new ConcurrentLinkedQueue<>();

  private final Set<WsSession> living = ConcurrentHashMap.newKeySet();
  private final ScheduledExecutorService heart = Executors.newSingleThreadScheduledExecutor();
  private final ByteArrayOutputStream audio = new ByteArrayOutputStream();
  private final WebServer server;

  /**
   * @param script is called for every control message that comes
   */
  public FakeNode(BiConsumer<WsSession, ClientMessage> script) {
    server =
        WebServer.builder()
            .host("127.0.0.1")
            .port(0)
            .addRouting(WsRouting.builder().endpoint("/v1/session", () -> new Listener(script)))
            .build()
            .start();
    var _ = heart.scheduleAtFixedRate(this::beat, 500, 500, TimeUnit.MILLISECONDS);
  }

  private void beat() {
    for (WsSession session : living) {
      try {
        say(session, new ServerMessage.Heartbeat(0));
      } catch (RuntimeException e) {
        living.remove(session); // It has ended.
      }
    }
  }

  /** Says nothing by itself any more. */
  public void fallSilent() {
    heart.shutdownNow();
  }

  /** Starts a session, and ends it when it is asked to. */
  public static void behaved(WsSession session, ClientMessage message) {
    switch (message) {
      case ClientMessage.SessionStart _ -> say(session, STARTED);
      case ClientMessage.SessionEnd _ -> {
        say(session, new ServerMessage.SessionEnded("client", new ServerMessage.Usage(100, 0, 0)));
        session.close(1000, "ended");
      }
      default -> {}
    }
  }

  public static void say(WsSession session, ServerMessage message) {
    session.send(Codec.encode(message), true);
  }

  public SessionAddress address() throws ClientException {
    return SessionAddress.parse("ws://127.0.0.1:" + server.port());
  }

  public byte[] audio() {
    synchronized (audio) {
      return audio.toByteArray();
    }
  }

  @Override
  public void close() {
    heart.shutdownNow();
    server.stop();
  }

  private final class Listener implements WsListener {
    private final BiConsumer<WsSession, ClientMessage> script;

    Listener(BiConsumer<WsSession, ClientMessage> script) {
      this.script = script;
    }

    @Override
    public void onMessage(WsSession session, String text, boolean last) {
      try {
        List<String> broken = PublishedSchema.CLIENT.broken(text);
        if (!broken.isEmpty()) {
          throw new AssertionError(text + " breaks the protocol: " + broken);
        }
        ClientMessage message = Codec.decodeClient(text);
        received.add(message);
        living.add(session);
        script.accept(session, message);
      } catch (Codec.BadMessageException e) {
        session.close(4400, e.getMessage());
      }
    }

    @Override
    public void onClose(WsSession session, int status, String reason) {
      living.remove(session);
    }

    @Override
    public void onError(WsSession session, Throwable broken) {
      living.remove(session);
    }

    @Override
    public void onMessage(WsSession session, BufferData buffer, boolean last) {
      synchronized (audio) {
        audio.writeBytes(buffer.readBytes());
      }
    }
  }
}
