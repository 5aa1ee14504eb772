package io.dragoman.cli;

import io.dragoman.ops.ClusterStatus;
import io.dragoman.ops.Trouble;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** Says how a cluster stands in lines for a terminal of 100 columns. */
final class StatusTable {
  private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("HH:mm:ss");
  private static final int BAR = 24;
  private static final int NODE = 16;
  private static final int WAITS = 17;
  private static final int MISSING = 24;
  private static final int REASON = 90;

  /** A service in trouble that is needed is tried more often. */
  private static final Duration TRIED_LATELY = Duration.ofSeconds(15);

  private StatusTable() {}

  /**
   * The quota, then the nodes, then the busiest sessions.
   *
   * @param zone in which to tell the time
   */
  static List<String> lines(ClusterStatus status, ZoneId zone) {
    List<String> lines = new ArrayList<>();
    lines.add(headline(status, zone));
    for (String missing : status.nodesMissing()) {
      lines.add(missing(missing));
    }
    cutOff(status, lines);
    unleased(status, lines);
    List<String> troubles = troubles(status);
    lines.addAll(troubles);
    lines.add("");
    quota(status.quota(), lines);
    lines.add(ledger(status.quota()));
    lines.add(
        "so far    %,d requests and %,d tokens, of %s"
            .formatted(
                status.totals().requests(),
                status.totals().tokens(),
                count(status.totals().sessions(), "session")));
    if (troubles.isEmpty()) {
      lines.add("services  no trouble with speech or the language model");
    }
    lines.add("");
    nodes(status, lines);
    if (!status.busiest().isEmpty()) {
      lines.add("");
      sessions(status, lines);
    }
    return lines;
  }

  /** A node that is not in the cluster is known by its grid address; no name has a colon. */
  private static String missing(String node) {
    String what =
        node.contains(":")
            ? "! %s is not in the cluster; it was stopped, or cannot reach the others."
            : "! %s does not answer; look at its machine and its log.";
    return what.formatted(cut(node, MISSING));
  }

  private static void cutOff(ClusterStatus status, List<String> lines) {
    long cutOff = status.nodes().stream().filter(node -> node.state().equals("cut_off")).count();
    if (cutOff > 0) {
      lines.add(
          "! admission is closed: only %d of %s here, fewer than a majority; nobody gets a session."
              .formatted(
                  cutOff, count(status.nodes().size() + status.nodesMissing().size(), "node")));
    }
  }

  /** Who may send nothing though others may. Where nobody may, the quota's own line says why. */
  private static void unleased(ClusterStatus status, List<String> lines) {
    if (status.nodes().stream().anyMatch(node -> node.lease().lastsMs() > 0)) {
      status.nodes().stream()
          .filter(node -> node.state().equals("ready") && node.lease().lastsMs() == 0)
          .map(node -> cut(node.node(), NODE))
          .forEach(
              node ->
                  lines.add(
                      "! %s may send nothing, though others may; its log says why. If it lasts, drain it."
                          .formatted(node)));
    }
  }

  /** No more lines than this; in place of the last, how many there are. */
  static List<String> atMost(int most, List<String> lines) {
    if (lines.size() <= most) {
      return lines;
    }
    List<String> fewer = new ArrayList<>(lines.subList(0, most - 1));
    fewer.add("… %d more lines: without --watch".formatted(lines.size() - most + 1));
    return fewer;
  }

  /** In place of the lines, where there are no newer ones: what was told last, and when. */
  static String last(ClusterStatus status, Duration ago, ZoneId zone) {
    return "Last told %s ago: %s".formatted(time(ago), headline(status, zone));
  }

  private static String headline(ClusterStatus status, ZoneId zone) {
    int all = status.nodes().size() + status.nodesMissing().size();
    return "%d of %s, %s; %s as %s sees it; version %s"
        .formatted(
            status.nodes().size(),
            count(all, "node"),
            count(status.sessions(), "session"),
            TIME.format(Instant.ofEpochMilli(status.time()).atZone(zone)),
            cut(status.answeredBy(), NODE),
            versions(status));
  }

  /** The same trouble of several nodes is one line. */
  private static List<String> troubles(ClusterStatus status) {
    Map<String, List<Troubled>> same = new LinkedHashMap<>();
    for (ClusterStatus.Node node : status.nodes()) {
      for (Trouble trouble : node.troubles()) {
        same.computeIfAbsent(
                trouble.service() + trouble.state() + trouble.reason(), _ -> new ArrayList<>())
            .add(new Troubled(node.node(), trouble));
      }
    }
    return same.values().stream().map(all -> trouble(all, status.nodes().size())).toList();
  }

  private record Troubled(String node, Trouble trouble) {}

  private static String trouble(List<Troubled> all, int nodes) {
    Trouble first = all.getFirst().trouble();
    String service =
        switch (first.service()) {
          case "speech" -> "speech";
          case "language_model" -> "the language model";
          default -> first.service();
        };
    String who =
        all.size() < nodes
            ? all.stream().map(one -> cut(one.node(), NODE)).collect(Collectors.joining(", "))
            : nodes == 1 ? "the node" : "all nodes";
    Duration lasts =
        Duration.ofMillis(all.stream().mapToLong(one -> one.trouble().lastsMs()).max().orElse(0));
    Duration tried =
        Duration.ofMillis(
            all.stream().mapToLong(one -> one.trouble().triedMsAgo()).min().orElse(0));
    return "! %s %s for %s%s: %s"
        .formatted(
            service,
            switch (first.state()) {
              case "refused" -> "refuses " + who;
              case "limited" -> "holds " + who + " back";
              default -> "is away from " + who;
            },
            time(lasts),
            tried.compareTo(TRIED_LATELY) < 0 ? "" : ", last tried %s ago".formatted(time(tried)),
            cut(first.reason(), REASON));
  }

  private static void quota(ClusterStatus.Quota quota, List<String> lines) {
    lines.add("quota     " + state(quota));
    lines.add(
        gauge(
            "requests",
            quota.requestsLastMinute(),
            quota.requestsPerMinuteLimit(),
            quota.requestsPerMinuteCeiling()));
    lines.add(
        gauge(
            "tokens",
            quota.tokensLastMinute(),
            quota.tokensPerMinuteLimit(),
            quota.tokensPerMinuteCeiling()));
    if (quota.requestsUsedByOthers() > 0 || quota.tokensUsedByOthers() > 0) {
      lines.add(
          "others    use %,d requests and %,d tokens of these, by what the upstream says"
              .formatted(quota.requestsUsedByOthers(), quota.tokensUsedByOthers()));
    }
  }

  private static String state(ClusterStatus.Quota quota) {
    String more =
        quota.remainingMs() == 0 ? "" : " for %d s more".formatted(quota.remainingMs() / 1_000 + 1);
    return switch (quota.state()) {
      case "quarantine" ->
          "quarantine%s: what nodes that are gone may have used is held back".formatted(more);
      case "gathering" ->
          "gathering%s, nothing is granted: the ledger's new owner waits for the nodes"
              .formatted(more);
      case "no_majority" -> "no majority of the nodes, nothing is granted";
      case "refused" -> "refused%s, nothing is granted: the upstream said 429".formatted(more);
      case "sealed" -> "sealed, nothing is granted for a moment: the ledger is handed over";
      case "configuration" ->
          "configuration, nothing granted to this node: openai.timeout_s or number of nodes differs";
      case "unreachable" ->
          "unreachable, nothing is granted to the node that tells this; in the last minute:";
      default -> quota.state();
    };
  }

  private static String ledger(ClusterStatus.Quota quota) {
    String kept =
        quota.ledgerKeptBy().isEmpty()
            ? "kept by a node that does not answer"
            : "kept by "
                + quota.ledgerKeptBy().stream()
                    .map(node -> cut(node, NODE))
                    .collect(Collectors.joining(" and "));
    return "ledger    %s; %s, and it needs %d"
        .formatted(kept, count(quota.votes(), "vote"), quota.votesNeeded());
  }

  private static String gauge(String what, long used, long limit, long ceiling) {
    double part = limit <= 0 ? 0 : Math.min(1, (double) used / limit);
    int full = (int) Math.round(part * BAR);
    return row(
        "%-9s %s%s %4s  %,d of %,d%s",
        what,
        "█".repeat(full),
        "░".repeat(BAR - full),
        percent(used, limit),
        used,
        limit,
        ceiling < limit ? "; the upstream says %,d".formatted(ceiling) : "");
  }

  private static void nodes(ClusterStatus status, List<String> lines) {
    lines.add(
        row(
            "%-16s %-21s %-8s %8s %5s %5s %6s %5s %8s %8s",
            "node",
            "clients connect to",
            "state",
            "sessions",
            "calls",
            "queue",
            "up",
            "lease",
            "requests",
            "tokens"));
    for (ClusterStatus.Node node : status.nodes()) {
      lines.add(
          row(
              "%-16s %-21s %-8s %8d %5d %5d %6s %5s %8d %8d",
              cut(node.node(), NODE),
              cut(node.listen(), 21),
              cut(node.state(), 8),
              node.sessions(),
              node.activeRequests(),
              node.queueLength(),
              time(Duration.ofMillis(node.uptimeMs())),
              lease(node.lease()),
              node.lease().requests(),
              node.lease().tokens()));
    }
  }

  private static String lease(ClusterStatus.Lease lease) {
    return lease.lastsMs() == 0
        ? "none"
        : String.format(Locale.ROOT, "%.1f s", lease.lastsMs() / 1_000.0);
  }

  /** All of them: a cluster that is being renewed has two. */
  private static String versions(ClusterStatus status) {
    return status.nodes().stream()
        .map(ClusterStatus.Node::version)
        .distinct()
        .sorted()
        .collect(Collectors.joining(", "));
  }

  /** An id comes last, so that it stands whole: it is what logs are searched for. */
  private static void sessions(ClusterStatus status, List<String> lines) {
    lines.add(
        row(
            "%5s %5s %7s %9s %5s %6s  %-17s %-16s %s",
            "calls",
            "queue",
            "req/min",
            "tok/min",
            "quota",
            "share",
            "waits for",
            "node",
            "session"));
    for (ClusterStatus.Session session : status.busiest()) {
      lines.add(
          row(
              "%5d %5d %7d %9d %5s %6s  %-17s %-16s %s",
              session.activeRequests(),
              session.queueLength(),
              session.requestsLastMinute(),
              session.tokensLastMinute(),
              part(
                  session,
                  status.quota().requestsPerMinuteLimit(),
                  status.quota().tokensPerMinuteLimit()),
              part(session, session.fairShareRPM(), session.fairShareTPM()),
              cut(waits(session), WAITS),
              cut(session.node(), NODE),
              session.session()));
    }
    long others = status.sessions() - status.busiest().size();
    if (others > 0) {
      lines.add("… and %s more: --sessions N".formatted(count(others, "session")));
    }
  }

  /** A session's part of a limit, in the dimension that it uses most. */
  private static String part(ClusterStatus.Session session, long requests, long tokens) {
    boolean ofTokens =
        (double) session.tokensLastMinute() / Math.max(1, tokens)
            > (double) session.requestsLastMinute() / Math.max(1, requests);
    return ofTokens
        ? percent(session.tokensLastMinute(), tokens)
        : percent(session.requestsLastMinute(), requests);
  }

  private static String waits(ClusterStatus.Session session) {
    String reason = session.waitsFor().replaceFirst("^quota\\.", "");
    return session.waitsMs() == 0
        ? reason
        : "%s, %d s".formatted(reason, session.waitsMs() / 1_000 + 1);
  }

  private static String percent(long part, long whole) {
    return whole <= 0 ? "–" : Math.round(100.0 * part / whole) + " %";
  }

  private static String time(Duration time) {
    if (time.toMinutes() < 1) {
      return time.toSeconds() + " s";
    }
    if (time.toHours() < 1) {
      return time.toMinutes() + " min";
    }
    return time.toDays() < 2 ? time.toHours() + " h" : time.toDays() + " d";
  }

  private static String count(long number, String of) {
    return number == 1 ? "1 " + of : "%,d %ss".formatted(number, of);
  }

  private static String cut(String text, int most) {
    return text.length() <= most ? text : text.substring(0, most - 1) + "…";
  }

  @SuppressWarnings("AnnotateFormatMethod") // Only constants come here.
  private static String row(String format, Object... cells) {
    return String.format(Locale.ROOT, format, cells).stripTrailing();
  }
}
