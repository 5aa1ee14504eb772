package io.dragoman.ops;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.dragoman.pipeline.SessionUse;
import io.dragoman.quota.Load;
import io.dragoman.quota.NodeQuota;
import io.dragoman.quota.QuotaMeter;
import io.dragoman.quota.QuotaUse;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.http.HttpRouting;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The documents over real HTTP, made of what two nodes say. */
@Timeout(180)
class StatsTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** What the upstream allows. */
  private static final Load NAMED = new Load(3_000, 1_800_000);

  private static final NodeQuota LEASED =
      new NodeQuota(true, new Load(12, 4_000), Duration.ofMillis(1_800), 3, 4);
  private static final Totals TOTALS = new Totals(3, 5_000, 600_000);
  private static final Load OTHERS = new Load(30, 7_000);
  private static final Load LIMIT = new Load(4_500, 1_800_000);

  private final HttpClient http = HttpClient.newHttpClient();
  private final List<List<SessionUse>> nodes = new ArrayList<>();
  private List<String> missing = List.of();
  private List<Trouble> troubles = List.of();
  private QuotaUse quota =
      new QuotaUse(
          QuotaUse.State.NORMAL, Duration.ZERO, 2, 2, new Load(100, 500_000), LIMIT, NAMED);
  private WebServer server;

  @BeforeEach
  void start() {
    Stats stats =
        new Stats("n1", this::report, meter(), InstantSource.fixed(Instant.ofEpochMilli(7_000)));
    HttpRouting.Builder routing = HttpRouting.builder();
    stats.serveOn(routing);
    server = WebServer.builder().host("127.0.0.1").port(0).routing(routing).build().start();
  }

  @AfterEach
  void stop() {
    http.shutdownNow();
    server.stop();
  }

  private QuotaMeter meter() {
    return new QuotaMeter() {
      @Override
      public QuotaUse use() {
        return quota;
      }

      @Override
      public Load usedByOthers() {
        return OTHERS;
      }
    };
  }

  /** As each node and then the asked one would put it together. */
  private ClusterReport report(Selection selection) {
    List<NodeReport> reports = new ArrayList<>();
    for (List<SessionUse> uses : nodes) {
      reports.add(
          new NodeReport(
              "n" + (reports.size() + 1),
              Readiness.READY,
              "127.0.0.1:8080",
              "127.0.0.1:8081",
              "1.0",
              60_000,
              3,
              uses.size(),
              (int) uses.stream().filter(SessionUse::active).count(),
              uses.stream().mapToInt(SessionUse::inFlight).sum(),
              128,
              uses.stream().mapToInt(SessionUse::waiting).sum(),
              uses.stream().mapToLong(SessionUse::requestsLastMinute).sum(),
              uses.stream().mapToLong(SessionUse::tokensLastMinute).sum(),
              LEASED,
              troubles,
              selection.of(uses.stream())));
    }
    return new ClusterReport(selection, reports, missing, TOTALS);
  }

  private static SessionUse use(String session, int waiting, int inFlight, int requests) {
    return new SessionUse(
        session,
        true,
        requests > 0,
        waiting,
        inFlight,
        requests,
        1_000 + requests,
        requests,
        100L * requests,
        false,
        "",
        0);
  }

  @Test
  void theQueuesDocumentHasTheNamesThatAreWrittenDownAndSumsOverTheNodes() throws Exception {
    nodes.add(List.of(use("b", 2, 1, 10)));
    nodes.add(List.of(use("a", 0, 2, 5), use("silent", 0, 0, 0)));

    assertEquals(
        JSON.readTree(
            """
            {"queueLength": 2, "processing": true, "activeRequests": 3, "maxConcurrent": 256,
             "estimatedTokensUsed": 1500, "activeSessions": 2,
             "sessionStats": {
               "a": {"requestCount": 5, "lastRequestTime": 1005},
               "b": {"requestCount": 10, "lastRequestTime": 1010}},
             "next": null, "totals": {"sessions": 3, "requests": 5000, "tokens": 600000},
             "nodesMissing": []}
            """),
        get("/v1/stats/queue"));
  }

  @Test
  void theLimitersDocumentHasTheNamesThatAreWrittenDownAndTheQuotasOwnFigures() throws Exception {
    nodes.add(List.of(use("b", 2, 1, 10)));
    nodes.add(List.of(use("a", 0, 2, 5)));

    assertEquals(
        JSON.readTree(
            """
            {"requestsLastMinute": 100, "requestsPerMinuteLimit": 4500,
             "requestsPerMinuteCeiling": 3000,
             "tokensLastMinute": 500000, "tokensPerMinuteLimit": 1800000,
             "tokensPerMinuteCeiling": 1800000, "activeSessions": 2,
             "sessionStats": {
               "a": {"requestsLastMinute": 5, "tokensLastMinute": 500,
                     "fairShareRPM": 2250, "fairShareTPM": 900000,
                     "waitsFor": "", "waitsMs": 0},
               "b": {"requestsLastMinute": 10, "tokensLastMinute": 1000,
                     "fairShareRPM": 2250, "fairShareTPM": 900000,
                     "waitsFor": "", "waitsMs": 0}},
             "next": null, "quotaState": "normal", "quotaStateRemainingMs": 0,
             "totals": {"sessions": 3, "requests": 5000, "tokens": 600000}, "nodesMissing": []}
            """),
        get("/v1/stats/limits"));
  }

  @Test
  void anIdleClusterIsNotProcessing() throws Exception {
    nodes.add(List.of());
    assertFalse(get("/v1/stats/queue").path("processing").asBoolean());
    nodes.add(List.of(use("a", 1, 0, 0)));
    assertTrue(get("/v1/stats/queue").path("processing").asBoolean());
  }

  @Test
  void anUnreachableQuotaIsSaidAndTheNodesOwnSumsStand() throws Exception {
    nodes.add(List.of(use("a", 0, 0, 5)));
    quota = new QuotaUse(QuotaUse.State.UNREACHABLE, Duration.ZERO, 0, 2, null, LIMIT, LIMIT);
    JsonNode limits = get("/v1/stats/limits");
    assertEquals("unreachable", limits.path("quotaState").asText());
    assertEquals(5, limits.path("requestsLastMinute").asInt());
    assertEquals(500, limits.path("tokensLastMinute").asInt());
    assertEquals(4_500, limits.path("requestsPerMinuteLimit").asInt());
  }

  @Test
  void aNodeThatDoesNotAnswerIsNamedInEveryDocument() throws Exception {
    nodes.add(List.of(use("a", 0, 0, 5)));
    missing = List.of("n2");
    for (String path : List.of("queue", "limits", "cluster")) {
      JsonNode document = get("/v1/stats/" + path);
      assertEquals("n2", document.path("nodesMissing").path(0).asText(), path);
      assertEquals(1, document.path("activeSessions").asInt(), path);
    }
  }

  @Test
  void pagesGoThroughAllSessionsOnce() throws Exception {
    nodes.add(new ArrayList<>());
    nodes.add(new ArrayList<>());
    for (int i = 0; i < 25; i++) {
      nodes.get(i % 3 == 0 ? 0 : 1).add(use("session-%02d".formatted(i), 0, 0, 1));
    }
    for (String path : List.of("/v1/stats/queue", "/v1/stats/limits")) {
      Set<String> seen = new HashSet<>();
      List<Integer> sizes = new ArrayList<>();
      JsonNode page = get(path + "?limit=10");
      while (true) {
        assertEquals(25, page.path("activeSessions").asInt(), "of all pages");
        page.path("sessionStats").fieldNames().forEachRemaining(seen::add);
        sizes.add(page.path("sessionStats").size());
        if (page.path("next").isNull()) {
          break;
        }
        page = get(path + "?limit=10&after=" + page.path("next").asText());
      }
      assertEquals(List.of(10, 10, 5), sizes);
      assertEquals(25, seen.size());
    }
  }

  @Test
  void aSessionThatMovedIsOneRowAndBelongsWhereItLives() throws Exception {
    nodes.add(List.of(new SessionUse("a", false, true, 0, 0, 5, 1_005, 5, 500, false, "", 0)));
    nodes.add(List.of(use("a", 0, 1, 2)));
    JsonNode stats = get("/v1/stats/queue").path("sessionStats");
    assertEquals(JSON.readTree("{\"a\": {\"requestCount\": 7, \"lastRequestTime\": 1005}}"), stats);
  }

  @Test
  void theClusterAtAGlanceShowsNodesQuotaAndTheBusiestSessions() throws Exception {
    nodes.add(List.of(use("b", 2, 1, 10), use("silent", 0, 0, 0)));
    nodes.add(List.of(use("a", 0, 2, 50)));

    JsonNode status = get("/v1/stats/cluster?sessions=2");

    assertEquals(7_000, status.path("time").asLong());
    assertEquals("n1", status.path("answeredBy").asText());
    assertEquals(3, status.path("sessions").asInt());
    assertEquals(2, status.path("nodes").size());
    assertEquals("ready", status.path("nodes").path(0).path("state").asText());
    assertEquals(100, status.path("quota").path("requestsLastMinute").asInt());
    assertEquals("normal", status.path("quota").path("state").asText());
    assertEquals(3_000, status.path("quota").path("requestsPerMinuteCeiling").asInt());
    assertEquals(30, status.path("quota").path("requestsUsedByOthers").asInt());
    assertEquals(7_000, status.path("quota").path("tokensUsedByOthers").asInt());
    assertEquals("n1", status.path("quota").path("ledgerKeptBy").path(0).asText());
    assertEquals(5_000, status.path("totals").path("requests").asInt());
    assertEquals(
        JSON.readTree(
            """
            {"requests": 12, "tokens": 4000, "lastsMs": 1800, "waitingFinals": 3, "waitingPartials": 4}
            """),
        status.path("nodes").path(0).path("lease"));
    assertEquals(2, status.path("busiest").size());
    JsonNode first = status.path("busiest").path(0);
    assertEquals("a", first.path("session").asText());
    assertEquals("n2", first.path("node").asText());
    assertEquals(3, get("/v1/stats/cluster").path("busiest").size(), "idle ones as well");
  }

  @Test
  void aNodeTellsWhichServicesDoNotServeIt() throws Exception {
    nodes.add(List.of());
    JsonNode well = get("/v1/stats/cluster").path("nodes").path(0).path("troubles");
    assertEquals(JSON.readTree("[]"), well);

    troubles = List.of(new Trouble("speech", "away", "UNAVAILABLE", 22_000, 3_000));

    assertEquals(
        JSON.readTree(
            """
            [{"service": "speech", "state": "away", "reason": "UNAVAILABLE",
              "lastsMs": 22000, "triedMsAgo": 3000}]
            """),
        get("/v1/stats/cluster").path("nodes").path(0).path("troubles"));
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          queue?limit=0          | limit: must be a number from 1 to 1000.
          limits?limit=1001      | limit: must be a number from 1 to 1000.
          queue?limit=all        | limit: must be a number from 1 to 1000.
          queue?limit=-1         | limit: must be a number from 1 to 1000.
          cluster?sessions=5000  | sessions: must be a number from 0 to 1000.
          cluster?limit=5        | Only these parameters are known here: sessions.
          limits?page=2          | Only these parameters are known here: limit, after.
          queue?after=a%20b      | after: must be the "next" of the page before, a session's id of A-Z, a-z, 0-9, _ and -.
          """)
  void badParametersAreASentence(String path, String sentence) throws Exception {
    HttpResponse<String> answer = fetch("/v1/stats/" + path);
    assertEquals(400, answer.statusCode());
    assertEquals(sentence + "\n", answer.body());
  }

  private JsonNode get(String path) throws Exception {
    HttpResponse<String> answer = fetch(path);
    assertEquals(200, answer.statusCode(), answer.body());
    assertEquals("application/json", answer.headers().firstValue("content-type").orElse(""));
    return JSON.readTree(answer.body());
  }

  private HttpResponse<String> fetch(String path) throws IOException, InterruptedException {
    URI uri = URI.create("http://127.0.0.1:" + server.port() + path);
    return http.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString());
  }
}
