package io.dragoman.ops;

import io.dragoman.quota.Load;
import io.dragoman.quota.QuotaUse;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The cluster's use of its quota: {@code GET /v1/stats/limits}. {@code docs/operating.md} tells
 * what each field means.
 */
public record LimiterStats(
    long requestsLastMinute,
    long requestsPerMinuteLimit,
    long requestsPerMinuteCeiling,
    long tokensLastMinute,
    long tokensPerMinuteLimit,
    long tokensPerMinuteCeiling,
    long activeSessions,
    Map<String, SessionStats> sessionStats,
    @Nullable String next,
    String quotaState,
    long quotaStateRemainingMs,
    Totals totals,
    List<String> nodesMissing) {

  /** One session's part of it. */
  public record SessionStats(
      long requestsLastMinute,
      long tokensLastMinute,
      long fairShareRPM,
      long fairShareTPM,
      String waitsFor,
      long waitsMs) {}

  static LimiterStats of(ClusterReport report, QuotaUse quota) {
    long active = report.sum(NodeReport::activeSessions);
    Load share = quota.fairShare(active);
    Map<String, SessionStats> stats = new LinkedHashMap<>();
    for (ClusterReport.Row row : report.sessions()) {
      stats.put(
          row.use().session(),
          new SessionStats(
              row.use().requestsLastMinute(),
              row.use().tokensLastMinute(),
              share.requests(),
              share.tokens(),
              row.use().waitsFor(),
              row.use().waitsMs()));
    }
    Load used = report.used(quota);
    return new LimiterStats(
        used.requests(),
        quota.limit().requests(),
        quota.ceiling().requests(),
        used.tokens(),
        quota.limit().tokens(),
        quota.ceiling().tokens(),
        active,
        stats,
        report.next(),
        ClusterStatus.tag(quota.state()),
        quota.remaining().toMillis(),
        report.totals(),
        report.missing());
  }
}
