package io.dragoman.quota;

import io.dragoman.quota.Refresh.Landing;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What a ledger that nobody takes over must have booked, worked out slowly: a list of all that ever
 * landed, and what each life of each node said that it holds.
 */
final class SlowBooks {

  /** An amount that counts until a slot's end. */
  private record Entry(long end, Amount amount) {}

  /** One life of a node, as of its last refresh that counted. */
  private record Life(long incarnation, long sequence, Amount held, long receipt) {}

  /** What a node may have slept without noticing. */
  private static final long UNNOTICED = 324_000_000L;

  private final Timing timing;
  private final List<Entry> entries = new ArrayList<>();
  private final Map<Long, Life> lives = new HashMap<>();

  SlowBooks(Timing timing) {
    this.timing = timing;
  }

  /**
   * A refresh was answered.
   *
   * @param met whether the ledger takes this life of the node for the present one
   */
  void answered(Refresh refresh, boolean met, Reply reply, long now) {
    if (!met) {
      return;
    }
    Life life = lives.get(refresh.node());
    boolean isNew = life == null || life.incarnation != refresh.incarnation();
    if (life != null && isNew) {
      entries.add(new Entry(silentUntil(life), life.held));
      lives.remove(refresh.node());
    }
    long before = life == null || isNew ? 0 : life.sequence;
    if (!reply.known() || refresh.sequence() <= before) {
      return;
    }
    for (Landing landing : refresh.landed()) {
      if (landing.sequence() > before) {
        long end = now - landing.age() + Timing.stretched(timing.window());
        entries.add(new Entry(end, landing.amount()));
      }
    }
    Amount held = refresh.held().plus(reply.granted());
    lives.put(refresh.node(), new Life(refresh.incarnation(), refresh.sequence(), held, now));
  }

  Amount booked(long now) {
    Amount booked = Amount.ZERO;
    for (Entry entry : entries) {
      long slots = Math.ceilDiv(entry.end, timing.slot());
      booked = slots * timing.slot() > now ? booked.plus(entry.amount) : booked;
    }
    for (Life life : lives.values()) {
      booked = silentUntil(life) > now ? booked.plus(life.held) : booked;
    }
    return booked;
  }

  /** Its lease, then the longest call, and a window after that. */
  private long silentUntil(Life life) {
    return life.receipt
        + Timing.stretched(timing.lease())
        + UNNOTICED
        + Timing.stretched(timing.call() + timing.network() + timing.window());
  }
}
