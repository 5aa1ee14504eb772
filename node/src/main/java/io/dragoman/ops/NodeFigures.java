package io.dragoman.ops;

import io.dragoman.pipeline.PipelineMetrics;
import io.dragoman.pipeline.SessionUse;
import io.dragoman.pipeline.Spent;
import io.dragoman.quota.NodeQuota;
import io.dragoman.session.SessionEndpoint;
import java.util.List;
import java.util.function.IntSupplier;
import java.util.function.Supplier;

/** Puts this node's report together when it is asked for. Thread-safe. */
public final class NodeFigures implements NodeView {
  private final String node;
  private final String version;
  private final IntSupplier mostInFlight;
  private final Health health;
  private final SessionEndpoint sessions;
  private final PipelineMetrics pipelines;
  private final Supplier<NodeQuota> quota;
  private final Supplier<List<Trouble>> troubles;
  private final long startedNanos = System.nanoTime();

  private volatile String listen = "";
  private volatile String admin = "";

  /**
   * @param node the node's name in this life of its
   * @param version of the program
   * @param mostInFlight how many calls to the language model the node makes at once now
   * @param quota the node's part in the cluster's quota
   * @param troubles the services that do not serve the node now
   */
  public NodeFigures(
      String node,
      String version,
      IntSupplier mostInFlight,
      Health health,
      SessionEndpoint sessions,
      PipelineMetrics pipelines,
      Supplier<NodeQuota> quota,
      Supplier<List<Trouble>> troubles) {
    this.node = node;
    this.version = version;
    this.mostInFlight = mostInFlight;
    this.health = health;
    this.sessions = sessions;
    this.pipelines = pipelines;
    this.quota = quota;
    this.troubles = troubles;
  }

  /** The node listens now, for clients and for operators; each as {@code host:port}. */
  public void listening(String clients, String operators) {
    listen = clients;
    admin = operators;
  }

  @Override
  public NodeReport report(Selection selection) {
    List<SessionUse> all = pipelines.sessions();
    Spent minute = pipelines.lastMinute();
    return new NodeReport(
        node,
        health.now(),
        listen,
        admin,
        version,
        (System.nanoTime() - startedNanos) / 1_000_000,
        sessions.connections(),
        (int) all.stream().filter(SessionUse::live).count(),
        (int) all.stream().filter(SessionUse::active).count(),
        all.stream().mapToInt(SessionUse::inFlight).sum(),
        mostInFlight.getAsInt(),
        all.stream().mapToInt(SessionUse::waiting).sum(),
        minute.requests(),
        minute.tokens(),
        quota.get(),
        troubles.get(),
        selection.of(all.stream()));
  }
}
