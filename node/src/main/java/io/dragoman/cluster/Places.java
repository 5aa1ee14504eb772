package io.dragoman.cluster;

import io.dragoman.quota.Amount;
import io.dragoman.quota.Delay;
import io.dragoman.quota.Delay.Bound;
import io.dragoman.quota.Delay.Cause;
import io.dragoman.quota.Dispatch;
import io.dragoman.quota.Moment;
import io.dragoman.quota.Reply;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A node's places for calls: how many it makes at once, and how soon one after another.
 *
 * <p>There are fewer while the ledger says that the upstream holds the cluster back: it refused a
 * call for overuse, or names a lower limit than is configured. What is granted is less then anyway;
 * but what nodes hold already is not to come upon the upstream all at once, nor what is granted in
 * the first moments after it.
 *
 * <p>Guarded by the gate's lock, but for what {@link Dispatch} tells.
 */
final class Places implements Dispatch {
  private static final Logger log = LoggerFactory.getLogger(Places.class);

  /** The first calls after a refusal show whether it is over. */
  private static final Duration TRIAL = Duration.ofSeconds(5);

  private static final Delay TAKEN = new Delay(Cause.CALLS, Bound.REQUESTS, Amount.ZERO, 0);
  private static final Delay HELD_BACK = new Delay(Cause.UPSTREAM, Bound.REQUESTS, Amount.ZERO, 0);

  /**
   * @param from when it began, on the monotonic clock
   * @param until when it ends, unless the ledger says so again
   */
  private record Limited(long from, long until) {}

  private final DispatchConfig config;
  private final Supplier<Moment> clock;

  private int taken;

  /** When the next call may begin. */
  private long next;

  /** Null while nothing is held back. Written under the gate's lock only. */
  private volatile @Nullable Limited limited;

  Places(DispatchConfig config, Supplier<Moment> clock) {
    this.config = config;
    this.clock = clock;
    this.next = clock.get().monotonic();
  }

  /** Whether a call may begin. */
  boolean admits(long now) {
    return taken < most() && due(now) == 0;
  }

  /** In how many nanoseconds the next call may begin, if there is a place. */
  long due(long now) {
    return Math.max(0, next - now);
  }

  /** Why none may, while that is so. */
  Delay why() {
    return limited == null ? TAKEN : HELD_BACK;
  }

  /** A call begins. */
  void take(long now) {
    taken++;
    next = now + config.interval().toNanos();
  }

  /** A call is over. */
  void vacate() {
    taken--;
  }

  /** The ledger has answered. */
  void heard(Reply reply, long now) {
    Limited before = limited;
    if (reply.isHeldBack()) {
      limited = new Limited(before == null ? now : before.from, now + TRIAL.toNanos());
      if (before == null) {
        log.warn(
            "the upstream {}: this node makes {} of {} calls at once, until {} s after that",
            reply.isRefused()
                ? "refused a call for overuse"
                : "names a lower limit than the quota's",
            config.callsWhenLimited(),
            config.calls(),
            TRIAL.toSeconds());
      }
    } else if (before != null && now - before.until >= 0) {
      limited = null;
      log.info(
          "the upstream holds nobody back any more: {} calls at once again, after {} s",
          config.calls(),
          TimeUnit.NANOSECONDS.toSeconds(now - before.from));
    }
  }

  @Override
  public int most() {
    return limited == null ? config.calls() : config.callsWhenLimited();
  }

  @Override
  public Duration limited() {
    Limited now = limited;
    return now == null ? Duration.ZERO : Duration.ofNanos(clock.get().monotonic() - now.from);
  }
}
