package io.dragoman.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dragoman.ops.ClusterStatus;
import io.dragoman.ops.Trouble;
import java.time.ZoneOffset;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class StatusTableTest {
  private static final ClusterStatus.Quota HALF =
      new ClusterStatus.Quota("normal", 0, 2, 2, 2_250, 4_500, 100, 1_800_000);

  @Test
  void aClusterIsShownInEightyColumns() {
    ClusterStatus status =
        status(
            List.of(node("n1-0a1b2c3d", "1.0"), node("n2-a-very-long-name-indeed-0a1b2c3d", "1.1")),
            List.of(),
            HALF,
            List.of(session("4be0643f-1d98-573b-97cd-ca98a65347dd", 90, 30_000)));

    assertEquals(
        """
        2 of 2 nodes, 3 sessions; 01:00:00 as n1-0a1b2c3d sees it

        quota     last minute
        requests  ████████████░░░░░░░░░░░░ 50 %  2,250 of 4,500
        tokens    ░░░░░░░░░░░░░░░░░░░░░░░░  0 %  100 of 1,800,000
        services  no trouble with speech or the language model

        node               clients connect to    state    sessions  calls queue     up
        n1-0a1b2c3d        192.168.100.200:65535 ready           2      3     4    2 h
        n2-a-very-long-na… 192.168.100.200:65535 ready           2      3     4    2 h
        version 1.0, 1.1

        calls queue req/min   tok/min quota  node               session
            1     2      90     30000   2 %  n1-0a1b2c3d        4be0643f-1d98-573b-97cd-ca98a65347dd
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
            new ClusterStatus.Quota("unreachable", 0, 0, 2, 10, 4_500, 100, 1_800_000),
            List.of());

    List<String> lines = StatusTable.lines(status, ZoneOffset.UTC);

    assertTrue(lines.get(0).startsWith("1 of 3 nodes"), lines.get(0));
    assertEquals("! n2-0a1b2c3d does not answer; look at its machine and its log.", lines.get(1));
    assertTrue(lines.get(2).startsWith("! 192.168.100.200:5701 does not"), lines.get(2));
    assertTrue(lines.get(4).contains("unreachable"), lines.get(4));
  }

  @Test
  void servicesInTroubleAreToldOnceForAllNodesThatMeetTheSame() {
    Trouble away = new Trouble("speech", "away", "UNAVAILABLE, Connection refused", 22_000, 3_000);
    Trouble longer =
        new Trouble("speech", "away", "UNAVAILABLE, Connection refused", 61_000, 61_000);
    Trouble refused = new Trouble("language_model", "refused", "invalid_api_key", 180_000, 120_000);

    List<String> lines =
        StatusTable.lines(
            status(
                List.of(node("n1", "1.0", away, refused), node("n2", "1.0", longer)),
                List.of(),
                new ClusterStatus.Quota("normal", 0, 2, 2, 0, 4_500, 0, 1_800_000),
                List.of()),
            ZoneOffset.UTC);

    assertEquals(
        List.of(
            "! speech is away from all nodes for 1 min: UNAVAILABLE, Connection refused",
            "! the language model refuses n1 for 3 min, last tried 2 min ago: invalid_api_key",
            ""),
        lines.subList(1, 4));
    assertTrue(lines.stream().noneMatch(line -> line.startsWith("services")), lines.toString());
  }

  @Test
  void allLinesFit() {
    ClusterStatus status =
        status(
            List.of(node("n".repeat(64), "1.0")),
            List.of("m".repeat(64)),
            new ClusterStatus.Quota("unreachable", 0, 0, 2, 9_999_999, 9_999_999, 1, 2_000_000_000),
            List.of(session("s".repeat(20), 99_999, 99_999_999)));

    for (String line : StatusTable.lines(status, ZoneOffset.UTC)) {
      assertTrue(line.length() <= 80, line.length() + ": " + line);
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
    return new ClusterStatus(3_600_000, "n1-0a1b2c3d", nodes, missing, quota, 3, 3, busiest);
  }

  private static ClusterStatus.Node node(String name, String version, Trouble... troubles) {
    return new ClusterStatus.Node(
        name,
        "ready",
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
        List.of(troubles));
  }

  private static ClusterStatus.Session session(String id, long requests, long tokens) {
    return new ClusterStatus.Session(id, "n1-0a1b2c3d", 1, 2, 500, 1_000, requests, tokens);
  }
}
