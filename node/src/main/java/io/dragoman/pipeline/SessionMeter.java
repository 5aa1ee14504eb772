package io.dragoman.pipeline;

import io.dragoman.openai.ApiResult;
import io.dragoman.openai.Usage;
import io.dragoman.quota.Delay;
import io.dragoman.quota.QuotaRequest.Priority;
import java.time.Duration;
import java.util.function.IntSupplier;

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

  // Guarded by this.
  private final RollingMinute minute = new RollingMinute();
  private boolean live = true;
  private int inFlight;
  private Spent spent = Spent.NOTHING;
  private long requests;
  private long lastRequestMs;

  SessionMeter(String session, PipelineMetrics node) {
    this.session = session;
    this.node = node;
  }

  String session() {
    return session;
  }

  /** From now on what waits is asked there. */
  void watch(IntSupplier queue) {
    waiting = queue;
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
    count(nowMs, 1, tokens);
    synchronized (this) {
      inFlight++;
      lastRequestMs = nowMs;
    }
    return new Sending(nowMs, tokens);
  }

  private void count(long atMs, int moreRequests, long moreTokens) {
    synchronized (this) {
      minute.add(atMs, moreRequests, moreTokens);
      requests += moreRequests;
    }
    node.count(atMs, moreRequests, moreTokens);
  }

  /** What all calls that are over have cost: requests sent, and tokens as reserved or reported. */
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
    node.closed(this, asked);
  }

  SessionUse use(long nowMs) {
    int queue = waiting.getAsInt();
    synchronized (this) {
      Spent last = minute.sum(nowMs);
      return new SessionUse(
          session,
          live,
          requests > 0 && nowMs - lastRequestMs < ACTIVE.toMillis(),
          queue,
          inFlight,
          requests,
          requests > 0 ? lastRequestMs : 0,
          last.requests(),
          last.tokens());
    }
  }
}
