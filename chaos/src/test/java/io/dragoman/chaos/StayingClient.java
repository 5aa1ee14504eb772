package io.dragoman.chaos;

import io.dragoman.client.CaptionClient;
import io.dragoman.client.ClientException;
import io.dragoman.client.Ending;
import io.dragoman.client.SessionAddress;
import io.dragoman.protocol.ClientMessage;
import io.dragoman.protocol.CloseCode;
import io.dragoman.protocol.Codec;
import io.dragoman.protocol.ServerMessage;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * A client that stays in its only connection, whatever it is told. It sends from one thread at a
 * time.
 */
final class StayingClient implements JudgedSpeaker.Client {
  private static final Duration PATIENCE = Duration.ofMinutes(1);

  private final CaptionClient.Listener listener;
  private final CompletableFuture<Void> started = new CompletableFuture<>();
  private final CompletableFuture<Ending> ended = new CompletableFuture<>();
  private final HttpClient http = HttpClient.newHttpClient();
  private final WebSocket socket;

  StayingClient(SessionAddress address, CaptionClient.Listener listener) throws Exception {
    this.listener = listener;
    this.socket =
        http.newWebSocketBuilder()
            .buildAsync(address.uris().getFirst(), new Reader())
            .get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    send(JudgedSpeaker.start());
    started.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
  }

  @Override
  public void sendAudio(byte[] pcm) throws ClientException {
    await(socket.sendBinary(ByteBuffer.wrap(pcm), true));
  }

  @Override
  public void send(ClientMessage message) throws ClientException {
    await(socket.sendText(Codec.encode(message), true));
  }

  private static void await(CompletableFuture<WebSocket> sent) throws ClientException {
    try {
      sent.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException | InterruptedException e) {
      throw new ClientException("the connection broke: " + e);
    }
  }

  @Override
  public @Nullable Ending awaitEnd(Duration timeout) throws InterruptedException {
    try {
      return ended.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      return null;
    } catch (ExecutionException e) {
      throw new AssertionError("an ending is never exceptional", e);
    }
  }

  @Override
  public void close() {
    socket.abort();
    http.shutdownNow();
  }

  /** Its field is only used by the WebSocket's calls. */
  private final class Reader implements WebSocket.Listener {
    private final StringBuilder text = new StringBuilder();

    @Override
    public @Nullable CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
      text.append(data);
      if (last) {
        hear(text.toString());
        text.setLength(0);
      }
      from.request(1);
      return null;
    }

    private void hear(String raw) {
      try {
        ServerMessage message = Codec.decodeServer(raw);
        listener.onMessage(raw, message);
        if (message instanceof ServerMessage.SessionStarted) {
          started.complete(null);
        } else if (message instanceof ServerMessage.SessionEnded) {
          // Java's WebSocket does not tell of every close that follows.
          ended.complete(new Ending.Closed(CloseCode.ENDED.code(), "", null));
        }
      } catch (Codec.BadMessageException e) {
        ended.complete(new Ending.GivenUp(raw));
      }
    }

    @Override
    public @Nullable CompletionStage<?> onClose(WebSocket from, int code, String reason) {
      ended.complete(new Ending.Closed(code, reason, null));
      return null;
    }

    @Override
    public void onError(WebSocket from, Throwable error) {
      ended.complete(new Ending.Broken(String.valueOf(error)));
    }
  }
}
