package io.dragoman.sidebyside;

import io.dragoman.cluster.DispatchConfig;
import io.dragoman.cluster.Grid;
import io.dragoman.cluster.GridConfig;
import io.dragoman.cluster.GridQuota;
import io.dragoman.quota.Limits;
import io.dragoman.quota.Permit;
import io.dragoman.quota.QuotaConfig;
import io.dragoman.quota.QuotaRequest;
import io.dragoman.quota.QuotaRequest.Priority;
import io.dragoman.quota.SessionQuota;
import io.dragoman.quota.Turn;
import io.dragoman.quota.Turn.Answer;
import io.dragoman.sidebyside.Member.Place;
import java.io.IOException;
import java.time.Duration;

/** Dragoman's quota, as a node takes part in it: in requests and in tokens. */
final class DragomanLimiter implements Limiter {
  private static final Duration PATIENCE = Duration.ofMinutes(1);
  private static final Duration LONG = Duration.ofHours(1);

  /** More than there are callers: nobody waits for a place for its call. */
  private static final int PLACES = 1_000;

  /** Of one request: the limit of requests binds. */
  private static final int TOKENS = 200;

  private static final int TOKENS_ALLOWED = 400;

  private static final QuotaRequest REQUEST =
      new QuotaRequest(Priority.FINAL, TOKENS, Duration.ofSeconds(3));

  private final GridQuota quota;

  private DragomanLimiter(GridQuota quota) {
    this.quota = quota;
  }

  /** Waits until permits are granted. */
  static Limiter join(Place place, long requestsPerMinute)
      throws IOException, InterruptedException {
    GridConfig config =
        new GridConfig(
            place.file(),
            "m" + place.number(),
            Place.HOST,
            place.port(),
            place.all(),
            place.data());
    Limits limits = Limits.perMinute(requestsPerMinute, requestsPerMinute * TOKENS_ALLOWED);
    Grid grid = Grid.start(config, QuotaConfig.of(limits));
    GridQuota quota = grid.openQuota(DispatchConfig.of(PLACES));
    if (!grid.awaitSize(place.all().size(), PATIENCE)
        || !grid.awaitSafe(PATIENCE)
        || !quota.awaitGranting(PATIENCE)) {
      throw new IOException("the quota grants nothing: " + quota.meter().use());
    }
    return new DragomanLimiter(quota);
  }

  @Override
  public boolean isOwner() {
    return quota.isOwner();
  }

  @Override
  public Session open() {
    SessionQuota session = quota.gate().open(1);
    return new Session() {
      @Override
      public Runnable await() throws InterruptedException {
        Permit permit = permit(session.ask(REQUEST));
        return () -> {
          permit.arrived();
          permit.close();
        };
      }

      @Override
      public boolean decide() throws InterruptedException {
        try (Permit permit = permit(session.ask(REQUEST))) {
          permit.unspent();
          return true;
        }
      }
    };
  }

  private static Permit permit(Turn turn) throws InterruptedException {
    if (turn.await(LONG) instanceof Answer.Granted(Permit permit)) {
      return permit;
    }
    throw new IllegalStateException("a final is never dropped");
  }
}
