package io.dragoman.cluster;

import com.hazelcast.cluster.Member;
import com.hazelcast.config.MapConfig;
import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.core.HazelcastInstanceNotActiveException;
import com.hazelcast.map.IMap;
import io.dragoman.pipeline.PipelineMetrics;
import io.dragoman.pipeline.SessionMeter;
import io.dragoman.pipeline.SessionWindow;
import io.dragoman.session.SessionWindows;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the windows of this node's sessions in a distributed map by session id, for the nodes that
 * they move to. Thread-safe.
 *
 * <p>As often as the node's lease is renewed, a thread of its own writes those that have changed:
 * for each member that keeps some of them one message, and no other to that member before it has
 * answered. So a member that is stuck holds up nobody, and what a session did since the last time
 * may stay behind.
 */
final class GridSessionWindows implements SessionWindows {
  static final String MAP = "windows";

  /** A session may ask for nothing for long, and what it has spent is to be told at its end. */
  private static final Duration KEPT = Duration.ofHours(1);

  private static final Logger log = LoggerFactory.getLogger(GridSessionWindows.class);

  private final HazelcastInstance hazelcast;
  private final IMap<String, KeptWindow> windows;
  private final PipelineMetrics pipelines;

  /** The writes that are not answered yet, by the member that is to. */
  private final Map<UUID, CompletableFuture<Void>> open = new ConcurrentHashMap<>();

  private final ScheduledThreadPoolExecutor thread =
      new ScheduledThreadPoolExecutor(
          1, Thread.ofPlatform().daemon().name("session-windows").factory());

  /**
   * @param everyNanos how often what has changed is written
   */
  @SuppressWarnings("FutureReturnValueIgnored") // It neither ends nor fails with a value.
  GridSessionWindows(HazelcastInstance hazelcast, PipelineMetrics pipelines, long everyNanos) {
    this.hazelcast = hazelcast;
    this.windows = hazelcast.getMap(MAP);
    this.pipelines = pipelines;
    thread.scheduleWithFixedDelay(this::write, everyNanos, everyNanos, TimeUnit.NANOSECONDS);
  }

  /** Nobody waits for copies, and what nobody needs any more goes by itself. */
  static void configure(MapConfig map, int copies) {
    map.setBackupCount(0).setAsyncBackupCount(copies).setTimeToLiveSeconds((int) KEPT.toSeconds());
  }

  @Override
  public void recall(String sid, Consumer<SessionWindow> told) {
    try {
      windows
          .getAsync(sid)
          .whenComplete(
              (kept, failure) -> {
                if (failure != null) {
                  log.info("what session {} used elsewhere is not known: {}", sid, why(failure));
                } else if (kept != null) {
                  told.accept(kept.at(nowMs()));
                }
              });
    } catch (RuntimeException e) {
      log.info("what session {} used elsewhere is not known: {}", sid, why(e));
    }
  }

  private static String why(Throwable failure) {
    Throwable cause = failure;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause.toString();
  }

  private long nowMs() {
    return hazelcast.getCluster().getClusterTime();
  }

  /** Sends what has changed since the last time. */
  private void write() {
    try {
      Map<Member, Batch> batches = new HashMap<>();
      for (SessionMeter meter : pipelines.meters()) {
        SessionWindow window = meter.changes();
        if (window != null) {
          Member keeper = hazelcast.getPartitionService().getPartition(meter.session()).getOwner();
          if (keeper == null || open.containsKey(keeper.getUuid())) {
            meter.changedStill();
          } else {
            batches.computeIfAbsent(keeper, _ -> new Batch()).add(meter, window, nowMs());
          }
        }
      }
      batches.forEach(this::send);
    } catch (HazelcastInstanceNotActiveException e) {
      log.debug("the grid is left");
    } catch (RuntimeException e) {
      log.error("the windows of sessions could not be written", e);
    }
  }

  private void send(Member keeper, Batch batch) {
    CompletableFuture<Void> write = new CompletableFuture<>();
    open.put(keeper.getUuid(), write);
    write(batch)
        .whenComplete(
            (done, failure) -> {
              if (failure != null) {
                log.debug("{} windows are written again later: {}", batch.size(), why(failure));
                batch.meters.forEach(SessionMeter::changedStill);
              }
              open.remove(keeper.getUuid());
              write.complete(null);
            });
  }

  private CompletionStage<Void> write(Batch batch) {
    try {
      return windows.setAllAsync(batch.kept);
    } catch (RuntimeException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  /** What goes to one member. */
  private static final class Batch {
    private final List<SessionMeter> meters = new ArrayList<>();
    private final Map<String, KeptWindow> kept = new HashMap<>();

    /** A session that was here twice is there with its newer life, which includes the other. */
    void add(SessionMeter meter, SessionWindow window, long atMs) {
      meters.add(meter);
      kept.merge(
          meter.session(),
          new KeptWindow(atMs, window),
          (one, other) -> one.window().requests() > other.window().requests() ? one : other);
    }

    int size() {
      return kept.size();
    }
  }

  /** Writes what is not written yet, if the grid answers soon; then it stops. */
  void leave(Duration atMost) {
    // What changed while a write was open goes with the one after it.
    CompletableFuture<Void> written =
        answered().thenRunAsync(this::write, thread).thenCompose(_ -> answered());
    try {
      written.get(atMost.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (TimeoutException | ExecutionException e) {
      log.info("what sessions used here last could not be handed over: {}", e.toString());
    } finally {
      stop();
    }
  }

  /** Done when all writes that are open now are answered. */
  private CompletableFuture<Void> answered() {
    return CompletableFuture.allOf(open.values().toArray(CompletableFuture[]::new));
  }

  /** Stops without a word. */
  void stop() {
    thread.shutdown();
  }
}
