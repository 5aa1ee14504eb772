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
import io.dragoman.ops.Totals;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
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
  private final Supplier<Totals> totals;

  /**
   * By member, the report that it did not give in time. It is asked for no other until that one is
   * there, so that no requests pile up at a node in trouble.
   */
  private final Map<UUID, Future<@Nullable NodeReport>> late = new ConcurrentHashMap<>();

  /**
   * @param configured {@code host:port} of every node that belongs to the cluster
   * @param totals of all nodes, as far as they are known
   */
  GridClusterView(
      HazelcastInstance hazelcast,
      NodeView here,
      List<String> configured,
      Supplier<Totals> totals) {
    this.hazelcast = hazelcast;
    this.here = here;
    this.configured = configured;
    this.totals = totals;
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
    late.keySet().retainAll(members.stream().map(Member::getUuid).toList());
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
    return new ClusterReport(selection, reports, missing, totals.get());
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
    Future<@Nullable NodeReport> before = late.get(member.getUuid());
    if (before != null && !before.isDone()) {
      return CompletableFuture.failedFuture(new TimeoutException("it still owes a report"));
    }
    late.remove(member.getUuid());
    try {
      return hazelcast
          .getExecutorService(EXECUTOR)
          .submitToMember(new ReportTask(selection), member);
    } catch (RuntimeException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  private @Nullable NodeReport await(Asked asked, long deadline) {
    try {
      return asked.answer.get(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return null;
    } catch (TimeoutException e) {
      late.put(asked.member.getUuid(), asked.answer);
      log.debug("{} does not report in time", name(asked.member));
      return null;
    } catch (ExecutionException e) {
      log.debug("{} does not report: {}", name(asked.member), e.toString());
      return null;
    }
  }

  /**
   * The nodes that belong to the cluster but are not in it. Each tells its address as all nodes are
   * configured with it, so that no name has to be looked up.
   */
  static List<String> absent(List<String> configured, Collection<Member> members) {
    Set<@Nullable String> present =
        members.stream()
            .map(member -> member.getAttribute(Grid.PLACE))
            .collect(Collectors.toCollection(HashSet::new));
    return configured.stream().filter(node -> !present.contains(node)).toList();
  }

  private static String name(Member member) {
    return Objects.requireNonNullElse(
        member.getAttribute(Grid.NODE), member.getSocketAddress().toString());
  }
}
