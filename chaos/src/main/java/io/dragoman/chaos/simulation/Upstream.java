package io.dragoman.chaos.simulation;

import io.dragoman.quota.Amount;

/**
 * The judge: counts requests when they arrive, in an exact rolling window, and knows nothing of how
 * they came to be sent.
 */
final class Upstream {
  private final Amount limit;
  private final long window;

  // A ring of arrivals, the oldest at first.
  private long[] at = new long[1024];
  private int[] tokens = new int[1024];
  private int first;
  private int size;

  private long countedTokens;
  private double worst;

  Upstream(Amount limit, long window) {
    this.limit = limit;
    this.window = window;
  }

  /** Takes a request in; whether the window that ends now is within the limit with it. */
  boolean arrive(long now, int requestTokens) {
    forget(now);
    if (size == at.length) {
      grow();
    }
    int place = (first + size++) & (at.length - 1);
    at[place] = now;
    tokens[place] = requestTokens;
    countedTokens += requestTokens;
    Amount counted = Amount.of(size, countedTokens);
    worst = Math.max(worst, fraction(counted));
    return limit.covers(counted);
  }

  /** What the window that ends now counts. */
  Amount counted(long now) {
    forget(now);
    return Amount.of(size, countedTokens);
  }

  /** The fullest window so far, relative to the limit. */
  double worst() {
    return worst;
  }

  /** An amount, relative to the limit: the larger of both dimensions. */
  double fraction(Amount amount) {
    return Math.max(
        (double) amount.requests() / limit.requests(), (double) amount.tokens() / limit.tokens());
  }

  private void forget(long now) {
    while (size > 0 && at[first] <= now - window) {
      countedTokens -= tokens[first];
      first = (first + 1) & (at.length - 1);
      size--;
    }
  }

  private void grow() {
    long[] widerAt = new long[2 * size];
    int[] widerTokens = new int[2 * size];
    for (int i = 0; i < size; i++) {
      int place = (first + i) & (size - 1);
      widerAt[i] = at[place];
      widerTokens[i] = tokens[place];
    }
    at = widerAt;
    tokens = widerTokens;
    first = 0;
  }
}
