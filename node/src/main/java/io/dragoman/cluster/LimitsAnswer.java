package io.dragoman.cluster;

import io.dragoman.quota.Limits;
import org.jspecify.annotations.Nullable;

/**
 * What the process that the grid takes for a ledger's owner says to new limits.
 *
 * @param known whether it knows that quota
 * @param now the limits that hold now, whether it set them or not; null where nobody owns the
 *     ledger here, or it is not open
 */
record LimitsAnswer(boolean known, @Nullable Limits now) {
  static final LimitsAnswer UNKNOWN = new LimitsAnswer(false, null);
  static final LimitsAnswer CLOSED = new LimitsAnswer(true, null);

  static LimitsAnswer hold(Limits now) {
    return new LimitsAnswer(true, now);
  }
}
