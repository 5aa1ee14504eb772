package io.dragoman.ops;

import io.dragoman.pipeline.SessionUse;
import io.dragoman.quota.NodeQuota;
import java.util.List;

/**
 * How one node stands.
 *
 * @param node its name in this life of its
 * @param listen where clients connect, as {@code host:port}
 * @param admin where operators connect
 * @param uptimeMs for how long it has been running, in milliseconds
 * @param connections the WebSocket connections that are open
 * @param sessions the sessions that go on
 * @param activeSessions the sessions that had a request permitted within the last five minutes,
 *     also those that have ended since
 * @param inFlight the calls to the language model that are under way
 * @param mostInFlight how many may be
 * @param waiting the utterances that wait to be translated or corrected
 * @param requestsLastMinute the requests that were permitted in the last minute
 * @param tokensLastMinute what the quota was charged for those
 * @param quota its part in the cluster's quota
 * @param troubles the services that do not serve it; empty when all is well
 * @param selected the sessions that were asked for, and one more where there are others
 */
public record NodeReport(
    String node,
    Readiness readiness,
    String listen,
    String admin,
    String version,
    long uptimeMs,
    int connections,
    int sessions,
    int activeSessions,
    int inFlight,
    int mostInFlight,
    int waiting,
    long requestsLastMinute,
    long tokensLastMinute,
    NodeQuota quota,
    List<Trouble> troubles,
    List<SessionUse> selected) {
  public NodeReport {
    troubles = List.copyOf(troubles);
    selected = List.copyOf(selected);
  }
}
