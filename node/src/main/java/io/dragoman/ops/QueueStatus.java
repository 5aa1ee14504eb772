package io.dragoman.ops;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The cluster's work with the language model: {@code GET /v1/stats/queue}. {@code
 * docs/operating.md} tells what each field means.
 */
public record QueueStatus(
    long queueLength,
    boolean processing,
    long activeRequests,
    long maxConcurrent,
    long estimatedTokensUsed,
    long activeSessions,
    Map<String, SessionStats> sessionStats,
    @Nullable String next,
    Totals totals,
    List<String> nodesMissing) {

  /** One session's part of it. */
  public record SessionStats(long requestCount, long lastRequestTime) {}

  static QueueStatus of(ClusterReport report) {
    Map<String, SessionStats> stats = new LinkedHashMap<>();
    for (ClusterReport.Row row : report.sessions()) {
      stats.put(
          row.use().session(), new SessionStats(row.use().requests(), row.use().lastRequestMs()));
    }
    long waiting = report.sum(NodeReport::waiting);
    long inFlight = report.sum(NodeReport::inFlight);
    return new QueueStatus(
        waiting,
        waiting + inFlight > 0,
        inFlight,
        report.sum(NodeReport::mostInFlight),
        report.sum(NodeReport::tokensLastMinute),
        report.sum(NodeReport::activeSessions),
        stats,
        report.next(),
        report.totals(),
        report.missing());
  }
}
