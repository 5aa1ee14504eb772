package io.dragoman.quota;

import java.util.List;

/**
 * Water-filling of dominant shares: the fair split of two resources at once.
 *
 * <p>A session's dominant share is the larger of its share of the requests and of the tokens. All
 * sessions that wait are lifted to the same level of it (per unit of weight) until the pool is used
 * up: max-min fairness of dominant shares (Ghodsi et al., "Dominant Resource Fairness", NSDI 2011).
 * The level only ever rises; a node has been credited what its sessions get for the rise since its
 * last refresh.
 */
final class FairShare {

  /** The whole limit, as a dominant share. */
  static final long WHOLE = 1L << 32;

  private FairShare() {}

  /** An amount's dominant share of a limit, in {@link #WHOLE}ths, rounded up. */
  static long dominant(Amount amount, Amount limit) {
    return dominant(amount.requests(), amount.tokens(), limit);
  }

  static long dominant(long requests, long tokens, Amount limit) {
    return Math.max(share(requests, limit.requests()), share(tokens, limit.tokens()));
  }

  private static long share(long amount, long limit) {
    long share = Scale.of(amount, WHOLE, limit);
    return Scale.of(share, limit, WHOLE) < amount ? share + 1 : share;
  }

  /**
   * The highest level, from {@code level} on, at which the holders together are credited at most
   * {@code pool} more than at {@code level}, but for the rounding of each.
   *
   * <p>What is credited is a concave, piecewise linear function of the level, so Newton's steps
   * from the left never pass the solution, and reach it after at most one step for each bend.
   *
   * @param credited what they are credited at {@code level}
   */
  static long rise(List<Holder> holders, long level, Amount credited, Amount pool) {
    long top = level;
    for (Holder holder : holders) {
      top = Math.max(top, holder.mark() + holder.wants().top());
    }
    long reached = level;
    long step = reached < top ? step(holders, reached, pool) : 0;
    while (step > 0) {
      reached = Math.min(top, Math.addExact(reached, Math.min(step, top)));
      Amount left = credited.plus(pool).minus(credited(holders, reached));
      step = reached < top ? step(holders, reached, left) : 0;
    }
    return reached;
  }

  /** What the holders together have been credited and not picked up. */
  static Amount credited(List<Holder> holders, long level) {
    long requests = 0;
    long tokens = 0;
    for (Holder holder : holders) {
      Amount credit = holder.credit(level);
      requests += credit.requests();
      tokens += credit.tokens();
    }
    return new Amount(requests, tokens);
  }

  private static long step(List<Holder> holders, long level, Amount room) {
    Amount slope = Amount.ZERO;
    for (Holder holder : holders) {
      slope = slope.plus(holder.slope(level));
    }
    return Math.min(
        slope.requests() == 0 ? Long.MAX_VALUE : step(room.requests(), slope.requests()),
        slope.tokens() == 0 ? Long.MAX_VALUE : step(room.tokens(), slope.tokens()));
  }

  private static long step(long room, long slope) {
    return room <= 0 ? 0 : Scale.of(room, WHOLE, slope);
  }
}
