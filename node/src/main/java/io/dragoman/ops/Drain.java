package io.dragoman.ops;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.dragoman.session.SessionEndpoint;
import io.helidon.http.HeaderNames;
import io.helidon.http.Status;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A node's drain: {@code POST /drain} begins it, {@code GET} tells how far it is, and the log tells
 * it as well. Thread-safe.
 */
public final class Drain {
  private static final Logger log = LoggerFactory.getLogger(Drain.class);
  private static final JsonMapper JSON = new JsonMapper();
  private static final Duration TOLD_EVERY = Duration.ofSeconds(2);
  private static final SessionEndpoint.Stayed NOBODY = new SessionEndpoint.Stayed(0, 0);

  private final String node;
  private final Health health;
  private final SessionEndpoint sessions;
  private final Duration within;
  private final CompletableFuture<Void> begun = new CompletableFuture<>();

  // Guarded by this.
  private boolean asked;
  private int sessionsAtFirst;

  /** Meaningless until somebody asked. */
  private long endNanos;

  /**
   * @param within how long sessions have to go elsewhere
   */
  public Drain(String node, Health health, SessionEndpoint sessions, Duration within) {
    this.node = node;
    this.health = health;
    this.sessions = sessions;
    this.within = within;
  }

  /** Begins it, unless it has begun; does not wait. The node is not ready any more. */
  public void begin() {
    closeAdmission();
    begun.complete(null);
  }

  private synchronized void closeAdmission() {
    if (!asked) {
      asked = true;
      health.draining();
      sessionsAtFirst = sessions.sessions();
      endNanos = System.nanoTime() + within.toNanos();
    }
  }

  /** Done once it begins. */
  public CompletionStage<Void> begun() {
    return begun;
  }

  /** Has all sessions go elsewhere; returns when no client is left, or the time is over. */
  public void awaitGone() throws InterruptedException {
    DrainStatus first = status();
    log.info(
        first.sessions() == 0
            ? "draining: not ready any more, and there is no session here"
            : "draining: not ready any more; {} sessions are asked to go elsewhere within {} s",
        first.sessions(),
        within.toSeconds());
    Thread telling = Thread.startVirtualThread(this::tell);
    try {
      SessionEndpoint.Stayed left = sessions.leave(within);
      if (left.connected() > 0) {
        log.warn(
            "draining: {} of {} sessions had not gone within {} s, and were closed with 1012; their"
                + " clients may resume them",
            left.connected(),
            first.sessionsAtFirst(),
            within.toSeconds());
      }
      if (left.uncommitted() > 0) {
        log.warn(
            "draining: the clients of {} of {} sessions have gone, but the cluster did not take their last words"
                + " within {} s; what is missing is made anew where they are resumed",
            left.uncommitted(),
            first.sessionsAtFirst(),
            within.toSeconds());
      }
      if (left.equals(NOBODY) && first.sessions() > 0) {
        log.info("draining: all {} sessions have gone", first.sessionsAtFirst());
      }
    } finally {
      telling.interrupt();
    }
  }

  private void tell() {
    try {
      while (true) {
        Thread.sleep(TOLD_EVERY);
        DrainStatus now = status();
        if (now.sessions() > 0) {
          log.info(
              "draining: {} of {} sessions are still here, {} s left",
              now.sessions(),
              now.sessionsAtFirst(),
              now.leftMs() / 1_000);
        }
      }
    } catch (InterruptedException e) {
      // They have gone.
    }
  }

  /** How far it is. */
  public synchronized DrainStatus status() {
    return new DrainStatus(
        node,
        ClusterStatus.tag(health.now()),
        sessions.sessions(),
        sessionsAtFirst,
        asked ? Math.max(0, (endNanos - System.nanoTime()) / 1_000_000) : 0);
  }

  /** Adds {@code /drain}. */
  public void serveOn(HttpRouting.Builder routing) {
    routing.get("/drain", (request, response) -> send(response)).post("/drain", this::beginAsAsked);
  }

  private void beginAsAsked(ServerRequest request, ServerResponse response) {
    if (request.headers().contains(HeaderNames.ORIGIN)) {
      // Only browsers name one. An operator's browser must not do this for some page.
      response.status(Status.FORBIDDEN_403).send("Nodes are not drained from a web page.\n");
      return;
    }
    log.info("asked to drain by {}", request.remotePeer().host());
    closeAdmission();
    try {
      send(response);
    } finally {
      // Not before, since a node without sessions is gone at once, with its listeners.
      begun.complete(null);
    }
  }

  private void send(ServerResponse response) {
    String json;
    try {
      json = JSON.writeValueAsString(status());
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a document that cannot be written", e);
    }
    response
        .header(HeaderNames.CONTENT_TYPE, "application/json")
        .header(HeaderNames.CACHE_CONTROL, "no-store")
        .send(json);
  }
}
