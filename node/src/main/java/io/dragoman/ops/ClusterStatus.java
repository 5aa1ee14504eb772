package io.dragoman.ops;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import io.dragoman.quota.Load;
import io.dragoman.quota.QuotaUse;
import java.util.List;
import java.util.Locale;

/**
 * The cluster at a glance: {@code GET /v1/stats/cluster}. {@code docs/operating.md} tells what each
 * field means.
 *
 * @param time when it was put together, in milliseconds since the epoch
 */
@JsonIgnoreProperties(ignoreUnknown = true)
public record ClusterStatus(
    long time,
    String answeredBy,
    List<Node> nodes,
    List<String> nodesMissing,
    Quota quota,
    Totals totals,
    long sessions,
    long activeSessions,
    List<Session> busiest) {

  /** A node of an earlier release does not say all of it. */
  public ClusterStatus {
    totals = totals == null ? Totals.NONE : totals;
  }

  /** One node. */
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record Node(
      String node,
      String state,
      String listen,
      String admin,
      String version,
      long uptimeMs,
      long connections,
      long sessions,
      long activeRequests,
      long maxConcurrent,
      long queueLength,
      long requestsLastMinute,
      long tokensLastMinute,
      Lease lease,
      List<Trouble> troubles) {
    public Node {
      lease = lease == null ? Lease.NONE : lease;
    }
  }

  /**
   * A node's part in the quota: what it may still spend without asking, for how long, and how many
   * requests of sessions wait for more.
   */
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record Lease(
      long requests, long tokens, long lastsMs, long waitingFinals, long waitingPartials) {
    static final Lease NONE = new Lease(0, 0, 0, 0, 0);
  }

  /**
   * The quota that all nodes share.
   *
   * @param remainingMs until the state ends by itself; 0 where it does not
   * @param ledgerKeptBy the nodes that the grid takes for those that keep the quota's books: one,
   *     but for a moment
   * @param requestsPerMinuteCeiling the limit, or less where the upstream named less
   * @param requestsUsedByOthers those of {@code requestsLastMinute} that others use, by the
   *     upstream's headers
   */
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record Quota(
      String state,
      long remainingMs,
      int votes,
      int votesNeeded,
      List<String> ledgerKeptBy,
      long requestsLastMinute,
      long requestsPerMinuteLimit,
      long requestsPerMinuteCeiling,
      long tokensLastMinute,
      long tokensPerMinuteLimit,
      long tokensPerMinuteCeiling,
      long requestsUsedByOthers,
      long tokensUsedByOthers) {
    public Quota {
      requestsPerMinuteCeiling = told(requestsPerMinuteCeiling, requestsPerMinuteLimit);
      tokensPerMinuteCeiling = told(tokensPerMinuteCeiling, tokensPerMinuteLimit);
      ledgerKeptBy = ledgerKeptBy == null ? List.of() : List.copyOf(ledgerKeptBy);
    }

    private static long told(long ceiling, long limit) {
      return ceiling == 0 ? limit : ceiling;
    }
  }

  /**
   * A live session.
   *
   * @param waitsFor why its next request waits, as clients are told; empty where none does
   * @param waitsMs how long it will, about; 0 where nobody can tell
   */
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record Session(
      String session,
      String node,
      long activeRequests,
      long queueLength,
      long requestCount,
      long lastRequestTime,
      long requestsLastMinute,
      long tokensLastMinute,
      long fairShareRPM,
      long fairShareTPM,
      String waitsFor,
      long waitsMs) {
    public Session {
      waitsFor = waitsFor == null ? "" : waitsFor;
    }
  }

  static ClusterStatus of(
      long time, String answeredBy, ClusterReport report, QuotaUse quota, Load others) {
    Load used = report.used(quota);
    Load share = quota.fairShare(report.sum(NodeReport::activeSessions));
    return new ClusterStatus(
        time,
        answeredBy,
        report.nodes().stream().map(ClusterStatus::node).toList(),
        report.missing(),
        new Quota(
            tag(quota.state()),
            quota.remaining().toMillis(),
            quota.votes(),
            quota.needed(),
            report.nodes().stream()
                .filter(node -> node.quota().keepsLedger())
                .map(NodeReport::node)
                .toList(),
            used.requests(),
            quota.limit().requests(),
            quota.ceiling().requests(),
            used.tokens(),
            quota.limit().tokens(),
            quota.ceiling().tokens(),
            others.requests(),
            others.tokens()),
        report.totals(),
        report.sum(NodeReport::sessions),
        report.sum(NodeReport::activeSessions),
        report.sessions().stream().map(row -> session(row, share)).toList());
  }

  private static Node node(NodeReport node) {
    return new Node(
        node.node(),
        tag(node.readiness()),
        node.listen(),
        node.admin(),
        node.version(),
        node.uptimeMs(),
        node.connections(),
        node.sessions(),
        node.inFlight(),
        node.mostInFlight(),
        node.waiting(),
        node.requestsLastMinute(),
        node.tokensLastMinute(),
        new Lease(
            node.quota().leased().requests(),
            node.quota().leased().tokens(),
            node.quota().lasts().toMillis(),
            node.quota().finals(),
            node.quota().partials()),
        node.troubles());
  }

  private static Session session(ClusterReport.Row row, Load share) {
    return new Session(
        row.use().session(),
        row.node(),
        row.use().inFlight(),
        row.use().waiting(),
        row.use().requests(),
        row.use().lastRequestMs(),
        row.use().requestsLastMinute(),
        row.use().tokensLastMinute(),
        share.requests(),
        share.tokens(),
        row.use().waitsFor(),
        row.use().waitsMs());
  }

  static String tag(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }
}
