package io.dragoman.openai;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.ConnectException;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A client of an OpenAI-compatible server over Java's {@link HttpClient}.
 *
 * <p>An {@code HttpClient} keeps one HTTP/2 connection to a server, and fails above that server's
 * limit of concurrent streams instead of queueing. So there are several, each with a bounded number
 * of calls. A connection is opened ahead of its first call with a GET, since a plaintext connection
 * changes to HTTP/2 only with a request that has no body.
 *
 * <p>Each request has one permit, so none may be sent twice unseen. Java sends a request again, a
 * POST too, that an HTTP/2 server says it left unprocessed. {@code node/bin/jvm.options} allows it
 * one attempt; that is a switch of the whole process, which Java reads once.
 */
public final class OpenAiClient implements OpenAi {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final OpenAiConfig config;
  private final List<Connection> connections;
  private final ScheduledExecutorService timer = timer();
  private final CircuitBreaker breaker;

  /** Does what the connections do for themselves; virtual threads take turns at less cost. */
  private final ExecutorService work = Executors.newVirtualThreadPerTaskExecutor();

  /** Starts to open the connections; does not wait for them. */
  public OpenAiClient(OpenAiConfig config) {
    this.config = config;
    this.breaker =
        new CircuitBreaker(
            config.rests(), System::nanoTime, () -> ThreadLocalRandom.current().nextDouble());
    this.connections =
        IntStream.range(0, config.connections()).mapToObj(i -> new Connection()).toList();
    connections.forEach(connection -> Thread.startVirtualThread(connection::warm));
  }

  @Override
  public Optional<Slot> tryReserve() {
    CircuitBreaker.Pass pass = breaker.tryPass();
    if (pass == null) {
      return Optional.empty();
    }
    Connection freest = tryAcquireFreest();
    if (freest == null) {
      pass.giveBack();
      return Optional.empty();
    }
    return Optional.of(new CallSlot(freest, pass));
  }

  /** Takes a place of the connection that has most of them free; null where none has any. */
  private @Nullable Connection tryAcquireFreest() {
    while (true) {
      Connection freest = null;
      int most = 0;
      for (Connection connection : connections) {
        int free = connection.free.availablePermits();
        if (free > most) {
          freest = connection;
          most = free;
        }
      }
      if (freest == null || freest.free.tryAcquire()) {
        return freest;
      }
      // Somebody else was quicker.
    }
  }

  @Override
  public Standing standing() {
    return breaker.standing();
  }

  @Override
  public Optional<Trouble> trouble() {
    return breaker.trouble();
  }

  @Override
  public void close() {
    connections.forEach(connection -> connection.http.shutdownNow());
    timer.shutdownNow();
    work.shutdownNow();
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(config.resolve(path))
        .header("Authorization", "Bearer " + config.apiKey());
  }

  private HttpRequest post(ChatRequest chat, ChatListener listener) {
    Map<String, Object> body =
        Map.of(
            "model", chat.model(),
            "stream", true,
            "stream_options", Map.of("include_usage", true),
            "temperature", 0,
            "max_completion_tokens", chat.maxCompletionTokens(),
            "messages",
                List.of(
                    Map.of("role", "system", "content", chat.system()),
                    Map.of("role", "user", "content", chat.user())));
    try {
      return request("/chat/completions")
          .header("Content-Type", "application/json")
          .header("Accept", "text/event-stream")
          .POST(noticed(JSON.writeValueAsBytes(body), listener))
          .build();
    } catch (IOException e) {
      throw new IllegalArgumentException("a request that cannot be written", e);
    }
  }

  /** A body that is asked for once the request's head is written, and tells so. */
  private static HttpRequest.BodyPublisher noticed(byte[] body, ChatListener listener) {
    HttpRequest.BodyPublisher bytes = BodyPublishers.ofByteArray(body);
    return BodyPublishers.fromPublisher(
        subscriber -> {
          listener.onSent();
          bytes.subscribe(subscriber);
        },
        body.length);
  }

  /** One HTTP/2 connection, or the pool of HTTP/1.1 connections where the server has no HTTP/2. */
  private final class Connection {
    private final Semaphore free = new Semaphore(config.callsPerConnection());
    private final HttpClient http =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_2)
            .executor(work)
            .connectTimeout(config.connectTimeout())
            .followRedirects(HttpClient.Redirect.NEVER)
            .build();

    /** A server that is not there is so known before anybody needs it. */
    void warm() {
      CircuitBreaker.Pass pass = breaker.tryPass();
      if (pass == null) {
        return;
      }
      try {
        http.send(
            request("/models").GET().timeout(config.timeout()).build(), BodyHandlers.discarding());
        pass.giveBack();
      } catch (IOException e) {
        pass.settle(new ApiResult.Failed(true, false, describe(e)));
      } catch (InterruptedException e) {
        pass.giveBack();
        Thread.currentThread().interrupt();
      }
    }

    ApiResult call(ChatRequest chat, long deadline, ChatListener listener)
        throws InterruptedException {
      CompletableFuture<HttpResponse<InputStream>> sent =
          http.sendAsync(post(chat, listener), BodyHandlers.ofInputStream());
      HttpResponse<InputStream> response;
      try {
        response = sent.get(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
      } catch (TimeoutException e) {
        sent.cancel(true);
        return new ApiResult.Failed(
            true, true, "no answer within " + config.timeout().toSeconds() + " s");
      } catch (InterruptedException e) {
        sent.cancel(true);
        throw e;
      } catch (ExecutionException e) {
        return notSent(e);
      }
      listener.onArrival(HeaderReader.limits(response.headers()));
      return read(response, listener, deadline);
    }
  }

  private final class CallSlot implements Slot {
    private final Connection connection;
    private final CircuitBreaker.Pass pass;
    private final AtomicBoolean closed = new AtomicBoolean();
    private boolean settled;

    CallSlot(Connection connection, CircuitBreaker.Pass pass) {
      this.connection = connection;
      this.pass = pass;
    }

    @Override
    public ApiResult call(ChatRequest chat, long since, ChatListener listener)
        throws InterruptedException {
      if (settled) {
        throw new IllegalStateException("a slot is for one call");
      }
      long deadline = since + config.timeout().toNanos();
      if (System.nanoTime() - deadline >= 0) {
        // That is no fault of the upstream's: the pass is given back.
        return new ApiResult.Failed(true, false, "its time was over before it was sent");
      }
      ApiResult result = connection.call(chat, deadline, listener);
      settled = true;
      pass.settle(result);
      return result;
    }

    @Override
    public void close() {
      if (closed.compareAndSet(false, true)) {
        if (!settled) {
          pass.giveBack();
        }
        connection.free.release();
      }
    }
  }

  /** Reads the answer; when the time is over its body is closed, which ends the reading. */
  private ApiResult read(HttpResponse<InputStream> response, ChatListener listener, long deadline)
      throws InterruptedException {
    AtomicBoolean late = new AtomicBoolean();
    try (InputStream body = response.body()) {
      var timeout =
          timer.schedule(
              () -> {
                late.set(true);
                closeQuietly(body);
              },
              deadline - System.nanoTime(),
              TimeUnit.NANOSECONDS);
      try {
        return read(response, body, listener);
      } finally {
        timeout.cancel(false);
      }
    } catch (IOException e) {
      if (Thread.interrupted()) {
        throw new InterruptedException();
      }
      return late.get()
          ? new ApiResult.Failed(
              true, true, "the answer took longer than " + config.timeout().toSeconds() + " s")
          : new ApiResult.Failed(true, true, "the answer broke off");
    }
  }

  private static ApiResult read(
      HttpResponse<InputStream> response, InputStream body, ChatListener listener)
      throws IOException {
    return response.statusCode() == 200
        ? new AnswerReader(listener)
            .read(new BufferedReader(new InputStreamReader(body, StandardCharsets.UTF_8)))
        : ErrorReader.read(response.statusCode(), response.headers(), body);
  }

  /**
   * Whether a request whose sending failed may have arrived: certainly not without a connection.
   */
  private static ApiResult notSent(ExecutionException e) {
    Throwable cause = e.getCause() == null ? e : e.getCause();
    boolean connected =
        !(cause instanceof ConnectException || cause instanceof HttpConnectTimeoutException);
    return new ApiResult.Failed(true, connected, describe(cause));
  }

  private static String describe(Throwable e) {
    String message = e.getMessage();
    if (message != null) {
      return message;
    }
    return e instanceof ConnectException ? "no connection" : e.getClass().getSimpleName();
  }

  private static void closeQuietly(InputStream body) {
    try {
      body.close();
    } catch (IOException e) {
      // It is given up anyway.
    }
  }

  private static ScheduledExecutorService timer() {
    ScheduledThreadPoolExecutor timer =
        new ScheduledThreadPoolExecutor(
            1, Thread.ofPlatform().daemon().name("openai-timeouts").factory());
    timer.setRemoveOnCancelPolicy(true);
    return timer;
  }
}
