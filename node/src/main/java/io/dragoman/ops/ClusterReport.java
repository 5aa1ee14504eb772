package io.dragoman.ops;

import io.dragoman.pipeline.SessionUse;
import io.dragoman.quota.Load;
import io.dragoman.quota.QuotaUse;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * How the cluster stands: what each node said, and who did not answer. All sums are over the nodes
 * that did.
 *
 * @param selection which sessions the nodes told of
 * @param nodes by name
 * @param missing the nodes that belong to the cluster but did not answer in time, by name; one that
 *     nobody sees, by its configured address
 * @param totals of all nodes since the cluster began
 */
public record ClusterReport(
    Selection selection, List<NodeReport> nodes, List<String> missing, Totals totals) {
  public ClusterReport {
    nodes = nodes.stream().sorted(Comparator.comparing(NodeReport::node)).toList();
    missing = missing.stream().sorted().toList();
  }

  /** A session, and the node that carries it. */
  public record Row(String node, SessionUse use) {
    private Row plus(Row other) {
      boolean here = use.live() || !other.use.live();
      return new Row(here ? node : other.node, use.plus(other.use));
    }
  }

  long sum(ToLongFunction<NodeReport> figure) {
    return nodes.stream().mapToLong(figure).sum();
  }

  /** The sessions that were asked for, each once. */
  List<Row> sessions() {
    return all().stream().limit(selection.limit()).toList();
  }

  /** The id that the next page begins after; null where this one is the last. */
  @Nullable String next() {
    List<Row> all = all();
    int limit = selection.limit();
    return all.size() > limit ? all.get(limit - 1).use().session() : null;
  }

  /** What counts against the quota; where nobody can tell, what the nodes sent. */
  Load used(QuotaUse quota) {
    return quota.used() != null
        ? quota.used()
        : new Load(sum(NodeReport::requestsLastMinute), sum(NodeReport::tokensLastMinute));
  }

  /** A session that moved from one node to another within minutes is told of by both. */
  private List<Row> all() {
    Map<String, Row> rows = new HashMap<>();
    for (NodeReport node : nodes) {
      for (SessionUse use : node.selected()) {
        rows.merge(use.session(), new Row(node.node(), use), Row::plus);
      }
    }
    List<Row> sorted = new ArrayList<>(rows.values());
    sorted.sort(Comparator.comparing(Row::use, selection.order()));
    return sorted;
  }
}
