package io.dragoman.cluster;

import com.hazelcast.map.IMap;
import io.dragoman.cluster.WindowOperation.Ask;
import io.dragoman.cluster.WindowOperation.Settle;
import io.dragoman.quota.Decision;
import io.dragoman.quota.Decision.Bound;
import io.dragoman.quota.Permit;
import io.dragoman.quota.PermitId;
import io.dragoman.quota.QuotaConfig;
import io.dragoman.quota.QuotaGate;
import io.dragoman.quota.QuotaRequest;
import io.dragoman.quota.QuotaRequest.Priority;
import io.dragoman.quota.RollingWindow;
import io.dragoman.quota.RollingWindow.Answer;
import io.dragoman.quota.RollingWindow.Granted;
import io.dragoman.quota.RollingWindow.Refused;
import io.dragoman.quota.RollingWindow.Stale;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The plain gate: one {@link RollingWindow} for the whole cluster, one operation on it for every
 * permit. A caller waits for the answer for at most half of the network bound, so that the other
 * half is left for the request. Nothing that the grid does is ever an exception here.
 */
final class GridQuotaGate implements QuotaGate {

  private static final Logger log = LoggerFactory.getLogger(GridQuotaGate.class);

  /** The window's key; later quotas, per upstream account and model, have their own. */
  static final String KEY = "global";

  /**
   * How long a refusal stands: room that frees early, with a proof of arrival, is missed no longer.
   */
  private static final long LONGEST_HOLD_MS = 1_000;

  private static final long UNREACHABLE_MS = 250;

  /** The most settlements under way at once; beyond it they are dropped and bookings just lapse. */
  private static final int MOST_SETTLING = 1_024;

  private final IMap<String, RollingWindow> windows;
  private final Supplier<PermitId> ids;
  private final QuotaConfig config;
  private final InstantSource clock;
  private final LongSupplier nanoTime;

  private final Semaphore settling = new Semaphore(MOST_SETTLING);
  private final AtomicBoolean unreachable = new AtomicBoolean();

  /** What the grid said last to each priority, as long as that needs no second question. */
  private final Map<Priority, Hold> holds = new ConcurrentHashMap<>();

  /**
   * @param ids gives an id that the cluster has not seen
   * @param clock the time where this node owns the window
   * @param nanoTime the time in which this node waits
   */
  GridQuotaGate(
      IMap<String, RollingWindow> windows,
      Supplier<PermitId> ids,
      QuotaConfig config,
      InstantSource clock,
      LongSupplier nanoTime) {
    this.windows = windows;
    this.ids = ids;
    this.config = config;
    this.clock = clock;
    this.nanoTime = nanoTime;
  }

  private record Hold(long untilNanos, Bound bound) {}

  @Override
  public Decision ask(QuotaRequest request) {
    String impossible = config.impossible(request);
    if (impossible != null) {
      return new Decision.Impossible(impossible);
    }
    Decision held = held(request.priority());
    return held == null ? askGrid(request) : held;
  }

  private @Nullable Decision held(Priority priority) {
    Hold hold = holds.get(priority);
    if (hold == null) {
      return null;
    }
    long leftNanos = hold.untilNanos - nanoTime.getAsLong();
    if (leftNanos <= 0) {
      holds.remove(priority, hold);
      return null;
    }
    return new Decision.Wait(Duration.ofNanos(leftNanos), hold.bound);
  }

  private void hold(Priority priority, long ms, Bound bound) {
    long until = nanoTime.getAsLong() + TimeUnit.MILLISECONDS.toNanos(ms);
    holds.put(priority, new Hold(until, bound));
  }

  private Decision askGrid(QuotaRequest request) {
    PermitId id = ids.get();
    long asked = nanoTime.getAsLong();
    Answer answer;
    try {
      answer = submit(new Ask(clock, id, config, request));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      settle(id, false);
      return new Decision.Wait(Duration.ofMillis(UNREACHABLE_MS), Bound.UNREACHABLE);
    } catch (ExecutionException | TimeoutException | RuntimeException e) {
      return unreachable(id, e);
    }
    if (nanoTime.getAsLong() - asked > config.networkBound().toNanos()) {
      // This process stood still meanwhile: what is sent now may arrive after its booking has
      // ended.
      return unreachable(id, new TimeoutException("the answer was read too late"));
    }
    if (unreachable.compareAndSet(true, false)) {
      log.info("the quota is reachable again");
    }
    return switch (answer) {
      case Granted() -> new Decision.Granted(new GridPermit(id));
      case Refused(long waitMs, Bound bound) -> {
        long holdMs = Math.min(waitMs, LONGEST_HOLD_MS);
        hold(request.priority(), holdMs, bound);
        yield new Decision.Wait(Duration.ofMillis(holdMs), bound);
      }
      case Stale() -> new Decision.Wait(Duration.ofMillis(UNREACHABLE_MS), Bound.UNREACHABLE);
    };
  }

  private Answer submit(Ask ask) throws InterruptedException, ExecutionException, TimeoutException {
    long longestMs = config.networkBound().toMillis() / 2;
    return windows
        .submitToKey(KEY, ask)
        .toCompletableFuture()
        .get(longestMs, TimeUnit.MILLISECONDS);
  }

  /**
   * The permit may have been booked and its answer lost: give it back, whenever that gets there.
   */
  private Decision unreachable(PermitId id, Exception cause) {
    if (unreachable.compareAndSet(false, true)) {
      Throwable why = cause.getCause() == null ? cause : cause.getCause();
      log.warn("the quota is unreachable: {}", why.getClass().getSimpleName());
    }
    settle(id, false);
    hold(Priority.FINAL, UNREACHABLE_MS, Bound.UNREACHABLE);
    hold(Priority.PARTIAL, UNREACHABLE_MS, Bound.UNREACHABLE);
    return new Decision.Wait(Duration.ofMillis(UNREACHABLE_MS), Bound.UNREACHABLE);
  }

  /** Tells the window without waiting. What gets lost makes the booking last longer, no more. */
  private void settle(PermitId id, boolean arrived) {
    if (!settling.tryAcquire()) {
      return;
    }
    try {
      CompletionStage<Boolean> told =
          windows.submitToKey(KEY, new Settle(clock, id, config, arrived));
      told.whenComplete((news, failure) -> settling.release());
    } catch (RuntimeException e) {
      settling.release();
      log.debug("a permit stays booked until it lapses: {}", e.toString());
    }
  }

  private final class GridPermit implements Permit {
    private final PermitId id;
    private final AtomicBoolean settled = new AtomicBoolean();

    GridPermit(PermitId id) {
      this.id = id;
    }

    @Override
    public void arrived() {
      if (settled.compareAndSet(false, true)) {
        settle(id, true);
      }
    }

    @Override
    public void unspent() {
      if (settled.compareAndSet(false, true)) {
        settle(id, false);
        holds.clear();
      }
    }
  }
}
