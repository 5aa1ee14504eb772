package io.dragoman.chaos.simulation;

import io.dragoman.quota.Amount;
import io.dragoman.quota.Charge;

/**
 * The judge: counts requests when they arrive, in an exact rolling window, and knows nothing of how
 * they came to be sent.
 *
 * <p>Where the usage is charged, all that was reserved of a request's tokens counts until its
 * answer is complete, and from then on what was used, for a window. That is never less than what an
 * upstream counts that has the usage count from the arrival on, or as it grows.
 */
final class Upstream {
  private final Amount limit;
  private final long window;
  private final Charge charge;

  // A ring of what counts for a window, the oldest at first.
  private long[] at = new long[1024];
  private int[] requests = new int[1024];
  private int[] tokens = new int[1024];
  private int first;
  private int size;

  private long countedRequests;
  private long countedTokens;

  /** The tokens of answers that are not complete, in either sum. */
  private long open;

  private Amount charged = Amount.ZERO;
  private double worst;

  Upstream(Amount limit, long window, Charge charge) {
    this.limit = limit;
    this.window = window;
    this.charge = charge;
  }

  /** Takes a request in; whether the window that ends now is within the limit with it. */
  boolean arrive(long now, int reserved) {
    if (charge == Charge.USAGE) {
      open += reserved;
      enter(now, 1, 0);
    } else {
      enter(now, 1, reserved);
    }
    Amount counted = counted(now);
    worst = Math.max(worst, fraction(counted));
    return limit.covers(counted);
  }

  /** The answer to a request that has arrived is complete. */
  void complete(long now, int reserved, int used) {
    if (charge == Charge.USAGE) {
      open -= reserved;
      enter(now, 0, used);
    }
  }

  /** What the window that ends now counts. */
  Amount counted(long now) {
    forget(now);
    return Amount.of(countedRequests, countedTokens + open);
  }

  /** All that has been charged so far. */
  Amount charged() {
    return charged;
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

  private void enter(long now, int moreRequests, int moreTokens) {
    forget(now);
    if (size == at.length) {
      grow();
    }
    int place = (first + size++) & (at.length - 1);
    at[place] = now;
    requests[place] = moreRequests;
    tokens[place] = moreTokens;
    countedRequests += moreRequests;
    countedTokens += moreTokens;
    charged = charged.plus(Amount.of(moreRequests, moreTokens));
  }

  private void forget(long now) {
    while (size > 0 && at[first] <= now - window) {
      countedRequests -= requests[first];
      countedTokens -= tokens[first];
      first = (first + 1) & (at.length - 1);
      size--;
    }
  }

  private void grow() {
    long[] widerAt = new long[2 * size];
    int[] widerRequests = new int[2 * size];
    int[] widerTokens = new int[2 * size];
    for (int i = 0; i < size; i++) {
      int place = (first + i) & (size - 1);
      widerAt[i] = at[place];
      widerRequests[i] = requests[place];
      widerTokens[i] = tokens[place];
    }
    at = widerAt;
    requests = widerRequests;
    tokens = widerTokens;
    first = 0;
  }
}
