package io.dragoman.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.json.JsonMapper;
import io.dragoman.ops.ClusterStatus;
import io.dragoman.ops.Totals;
import io.dragoman.ops.Trouble;
import java.time.ZoneOffset;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StatusTableTest {
  private static final ClusterStatus.Quota HALF = quota("normal", 0, 2_250, 100);

  @Test
  void aClusterIsShownInAHundredColumns() {
    ClusterStatus status =
        status(
            List.of(node("n1-0a1b2c3d", "1.0"), node("n2-a-very-long-name-indeed-0a1b2c3d", "1.1")),
            List.of(),
            HALF,
            List.of(session("4be0643f-1d98-573b-97cd-ca98a65347dd", 90, 30_000)));

    assertEquals(
        """
        2 of 2 nodes, 3 sessions; 01:00:00 as n1-0a1b2c3d sees it; version 1.0, 1.1

        quota     normal
        requests  ████████████░░░░░░░░░░░░ 50 %  2,250 of 4,500; the upstream says 3,000
        tokens    ░░░░░░░░░░░░░░░░░░░░░░░░  0 %  100 of 1,800,000
        ledger    kept by n1-0a1b2c3d; 3 votes, and it needs 2
        so far    12,345 requests and 2,345,678 tokens, of 12 sessions
        services  no trouble with speech or the language model

        node             clients connect to    state    sessions calls queue     up lease requests   tokens
        n1-0a1b2c3d      192.168.100.200:65535 ready           2     3     4    2 h 1.8 s       12     4000
        n2-a-very-long-… 192.168.100.200:65535 ready           2     3     4    2 h 1.8 s       12     4000

        calls queue req/min   tok/min quota  share  waits for         node             session
            1     2      90     30000   2 %    6 %  requests, 2 s     n1-0a1b2c3d      4be0643f-1d98-573b-97cd-ca98a65347dd
        … and 2 sessions more: --sessions N
        """,
        String.join("\n", StatusTable.lines(status, ZoneOffset.UTC)) + "\n");
  }

  @Test
  void whoDoesNotAnswerAndAQuotaThatDoesNotAreTold() {
    ClusterStatus status =
        status(
            List.of(node("n1-0a1b2c3d", "1.0")),
            List.of("n2-0a1b2c3d", "192.168.100.200:5701"),
            quota("unreachable", 0, 10, 100),
            List.of());

    List<String> lines = StatusTable.lines(status, ZoneOffset.UTC);

    assertTrue(lines.get(0).startsWith("1 of 3 nodes"), lines.get(0));
    assertEquals("! n2-0a1b2c3d does not answer; look at its machine and its log.", lines.get(1));
    assertEquals(
        "! 192.168.100.200:5701 is not in the cluster; it was stopped, or cannot reach the others.",
        lines.get(2));
    assertTrue(lines.get(4).contains("unreachable"), lines.get(4));
  }

  @Test
  void aNodeThatMaySendNothingThoughOthersMayIsTold() {
    ClusterStatus.Node without = node("n2-0a1b2c3d", "ready", 0, "1.0");
    ClusterStatus.Node starting = node("n3-0a1b2c3d", "starting", 0, "1.0");

    List<String> lines = lines(List.of(node("n1-0a1b2c3d", "1.0"), without, starting));

    assertEquals(
        "! n2-0a1b2c3d may send nothing, though others may; its log says why. If it lasts, drain it.",
        lines.get(1));
    assertEquals("", lines.get(2));
    assertEquals("", lines(List.of(without, starting)).get(1), "where nobody may");
  }

  private static List<String> lines(List<ClusterStatus.Node> nodes) {
    return StatusTable.lines(status(nodes, List.of(), HALF, List.of()), ZoneOffset.UTC);
  }

  /** As it was before leases, totals, ceilings and shares were told. No node says less. */
  @Test
  void whatANodeOfAnEarlierReleaseDoesNotTellIsLeftOut() throws Exception {
    String document =
        """
        {"time": 3600000, "answeredBy": "n1-0a1b2c3d", "nodesMissing": [], "sessions": 1,
         "activeSessions": 1,
         "nodes": [{"node": "n1-0a1b2c3d", "state": "ready", "listen": "10.0.0.1:8080",
           "admin": "10.0.0.1:8081", "version": "0.9", "uptimeMs": 60000, "connections": 1,
           "sessions": 1, "activeRequests": 2, "maxConcurrent": 100, "queueLength": 3,
           "requestsLastMinute": 90, "tokensLastMinute": 30000, "troubles": []}],
         "quota": {"state": "normal", "remainingMs": 0, "votes": 3, "votesNeeded": 2,
           "requestsLastMinute": 90, "requestsPerMinuteLimit": 4500,
           "tokensLastMinute": 30000, "tokensPerMinuteLimit": 1800000},
         "busiest": [{"session": "4be0643f-1d98-573b-97cd-ca98a65347dd", "node": "n1-0a1b2c3d",
           "activeRequests": 2, "queueLength": 3, "requestCount": 90, "lastRequestTime": 3599000,
           "requestsLastMinute": 90, "tokensLastMinute": 30000}]}
        """;
    ClusterStatus status = new JsonMapper().readValue(document, ClusterStatus.class);

    assertEquals(
        """
        1 of 1 node, 1 session; 01:00:00 as n1-0a1b2c3d sees it; version 0.9

        quota     normal
        requests  ░░░░░░░░░░░░░░░░░░░░░░░░  2 %  90 of 4,500
        tokens    ░░░░░░░░░░░░░░░░░░░░░░░░  2 %  30,000 of 1,800,000
        ledger    kept by a node that does not answer; 3 votes, and it needs 2
        so far    0 requests and 0 tokens, of 0 sessions
        services  no trouble with speech or the language model

        node             clients connect to    state    sessions calls queue     up lease requests   tokens
        n1-0a1b2c3d      10.0.0.1:8080         ready           1     2     3  1 min  none        0        0

        calls queue req/min   tok/min quota  share  waits for         node             session
            2     3      90     30000   2 %      –                    n1-0a1b2c3d      4be0643f-1d98-573b-97cd-ca98a65347dd
        """,
        String.join("\n", StatusTable.lines(status, ZoneOffset.UTC)) + "\n");
  }

  @Test
  void whyNobodyIsAdmittedIsTold() {
    ClusterStatus.Node alone = node("n1-0a1b2c3d", "1.0");
    ClusterStatus status =
        status(
            List.of(
                new ClusterStatus.Node(
                    alone.node(),
                    "cut_off",
                    alone.listen(),
                    alone.admin(),
                    alone.version(),
                    0,
                    0,
                    0,
                    0,
                    0,
                    0,
                    0,
                    0,
                    alone.lease(),
                    List.of())),
            List.of("10.0.0.2:5701", "10.0.0.3:5701"),
            quota("no_majority", 0, 0, 0),
            List.of());

    assertEquals(
        "! admission is closed: only 1 of 3 nodes here, fewer than a majority; nobody gets a session.",
        StatusTable.lines(status, ZoneOffset.UTC).get(3));
  }

  @Test
  void servicesInTroubleAreToldOnceForAllNodesThatMeetTheSame() {
    Trouble away = new Trouble("speech", "away", "UNAVAILABLE, Connection refused", 22_000, 3_000);
    Trouble longer =
        new Trouble("speech", "away", "UNAVAILABLE, Connection refused", 61_000, 61_000);
    Trouble refused = new Trouble("language_model", "refused", "invalid_api_key", 180_000, 120_000);
    Trouble limited =
        new Trouble(
            "language_model", "limited", "too many requests, so 60 calls at once", 8_000, 0);

    List<String> lines =
        StatusTable.lines(
            status(
                List.of(node("n1", "1.0", away, refused), node("n2", "1.0", longer, limited)),
                List.of(),
                quota("normal", 0, 0, 0),
                List.of()),
            ZoneOffset.UTC);

    assertEquals(
        List.of(
            "! speech is away from all nodes for 1 min: UNAVAILABLE, Connection refused",
            "! the language model refuses n1 for 3 min, last tried 2 min ago: invalid_api_key",
            "! the language model holds n2 back for 8 s: too many requests, so 60 calls at once",
            ""),
        lines.subList(1, 5));
    assertTrue(lines.stream().noneMatch(line -> line.startsWith("services")), lines.toString());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          quarantine  | quarantine for 42 s more: what nodes that are gone may have used is held back
          gathering   | gathering for 42 s more, nothing is granted: the ledger's new owner waits for the nodes
          no_majority | no majority of the nodes, nothing is granted
          refused     | refused for 42 s more, nothing is granted: the upstream said 429
          sealed      | sealed, nothing is granted for a moment: the ledger is handed over
          """)
  void whatStateTheQuotaIsInIsToldAndForHowLong(String state, String told) {
    ClusterStatus status =
        status(List.of(node("n1", "1.0")), List.of(), quota(state, 41_200, 10, 10), List.of());
    List<String> lines = StatusTable.lines(status, ZoneOffset.UTC);
    assertEquals("quota     " + told, lines.get(2));
    assertTrue(lines.get(2).length() <= 100, lines.get(2));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          300 | 24000 | others    use 300 requests and 24,000 tokens of these, by what the upstream says
          0   | 2000  | others    use 0 requests and 2,000 tokens of these, by what the upstream says
          0   | 0     | ledger    kept by n1; 3 votes, and it needs 2
          """)
  void whatOthersUseIsToldBelowTheBarsThatItIsPartOf(long requests, long tokens, String told) {
    ClusterStatus.Quota quota =
        new ClusterStatus.Quota(
            "normal",
            0,
            3,
            2,
            List.of("n1"),
            2_250,
            4_500,
            4_500,
            24_000,
            1_800_000,
            1_800_000,
            requests,
            tokens);
    ClusterStatus status = status(List.of(node("n1", "1.0")), List.of(), quota, List.of());
    assertEquals(told, StatusTable.lines(status, ZoneOffset.UTC).get(5));
  }

  @Test
  void allLinesFit() {
    ClusterStatus status =
        status(
            List.of(node("n".repeat(64), "1.0")),
            List.of("m".repeat(64)),
            new ClusterStatus.Quota(
                "configuration",
                0,
                0,
                2,
                List.of("n".repeat(64), "m".repeat(64)),
                9_999_999,
                9_999_999,
                9_999_998,
                1,
                2_000_000_000,
                1_999_999_999,
                9_999_999,
                2_000_000_000),
            List.of(session("s".repeat(20), 99_999, 99_999_999)));

    for (String line : StatusTable.lines(status, ZoneOffset.UTC)) {
      assertTrue(line.length() <= 100, line.length() + ": " + line);
    }
  }

  @Test
  void whatIsMoreThanAScreenIsCutAndSaidSo() {
    List<String> lines = IntStream.range(0, 30).mapToObj(i -> "line " + i).toList();

    List<String> cut = StatusTable.atMost(23, lines);

    assertEquals(23, cut.size());
    assertEquals("… 8 more lines: without --watch", cut.getLast());
    assertEquals(lines, StatusTable.atMost(30, lines));
  }

  private static ClusterStatus status(
      List<ClusterStatus.Node> nodes,
      List<String> missing,
      ClusterStatus.Quota quota,
      List<ClusterStatus.Session> busiest) {
    return new ClusterStatus(
        3_600_000,
        "n1-0a1b2c3d",
        nodes,
        missing,
        quota,
        new Totals(12, 12_345, 2_345_678),
        3,
        3,
        busiest);
  }

  private static ClusterStatus.Node node(String name, String version, Trouble... troubles) {
    return node(name, "ready", 1_800, version, troubles);
  }

  private static ClusterStatus.Node node(
      String name, String state, long leaseMs, String version, Trouble... troubles) {
    return new ClusterStatus.Node(
        name,
        state,
        "192.168.100.200:65535",
        "127.0.0.1:8081",
        version,
        7_200_000,
        2,
        2,
        3,
        128,
        4,
        1_125,
        50,
        new ClusterStatus.Lease(12, 4_000, leaseMs, 3, 4),
        List.of(troubles));
  }

  private static ClusterStatus.Session session(String id, long requests, long tokens) {
    return new ClusterStatus.Session(
        id,
        "n1-0a1b2c3d",
        1,
        2,
        500,
        1_000,
        requests,
        tokens,
        1_500,
        600_000,
        "quota.requests",
        1_400);
  }

  private static ClusterStatus.Quota quota(
      String state, long remainingMs, long requests, long tokens) {
    return new ClusterStatus.Quota(
        state,
        remainingMs,
        3,
        2,
        List.of("n1-0a1b2c3d"),
        requests,
        4_500,
        3_000,
        tokens,
        1_800_000,
        1_800_000,
        0,
        0);
  }
}
