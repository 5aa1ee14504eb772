package io.dragoman.pipeline;

import io.dragoman.openai.ApiResult;
import io.dragoman.openai.Usage;
import io.dragoman.quota.Delay;
import io.dragoman.quota.QuotaRequest.Priority;
import io.dragoman.quota.RecentUse;
import java.time.Duration;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Counts what one session asks of the language model. Thread-safe.
 *
 * <p>A request counts from its permit on, with the tokens that the quota is charged, as the quota
 * itself counts.
 */
public final class SessionMeter {
  /** A session that asked for nothing for so long is no longer active. */
  private static final Duration ACTIVE = Duration.ofMinutes(5);

  private final String session;
  private final PipelineMetrics node;

  /** How much waits; follows the pipeline until it is closed. */
  private volatile IntSupplier waiting = () -> 0;

  /** Why its next request waits; null where none does. Follows the pipeline as well. */
  private volatile Supplier<@Nullable Delay> why = () -> null;

  // Guarded by this.
  private final RollingMinute minute = new RollingMinute();
  private boolean live = true;
  private int inFlight;
  private Spent spent = Spent.NOTHING;
  private long requests;

  /** When the last request was, as the node counts; {@link Long#MIN_VALUE} before the first. */
  private long lastMs = Long.MIN_VALUE;

  /** When that was by the wall clock, in milliseconds since the epoch. Only to be shown. */
  private long lastRequestMs;

  /** Whether its counts include what the session did on another node. */
  private boolean brought;

  /** Whether anything was counted since {@link #changes} was asked last. */
  private boolean changed;

  SessionMeter(String session, PipelineMetrics node) {
    this.session = session;
    this.node = node;
  }

  /** The session's id. */
  public String session() {
    return session;
  }

  /** From now on what waits, and why the next request does, is asked there. */
  void watch(IntSupplier queue, Supplier<@Nullable Delay> reason) {
    waiting = queue;
    why = reason;
  }

  void called(Caption.Role role, Priority priority, ApiResult result, Duration took) {
    node.called(role, priority, result, took);
  }

  /** A request did not get its permit at once. */
  void waits(Priority priority, Delay delay) {
    node.waits(priority, delay);
  }

  /** A request got its permit, after so long. */
  void permitted(Priority priority, Duration waited) {
    node.permitted(priority, waited);
  }

  void requested(Priority priority, Duration took) {
    node.delays().requested(priority, took);
  }

  void shown(Duration took) {
    node.delays().shown(took);
  }

  /** A request has its permit and is sent now; {@link Sending#close} it when it is over. */
  Sending begin(int tokens) {
    long nowMs = node.nowMs();
    synchronized (this) {
      inFlight++;
      lastMs = nowMs;
      lastRequestMs = node.wallMs();
    }
    count(nowMs, 1, tokens);
    return new Sending(nowMs, tokens);
  }

  private void count(long atMs, int moreRequests, long moreTokens) {
    synchronized (this) {
      minute.add(atMs, moreRequests, moreTokens);
      requests += moreRequests;
      changed = true;
    }
    node.count(atMs, moreRequests, moreTokens);
  }

  /**
   * Counts what the session did on another node before it moved here. The node's own sums are of
   * what was asked here, and stay.
   */
  public void brought(SessionWindow window) {
    long nowMs = node.nowMs();
    synchronized (this) {
      for (RecentUse.Part part : window.minute().parts()) {
        minute.add(nowMs - part.age() / 1_000_000, part.requests(), part.tokens());
      }
      long theirsMs = nowMs - window.lastAgeMs();
      if (theirsMs > lastMs) {
        lastMs = theirsMs;
        lastRequestMs = node.wallMs() - window.lastAgeMs();
      }
      requests += window.requests();
      spent = spent.plus(window.spent());
      brought = true;
      changed = true;
    }
    node.moved();
  }

  /** What the session did so far, if that has changed since this was asked last; null if not. */
  public @Nullable SessionWindow changes() {
    long nowMs = node.nowMs();
    synchronized (this) {
      if (!changed || requests == 0) {
        return null;
      }
      changed = false;
      return new SessionWindow(requests, Math.max(0, nowMs - lastMs), minute.recent(nowMs), spent);
    }
  }

  /** What was told last of {@link #changes} is to be told again. */
  public synchronized void changedStill() {
    changed = true;
  }

  /**
   * What all the session's calls that are over have cost, here and as far as it is known elsewhere:
   * requests sent, and tokens as reserved or reported.
   */
  synchronized Spent spent() {
    return spent;
  }

  /** A request under way. Used by one thread. */
  final class Sending implements AutoCloseable {
    private final long begunMs;
    private final int tokens;

    private Sending(long begunMs, int tokens) {
      this.begunMs = begunMs;
      this.tokens = tokens;
    }

    /**
     * It has cost what the upstream says, or else what was reserved; nothing where it was certainly
     * never sent.
     */
    void settle(ApiResult result) {
      if (result instanceof ApiResult.Failed failed && !failed.sent()) {
        count(begunMs, -1, -tokens);
        return;
      }
      Usage usage = result instanceof ApiResult.Completed completed ? completed.usage() : null;
      long cost = usage == null ? tokens : usage.total();
      synchronized (SessionMeter.this) {
        spent = spent.plus(new Spent(1, cost));
        changed = true;
      }
    }

    @Override
    public void close() {
      synchronized (SessionMeter.this) {
        inFlight--;
      }
    }
  }

  /** The session is over. */
  void close() {
    boolean asked;
    synchronized (this) {
      if (!live) {
        return;
      }
      live = false;
      asked = requests > 0;
    }
    waiting = () -> 0;
    why = () -> null;
    node.closed(this, asked);
  }

  SessionUse use(long nowMs) {
    int queue = waiting.getAsInt();
    Delay delay = why.get();
    synchronized (this) {
      Spent last = minute.sum(nowMs);
      return new SessionUse(
          session,
          live,
          requests > 0 && nowMs - lastMs < ACTIVE.toMillis(),
          queue,
          inFlight,
          requests,
          requests > 0 ? lastRequestMs : 0,
          last.requests(),
          last.tokens(),
          brought,
          delay == null ? "" : Waiting.reason(delay),
          delay == null ? 0 : delay.remaining() / 1_000_000);
    }
  }
}
