package io.dragoman.cluster;

import com.hazelcast.map.IMap;
import io.dragoman.cluster.WindowOperation.Look;
import io.dragoman.quota.Load;
import io.dragoman.quota.QuotaConfig;
import io.dragoman.quota.QuotaMeter;
import io.dragoman.quota.QuotaUse;
import io.dragoman.quota.RollingWindow;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** Reads what the {@link GridQuotaGate}'s window has booked, where the window is. */
final class GridQuotaMeter implements QuotaMeter {
  private static final Duration PATIENCE = Duration.ofSeconds(1);

  private final IMap<String, RollingWindow> windows;
  private final Load limit;
  private final InstantSource clock;

  GridQuotaMeter(IMap<String, RollingWindow> windows, QuotaConfig config, InstantSource clock) {
    this.windows = windows;
    this.limit = new Load(config.requestsPerMinute(), config.tokensPerMinute());
    this.clock = clock;
  }

  @Override
  public QuotaUse use() {
    Load booked = booked();
    return booked == null
        ? new QuotaUse(QuotaUse.State.UNREACHABLE, null, limit)
        : new QuotaUse(QuotaUse.State.GRANTING, booked, limit);
  }

  private @Nullable Load booked() {
    try {
      return windows
          .submitToKey(GridQuotaGate.KEY, new Look(clock))
          .toCompletableFuture()
          .get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return null;
    } catch (ExecutionException | TimeoutException | RuntimeException e) {
      return null;
    }
  }
}
