package io.dragoman.client;

import io.dragoman.protocol.ClientMessage;
import io.dragoman.protocol.Codec;
import io.dragoman.protocol.ServerMessage;
import java.io.IOException;
import java.net.ConnectException;
import java.net.http.HttpClient;
import java.net.http.HttpTimeoutException;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.nio.ByteBuffer;
import java.nio.channels.UnresolvedAddressException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * One session with a node over one WebSocket connection. Sending blocks until the connection has
 * taken what is sent, so nothing piles up here. A node that takes nothing, or says nothing, for
 * {@value #PATIENCE_S} s breaks the session. Thread-safe.
 */
public final class CaptionClient implements AutoCloseable {
  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);
  private static final int PATIENCE_S = 10;
  private static final int MAX_MESSAGE_CHARS = 1 << 20;

  /** Shared by all sessions of the process; its threads are daemons. */
  private static final HttpClient HTTP =
      HttpClient.newBuilder()
          .executor(Executors.newVirtualThreadPerTaskExecutor())
          .connectTimeout(CONNECT_TIMEOUT)
          .build();

  /** Is told what the node says: one call at a time, in order. The next message waits meanwhile. */
  @FunctionalInterface
  public interface Listener {

    /**
     * A text frame as it came, before any filter.
     *
     * @param message what it means; null for a type that this version does not know
     */
    void onMessage(String raw, @Nullable ServerMessage message);
  }

  private final SessionAddress address;
  private final CompletableFuture<ServerMessage.SessionStarted> started = new CompletableFuture<>();
  private final CompletableFuture<Ending> ended = new CompletableFuture<>();
  private final ReentrantLock sending = new ReentrantLock();
  private final Duration patience;
  private final WebSocket socket;

  /** When the node last said something; it does so every second. */
  private volatile long heardAt = System.nanoTime();

  private CaptionClient(SessionAddress address, Listener listener, Duration patience)
      throws ClientException, InterruptedException {
    this.address = address;
    this.patience = patience;
    CompletableFuture<WebSocket> opening =
        HTTP.newWebSocketBuilder()
            .connectTimeout(CONNECT_TIMEOUT)
            .buildAsync(address.uri(), new Reader(listener));
    try {
      socket = opening.get();
    } catch (ExecutionException e) {
      throw new ClientException(describe(cause(e)), isWrongAddress(cause(e)), e);
    } catch (InterruptedException e) {
      opening.cancel(true);
      throw e;
    }
  }

  /** Connects and asks for the session; {@link #awaitStarted} says whether it was granted. */
  public static CaptionClient connect(
      SessionAddress address, ClientMessage.SessionStart start, Listener listener)
      throws ClientException, InterruptedException {
    return connect(address, start, listener, Duration.ofSeconds(PATIENCE_S));
  }

  static CaptionClient connect(
      SessionAddress address,
      ClientMessage.SessionStart start,
      Listener listener,
      Duration patience)
      throws ClientException, InterruptedException {
    CaptionClient client = new CaptionClient(address, listener, patience);
    try {
      client.send(start);
      return client;
    } catch (ClientException | InterruptedException e) {
      client.close();
      throw e;
    }
  }

  /** Waits until the session runs. Fails when the node refuses it or does not answer in time. */
  public ServerMessage.SessionStarted awaitStarted(Duration timeout)
      throws ClientException, InterruptedException {
    try {
      return started.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      throw new ClientException("no session: " + describeEnd());
    } catch (TimeoutException e) {
      throw new ClientException(
          address.authority() + " did not start a session within " + timeout.toSeconds() + " s");
    }
  }

  /** Sends audio as the session's next samples: whole samples, 20 to 100 ms of them. */
  public void sendAudio(byte[] pcm) throws ClientException, InterruptedException {
    send(() -> socket.sendBinary(ByteBuffer.wrap(pcm), true));
  }

  /** Sends a control message. */
  public void send(ClientMessage message) throws ClientException, InterruptedException {
    send(() -> socket.sendText(Codec.encode(message), true));
  }

  /** Waits for the connection's end as long as the node says something. */
  public Ending awaitEnd() throws InterruptedException {
    Ending ending = null;
    while (ending == null) {
      endIfSilent();
      ending = awaitEnd(patience.minusNanos(System.nanoTime() - heardAt));
    }
    return ending;
  }

  /** Waits for the connection's end; null when it has not come in time. */
  public @Nullable Ending awaitEnd(Duration timeout) throws InterruptedException {
    try {
      return ended.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      return null;
    } catch (ExecutionException e) {
      throw new AssertionError("an ending is never exceptional", e);
    }
  }

  /** Gives the connection up at once, unless it has ended. */
  @Override
  public void close() {
    if (!ended.isDone()) {
      socket.abort();
      end(new Ending.Broken("the session was given up by this client"));
    }
  }

  /** A WebSocket has room for one send at a time. */
  private void send(Supplier<CompletableFuture<WebSocket>> operation)
      throws ClientException, InterruptedException {
    sending.lockInterruptibly();
    try {
      endIfSilent();
      if (ended.isDone()) {
        throw new ClientException(describeEnd());
      }
      operation.get().get(patience.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      throw new ClientException(ended.isDone() ? describeEnd() : describe(cause(e)), e);
    } catch (TimeoutException e) {
      socket.abort();
      end(new Ending.Broken(address.authority() + " takes no audio any more"));
      throw new ClientException(describeEnd(), e);
    } finally {
      sending.unlock();
    }
  }

  /**
   * A network may lose the connection's end, and Java's WebSocket does not tell of every one that
   * comes: about one in twenty that follow a message closely.
   */
  private void endIfSilent() {
    if (System.nanoTime() - heardAt > patience.toNanos() && !ended.isDone()) {
      socket.abort();
      end(new Ending.Broken(address.authority() + " fell silent"));
    }
  }

  /** The first ending counts. */
  private void end(Ending ending) {
    if (ended.complete(ending)) {
      started.completeExceptionally(new ClientException(ending.describe()));
    }
  }

  private String describeEnd() {
    return ended.join().describe();
  }

  private static Throwable cause(ExecutionException e) {
    return e.getCause() == null ? e : e.getCause();
  }

  private String describe(Throwable failure) {
    String where = address.authority();
    return switch (failure) {
      case WebSocketHandshakeException refused ->
          where + " answered " + refused.getResponse().statusCode() + " instead of a session";
      case ConnectException e ->
          e.getCause() instanceof UnresolvedAddressException
              ? "the host of " + where + " is not known"
              : "nothing answers at " + where;
      case HttpTimeoutException _ ->
          where + " did not answer within " + CONNECT_TIMEOUT.toSeconds() + " s";
      case SSLException tls -> "no TLS connection to " + where + ": " + tls.getMessage();
      case IOException broken -> "the connection to " + where + " broke: " + broken.getMessage();
      default -> "the connection to " + where + " failed: " + failure;
    };
  }

  private static boolean isWrongAddress(Throwable failure) {
    return switch (failure) {
      case WebSocketHandshakeException refused -> refused.getResponse().statusCode() == 404;
      case ConnectException e -> e.getCause() instanceof UnresolvedAddressException;
      default -> false;
    };
  }

  /** Puts frames together and passes them on. Its fields are only used by the WebSocket's calls. */
  private final class Reader implements WebSocket.Listener {
    private static final int NO_CLOSE_FRAME = 1006;

    private final Listener listener;
    private final StringBuilder text = new StringBuilder();
    private ServerMessage.@Nullable Failure lastError;

    Reader(Listener listener) {
      this.listener = listener;
    }

    @Override
    public @Nullable CompletionStage<?> onText(WebSocket ws, CharSequence data, boolean last) {
      heardAt = System.nanoTime();
      text.append(data);
      if (text.length() > MAX_MESSAGE_CHARS) {
        giveUp(ws, "the node sent a message of more than " + MAX_MESSAGE_CHARS + " characters");
        return null;
      }
      if (last) {
        String raw = text.toString();
        text.setLength(0);
        try {
          onMessage(raw, Codec.decodeServer(raw));
        } catch (Codec.BadMessageException e) {
          giveUp(ws, "the node sent something that is not a message: " + e.getMessage());
          return null;
        }
      }
      ws.request(1);
      return null;
    }

    private void onMessage(String raw, @Nullable ServerMessage message) {
      switch (message) {
        case ServerMessage.SessionStarted s -> started.complete(s);
        case ServerMessage.Failure f -> lastError = f;
        case null, default -> {}
      }
      listener.onMessage(raw, message);
    }

    @Override
    public @Nullable CompletionStage<?> onClose(WebSocket ws, int code, String reason) {
      end(
          code == NO_CLOSE_FRAME
              ? new Ending.Broken("the connection to " + address.authority() + " broke")
              : new Ending.Closed(code, reason, lastError));
      return null;
    }

    @Override
    public void onError(WebSocket ws, Throwable error) {
      end(new Ending.Broken(describe(error)));
    }

    private void giveUp(WebSocket ws, String sentence) {
      ws.abort();
      end(new Ending.Broken(sentence));
    }
  }
}
