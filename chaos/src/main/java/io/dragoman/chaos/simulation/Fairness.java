package io.dragoman.chaos.simulation;

import io.dragoman.quota.Amount;
import java.util.Arrays;

/**
 * What sessions were given for each unit of weight in each whole window: of those that waited all
 * the time, on a node that had a lease all the time, and were given at least 15 requests.
 */
final class Fairness {
  private static final int LEAST = 15;
  private static final double LARGEST_TOKENS = 625;

  private final Amount limit;
  private final Terms terms;
  private final double largest;
  private final long[] requests;
  private final long[] tokens;
  private final boolean[] waits;
  private final boolean[] excluded;
  private double jain = 1;
  private double gap;

  Fairness(int sessions, Amount limit, Terms terms) {
    this.terms = terms;
    this.limit = limit;
    this.largest =
        Math.max((double) Amount.REQUEST / limit.requests(), LARGEST_TOKENS / limit.tokens());
    this.requests = new long[sessions];
    this.tokens = new long[sessions];
    this.waits = new boolean[sessions];
    this.excluded = new boolean[sessions];
    Arrays.fill(excluded, true);
  }

  void granted(int session, Amount amount) {
    requests[session] += amount.requests();
    tokens[session] += amount.tokens();
  }

  /** It begins to wait, or has nothing to wait for. */
  void waits(int session, boolean now) {
    waits[session] = now;
    excluded[session] |= !now;
  }

  /** It could not be given anything. */
  void starved(int session) {
    excluded[session] = true;
  }

  /** A window ends, and the next begins. */
  void close() {
    double sum = 0;
    double squares = 0;
    double least = Double.MAX_VALUE;
    double most = 0;
    int count = 0;
    for (int i = 0; i < requests.length; i++) {
      if (!excluded[i] && requests[i] >= LEAST * Amount.REQUEST) {
        double share =
            Math.max((double) requests[i] / limit.requests(), (double) tokens[i] / limit.tokens())
                / terms.weight(i);
        sum += share;
        squares += share * share;
        least = Math.min(least, share);
        most = Math.max(most, share);
        count++;
      }
      requests[i] = 0;
      tokens[i] = 0;
      excluded[i] = !waits[i];
    }
    if (count > 1) {
      jain = Math.min(jain, sum * sum / (count * squares));
      gap = Math.max(gap, (most - least) / largest);
    }
  }

  /** Jain's index in the worst window; 1 where nobody could be compared. */
  double jain() {
    return jain;
  }

  /** The largest difference of dominant shares in a window, in shares of the largest request. */
  double gap() {
    return gap;
  }
}
