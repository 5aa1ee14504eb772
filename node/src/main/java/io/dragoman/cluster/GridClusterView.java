package io.dragoman.cluster;

import com.hazelcast.cluster.Member;
import com.hazelcast.config.ExecutorConfig;
import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.core.HazelcastInstanceNotActiveException;
import io.dragoman.ops.ClusterReport;
import io.dragoman.ops.ClusterView;
import io.dragoman.ops.NodeReport;
import io.dragoman.ops.NodeView;
import io.dragoman.ops.Selection;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gathers the nodes' reports with one task for each member, so that nothing is kept or sent while
 * nobody asks. Thread-safe.
 */
final class GridClusterView implements ClusterView {
  private static final Logger log = LoggerFactory.getLogger(GridClusterView.class);
  private static final String EXECUTOR = "reports";
  private static final Duration PATIENCE = Duration.ofSeconds(1);

  private final HazelcastInstance hazelcast;
  private final NodeView here;
  private final List<String> configured;

  /**
   * @param configured {@code host:port} of every node that belongs to the cluster
   */
  GridClusterView(HazelcastInstance hazelcast, NodeView here, List<String> configured) {
    this.hazelcast = hazelcast;
    this.here = here;
    this.configured = configured;
    hazelcast.getUserContext().put(ReportTask.HERE, here);
  }

  /** Few threads, and a short queue: whoever asks a node too much is not answered. */
  static ExecutorConfig executor() {
    return new ExecutorConfig(EXECUTOR, 2).setQueueCapacity(64).setStatisticsEnabled(false);
  }

  private record Asked(Member member, Future<@Nullable NodeReport> answer) {}

  @Override
  public ClusterReport report(Selection selection) {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    Collection<Member> members = members();
    List<Asked> all =
        members.stream()
            .filter(member -> !member.localMember())
            .map(member -> new Asked(member, ask(member, selection)))
            .toList();
    List<NodeReport> reports = new ArrayList<>();
    List<String> missing = new ArrayList<>(absent(configured, members));
    reports.add(here.report(selection));
    for (Asked asked : all) {
      NodeReport report = await(asked, deadline);
      if (report == null) {
        missing.add(name(asked.member));
      } else {
        reports.add(report);
      }
    }
    return new ClusterReport(selection, reports, missing);
  }

  /** The members of the grid; none once this node has left it. */
  private Collection<Member> members() {
    try {
      return hazelcast.getCluster().getMembers();
    } catch (HazelcastInstanceNotActiveException e) {
      return List.of();
    }
  }

  private Future<@Nullable NodeReport> ask(Member member, Selection selection) {
    try {
      return hazelcast
          .getExecutorService(EXECUTOR)
          .submitToMember(new ReportTask(selection), member);
    } catch (RuntimeException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  private static @Nullable NodeReport await(Asked asked, long deadline) {
    try {
      return asked.answer.get(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return null;
    } catch (ExecutionException | TimeoutException e) {
      log.debug("{} does not report: {}", name(asked.member), e.toString());
      return null;
    }
  }

  /** The nodes that belong to the cluster but are not in it. */
  static List<String> absent(List<String> configured, Collection<Member> members) {
    Set<InetSocketAddress> present =
        members.stream().map(Member::getSocketAddress).collect(Collectors.toSet());
    return configured.stream().filter(node -> !present.contains(address(node))).toList();
  }

  private static InetSocketAddress address(String node) {
    int colon = node.lastIndexOf(':');
    return new InetSocketAddress(
        node.substring(0, colon), Integer.parseInt(node.substring(colon + 1)));
  }

  private static String name(Member member) {
    return Objects.requireNonNullElse(
        member.getAttribute(Grid.NODE), member.getSocketAddress().toString());
  }
}
