package io.dragoman.client;

import io.dragoman.protocol.ClientMessage;
import io.dragoman.protocol.CloseCode;
import io.dragoman.protocol.Codec;
import io.dragoman.protocol.ServerMessage;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
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
import java.util.function.Supplier;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * One WebSocket connection to a node. A node says something every second: one that says nothing for
 * as long as it is given breaks the connection. One thread sends; others may watch and close.
 */
final class Connection {
  private static final int MAX_MESSAGE_CHARS = 1 << 20;
  private static final int NO_CLOSE_FRAME = 1006;

  /** For a close's answer, in which a connection takes what was said before. */
  private static final Duration ANSWER_WITHIN = Duration.ofSeconds(1);

  /** Shared by all connections of the process; its threads are daemons. */
  private static final HttpClient HTTP =
      HttpClient.newBuilder().executor(Executors.newVirtualThreadPerTaskExecutor()).build();

  /** Is told what comes, one call at a time and in order. */
  interface Listener {

    /**
     * A text frame.
     *
     * @param message what it means; null for a type that this version does not know
     */
    void onMessage(Connection connection, String raw, @Nullable ServerMessage message);

    /** Nothing more will come. */
    void onEnd();
  }

  private final String authority;
  private final Listener listener;
  private final CompletableFuture<Ending> ended = new CompletableFuture<>();
  private final CompletableFuture<WebSocket> opening;
  private volatile Duration patience;
  private volatile long heardAt = System.nanoTime();
  private volatile long endedAt;
  private volatile ServerMessage.@Nullable Failure fatalError;

  private Connection(URI uri, Listener listener, Duration connectWithin, Duration patience) {
    this.authority = uri.getRawAuthority();
    this.listener = listener;
    this.patience = patience;
    this.opening =
        HTTP.newWebSocketBuilder().connectTimeout(connectWithin).buildAsync(uri, new Reader());
  }

  /**
   * Opens a connection.
   *
   * @param within how long the node may take
   * @param patience how long it may then say nothing
   */
  static Connection open(URI uri, Listener listener, Duration within, Duration patience)
      throws ClientException, InterruptedException {
    Connection connection = new Connection(uri, listener, within, patience);
    try {
      connection.opening.get();
      return connection;
    } catch (ExecutionException e) {
      Throwable cause = cause(e);
      throw new ClientException(connection.describe(cause, within), isWrongAddress(cause), e);
    } catch (InterruptedException e) {
      connection.opening.cancel(true);
      throw e;
    }
  }

  /** From now on the node may say nothing for so long. */
  void patience(Duration changed) {
    patience = changed;
  }

  /** How it ended; null as long as it goes on. */
  @Nullable Ending ending() {
    return ended.getNow(null);
  }

  /** How long the node may still say nothing, in nanoseconds; ends the connection when it is 0. */
  long untilSilent() {
    long left = patience.toNanos() - (System.nanoTime() - heardAt);
    if (left <= 0) {
      end(ending(NO_CLOSE_FRAME, "", authority + " fell silent"), heardAt);
    }
    return Math.max(0, left);
  }

  /** Waits until the connection has taken a message; false when it ended instead. */
  boolean send(ClientMessage message) throws InterruptedException {
    return send(() -> socket().sendText(Codec.encode(message), true));
  }

  /** Waits until the connection has taken audio; false when it ended instead. */
  boolean send(byte[] pcm) throws InterruptedException {
    return send(() -> socket().sendBinary(ByteBuffer.wrap(pcm), true));
  }

  /** Host and port, as people write them. */
  String authority() {
    return authority;
  }

  /** When it ended, or was last heard of where it fell silent, as {@link System#nanoTime}. */
  long endedAt() {
    return endedAt;
  }

  /** Lets nothing through any more, either way. How it ended: the first ending counts. */
  Ending end(Ending ending) {
    return end(ending, System.nanoTime());
  }

  private WebSocket socket() {
    return opening.join();
  }

  private boolean send(Supplier<CompletableFuture<WebSocket>> operation)
      throws InterruptedException {
    if (ended.isDone()) {
      return false;
    }
    CompletableFuture<WebSocket> taken = operation.get();
    while (!ended.isDone()) {
      try {
        taken.get(untilSilent(), TimeUnit.NANOSECONDS);
        return true;
      } catch (TimeoutException stillWaiting) {
        // The node may take its time as long as it says something.
      } catch (ExecutionException e) {
        end(new Ending.Broken(describe(cause(e), patience)));
      }
    }
    return false;
  }

  private Ending end(Ending ending, long at) {
    boolean first;
    synchronized (ended) {
      first = !ended.isDone();
      if (first) {
        endedAt = at;
        ended.complete(ending);
      }
    }
    if (first) {
      // A close may come with the answer to the handshake, before the socket is known here.
      var _ = opening.thenAccept(WebSocket::abort);
      listener.onEnd();
    }
    return ended.join();
  }

  /**
   * What is said after a fatal error is a close, also where its frame was lost: Java's WebSocket
   * does not tell of every one, about one in twenty that follow a message closely.
   */
  private Ending ending(int code, String reason, String otherwise) {
    ServerMessage.Failure error = fatalError;
    return code != NO_CLOSE_FRAME || error != null
        ? new Ending.Closed(code, reason, error)
        : new Ending.Broken(otherwise);
  }

  private static Throwable cause(ExecutionException e) {
    return e.getCause() == null ? e : e.getCause();
  }

  private String describe(Throwable failure, Duration waited) {
    return switch (failure) {
      case WebSocketHandshakeException refused ->
          authority + " answered " + refused.getResponse().statusCode() + " instead of a session";
      case ConnectException e ->
          e.getCause() instanceof UnresolvedAddressException
              ? "the host of " + authority + " is not known"
              : "nothing answers at " + authority;
      case HttpTimeoutException _ ->
          authority + " did not answer within " + waited.toSeconds() + " s";
      case SSLException tls -> "no TLS connection to " + authority + ": " + tls.getMessage();
      case IOException broken ->
          "the connection to " + authority + " broke: " + broken.getMessage();
      default -> "the connection to " + authority + " failed: " + failure;
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
    private final StringBuilder text = new StringBuilder();

    @Override
    public @Nullable CompletionStage<?> onText(WebSocket ws, CharSequence data, boolean last) {
      heardAt = System.nanoTime();
      text.append(data);
      if (text.length() > MAX_MESSAGE_CHARS) {
        refuse("the node sent a message of more than " + MAX_MESSAGE_CHARS + " characters");
        return null;
      }
      if (last) {
        String raw = text.toString();
        text.setLength(0);
        try {
          onMessage(raw, Codec.decodeServer(raw));
        } catch (Codec.BadMessageException e) {
          refuse("the node sent something that is not a message: " + e.getMessage());
          return null;
        }
      }
      ws.request(1);
      return null;
    }

    private void onMessage(String raw, @Nullable ServerMessage message) {
      if (message instanceof ServerMessage.Failure failure && failure.fatal()) {
        fatalError = failure;
      }
      listener.onMessage(Connection.this, raw, message);
    }

    /**
     * The node ends the session once it hears 1000 as well; until then it may be resumed. Java says
     * it after this call, when the connection would be cut and perhaps the process over. So it is
     * said first.
     */
    @Override
    public @Nullable CompletionStage<?> onClose(WebSocket ws, int code, String reason) {
      Ending ending = ending(code, reason, "the connection to " + authority + " broke");
      if (code != CloseCode.ENDED.code()) {
        end(ending);
        return null;
      }
      return ws.sendClose(code, "")
          .orTimeout(ANSWER_WITHIN.toNanos(), TimeUnit.NANOSECONDS)
          .handle((_, _) -> end(ending));
    }

    @Override
    public void onError(WebSocket ws, Throwable error) {
      String what = describe(error, patience);
      end(error instanceof IOException ? new Ending.Broken(what) : new Ending.GivenUp(what));
    }

    /** Another connection would bring the same. */
    private void refuse(String sentence) {
      end(new Ending.GivenUp(sentence));
    }
  }
}
