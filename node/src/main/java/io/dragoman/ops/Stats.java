package io.dragoman.ops;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.dragoman.quota.QuotaMeter;
import io.dragoman.quota.QuotaUse;
import io.helidon.common.uri.UriQuery;
import io.helidon.http.HeaderNames;
import io.helidon.http.Status;
import io.helidon.webserver.http.Handler;
import io.helidon.webserver.http.HttpRouting;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

/**
 * The cluster's figures as JSON over HTTP: the two monitoring documents, and the cluster at a
 * glance. They are gathered when somebody asks, so that nobody pays for them otherwise.
 * Thread-safe.
 */
public final class Stats {
  private static final JsonMapper JSON = new JsonMapper();
  private static final Executor VIRTUAL = Thread::startVirtualThread;
  private static final int PAGE = 100;
  private static final int BUSIEST = 10;

  private final String node;
  private final ClusterView cluster;
  private final QuotaMeter quota;
  private final InstantSource clock;

  /**
   * @param node the name of the node that answers
   */
  public Stats(String node, ClusterView cluster, QuotaMeter quota, InstantSource clock) {
    this.node = node;
    this.cluster = cluster;
    this.quota = quota;
    this.clock = clock;
  }

  /** Adds {@code /v1/stats/queue}, {@code /v1/stats/limits} and {@code /v1/stats/cluster}. */
  public void serveOn(HttpRouting.Builder routing) {
    routing
        .get("/v1/stats/queue", answer(query -> QueueStatus.of(cluster.report(page(query)))))
        .get("/v1/stats/limits", answer(this::limits))
        .get("/v1/stats/cluster", answer(this::cluster));
  }

  private LimiterStats limits(UriQuery query) throws BadQueryException {
    Selection page = page(query);
    CompletableFuture<QuotaUse> use = CompletableFuture.supplyAsync(quota::use, VIRTUAL);
    return LimiterStats.of(cluster.report(page), use.join());
  }

  private ClusterStatus cluster(UriQuery query) throws BadQueryException {
    requireOnly(query, "sessions");
    Selection busiest = new Selection.Busiest(number(query, "sessions", BUSIEST, 0));
    CompletableFuture<QuotaUse> use = CompletableFuture.supplyAsync(quota::use, VIRTUAL);
    ClusterReport report = cluster.report(busiest);
    return ClusterStatus.of(clock.millis(), node, report, use.join(), quota.usedByOthers());
  }

  private static Selection page(UriQuery query) throws BadQueryException {
    requireOnly(query, "limit", "after");
    String after = query.first("after").orElse("");
    if (!after.matches("[A-Za-z0-9_-]{0,64}")) {
      throw new BadQueryException(
          "after: must be the \"next\" of the page before, a session's id of A-Z, a-z, 0-9, _ and -.");
    }
    return new Selection.ActiveAfter(after, number(query, "limit", PAGE, 1));
  }

  private static int number(UriQuery query, String name, int otherwise, int least)
      throws BadQueryException {
    String text = query.first(name).orElse(Integer.toString(otherwise));
    int number = text.matches("[0-9]{1,4}") ? Integer.parseInt(text) : -1;
    if (number < least || number > Selection.MOST) {
      throw new BadQueryException(
          "%s: must be a number from %d to %d.".formatted(name, least, Selection.MOST));
    }
    return number;
  }

  private static void requireOnly(UriQuery query, String... known) throws BadQueryException {
    List<String> names = Arrays.asList(known);
    if (!names.containsAll(query.names())) {
      throw new BadQueryException(
          "Only these parameters are known here: %s.".formatted(String.join(", ", names)));
    }
  }

  private interface Question {
    Object answer(UriQuery query) throws BadQueryException;
  }

  private static Handler answer(Question question) {
    return (request, response) -> {
      try {
        String json = write(question.answer(request.query()));
        response
            .header(HeaderNames.CONTENT_TYPE, "application/json")
            .header(HeaderNames.CACHE_CONTROL, "no-store")
            .send(json);
      } catch (BadQueryException e) {
        response.status(Status.BAD_REQUEST_400).send(e.sentence + "\n");
      }
    };
  }

  private static String write(Object document) {
    try {
      return JSON.writeValueAsString(document);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a document that cannot be written", e);
    }
  }

  /** The query of a request is wrong. */
  private static final class BadQueryException extends Exception {
    private static final long serialVersionUID = 1L;
    private final String sentence;

    BadQueryException(String sentence) {
      super(sentence);
      this.sentence = sentence;
    }
  }
}
