package io.dragoman.cluster;

import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.core.HazelcastInstanceAware;
import io.dragoman.ops.NodeReport;
import io.dragoman.ops.NodeView;
import io.dragoman.ops.Selection;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/** Asks a node for its report, there. The answer is null while the node has nothing to tell yet. */
final class ReportTask implements Callable<@Nullable NodeReport>, HazelcastInstanceAware {
  /** Where a member keeps its node's view of itself. */
  static final String HERE = "dragoman.node";

  final Selection selection;
  private @Nullable HazelcastInstance member;

  ReportTask(Selection selection) {
    this.selection = selection;
  }

  @Override
  public void setHazelcastInstance(HazelcastInstance instance) {
    member = instance;
  }

  @Override
  public @Nullable NodeReport call() {
    return member != null && member.getUserContext().get(HERE) instanceof NodeView here
        ? here.report(selection)
        : null;
  }
}
