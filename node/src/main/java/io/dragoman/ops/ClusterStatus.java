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
    long sessions,
    long activeSessions,
    List<Session> busiest) {

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
      List<Trouble> troubles) {}

  /**
   * The quota that all nodes share.
   *
   * @param remainingMs until the state ends by itself; 0 where it does not
   */
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record Quota(
      String state,
      long remainingMs,
      int votes,
      int votesNeeded,
      long requestsLastMinute,
      long requestsPerMinuteLimit,
      long tokensLastMinute,
      long tokensPerMinuteLimit) {}

  /** A live session. */
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record Session(
      String session,
      String node,
      long activeRequests,
      long queueLength,
      long requestCount,
      long lastRequestTime,
      long requestsLastMinute,
      long tokensLastMinute) {}

  static ClusterStatus of(long time, String answeredBy, ClusterReport report, QuotaUse quota) {
    Load used = report.used(quota);
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
            used.requests(),
            quota.limit().requests(),
            used.tokens(),
            quota.limit().tokens()),
        report.sum(NodeReport::sessions),
        report.sum(NodeReport::activeSessions),
        report.sessions().stream().map(ClusterStatus::session).toList());
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
        node.troubles());
  }

  private static Session session(ClusterReport.Row row) {
    return new Session(
        row.use().session(),
        row.node(),
        row.use().inFlight(),
        row.use().waiting(),
        row.use().requests(),
        row.use().lastRequestMs(),
        row.use().requestsLastMinute(),
        row.use().tokensLastMinute());
  }

  static String tag(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }
}
