package io.dragoman.standin;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.dragoman.standin.OpenAiStandInConfig.Delays;
import io.dragoman.standin.OpenAiStandInConfig.Limits;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpClient.Version;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/** Stand-ins without delays, whose windows roll only when told to, and clients of theirs. */
final class OpenAiTestBed {
  static final String HEARD = "Yesterday she go to school.";
  static final String SPANISH = "Ayer ella fue al colegio.";

  private static final ObjectMapper JSON = new ObjectMapper();

  private final AtomicLong clock = new AtomicLong();
  private final List<Runnable> toClose = new ArrayList<>();

  void close() {
    toClose.reversed().forEach(Runnable::run);
  }

  OpenAiStandInConfig config() {
    return OpenAiStandInConfig.defaults().withApiKey("secret").withDelays(Delays.NONE);
  }

  OpenAiStandIn start() {
    return start(config());
  }

  OpenAiStandIn start(Limits limits) {
    return start(config().withLimits(limits));
  }

  OpenAiStandIn start(OpenAiStandInConfig config) {
    OpenAiStandIn standIn = OpenAiStandIn.start(config, PhrasebookTest.SENTENCES, clock::get);
    toClose.add(standIn::close);
    return standIn;
  }

  void advance(Duration time) {
    clock.addAndGet(time.toNanos());
  }

  Client client(Version version) {
    return client(start(), version);
  }

  Client client(OpenAiStandIn standIn, Version version) {
    return new Client(standIn.port(), http(version), "Bearer secret");
  }

  HttpClient http(Version version) {
    HttpClient http = HttpClient.newBuilder().version(version).build();
    toClose.add(http::shutdownNow);
    return http;
  }

  record Client(int port, HttpClient http, String authorization) {
    HttpResponse<String> get(String path) {
      return send(builder(path).build(), BodyHandlers.ofString());
    }

    HttpResponse<String> post(String body) {
      return send(request(body), BodyHandlers.ofString());
    }

    JsonNode stats() {
      return OpenAiTestBed.json(get("/standin/stats").body());
    }

    /** Sets a fault. */
    HttpResponse<String> fault(String json) {
      return send(
          builder("/standin/fault").POST(BodyPublishers.ofString(json)).build(),
          BodyHandlers.ofString());
    }

    void liftFaults() {
      send(builder("/standin/fault").DELETE().build(), BodyHandlers.ofString());
    }

    HttpRequest request(String body) {
      return builder("/v1/chat/completions")
          .header("content-type", "application/json")
          .POST(BodyPublishers.ofString(body))
          .build();
    }

    <T> HttpResponse<T> send(HttpRequest request, HttpResponse.BodyHandler<T> handler) {
      try {
        return http.send(request, handler);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }

    private HttpRequest.Builder builder(String path) {
      HttpRequest.Builder builder =
          HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path));
      return authorization.isEmpty() ? builder : builder.header("authorization", authorization);
    }
  }

  /** A request to translate a text into Spanish. */
  record Translation(String text, int maxTokens, boolean stream) {
    Translation maxTokens(int most) {
      return new Translation(text, most, stream);
    }

    Translation streamed() {
      return new Translation(text, maxTokens, true);
    }

    String json() {
      var root = JSON.createObjectNode().put("model", "gpt-4o-mini");
      if (stream) {
        root.put("stream", true).putObject("stream_options").put("include_usage", true);
      }
      root.put("max_completion_tokens", maxTokens);
      var messages = root.putArray("messages");
      messages.addObject().put("role", "system").put("content", PhrasebookTest.INTO_SPANISH);
      messages.addObject().put("role", "user").put("content", text);
      return root.toString();
    }
  }

  static Translation translation(String text) {
    return new Translation(text, 100, false);
  }

  static int promptTokens(String... messages) {
    int tokens = 0;
    for (String message : messages) {
      tokens += 4 + Tokens.count(message);
    }
    return tokens;
  }

  static String header(HttpResponse<?> response, String name) {
    return response.headers().firstValue(name).orElse("(none)");
  }

  static JsonNode json(String text) {
    try {
      return JSON.readTree(text);
    } catch (IOException e) {
      throw new UncheckedIOException(text, e);
    }
  }

  /** Collects, from now on, warnings of the server and whatever escapes from a thread. */
  Queue<String> complaints() {
    Queue<String> complaints = new ConcurrentLinkedQueue<>();
    Logger logger = Logger.getLogger("io.helidon");
    Handler handler =
        new Handler() {
          @Override
          public void publish(LogRecord record) {
            if (record.getLevel().intValue() >= Level.WARNING.intValue()
                || record.getThrown() != null) {
              complaints.add(record.getMessage() + " " + record.getThrown());
            }
          }

          @Override
          public void flush() {}

          @Override
          public void close() {}
        };
    logger.addHandler(handler);
    toClose.add(() -> logger.removeHandler(handler));
    var before = Thread.getDefaultUncaughtExceptionHandler();
    Thread.setDefaultUncaughtExceptionHandler((thread, e) -> complaints.add(thread + " " + e));
    toClose.add(() -> Thread.setDefaultUncaughtExceptionHandler(before));
    return complaints;
  }

  static void await(BooleanSupplier condition) {
    long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
    while (!condition.getAsBoolean()) {
      assertTrue(System.nanoTime() < deadline, "in time");
      Thread.onSpinWait();
    }
  }
}
