package io.dragoman.chaos;

import static org.junit.jupiter.api.Assertions.assertFalse;

import io.dragoman.chaos.QuotaCluster.Call;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.function.ToLongFunction;

/**
 * Whether permits go on at the rate at which bookings end. A limit of requests and one of tokens
 * are kept at once, and only one of them binds: this is told in the one in which more was
 * permitted.
 *
 * @param rate how much was permitted in the time for each of which the booking ended
 * @param missing how much less was permitted in the time than ended, as a part of the limit
 * @param delay how many milliseconds later, at most, as much had been permitted since the time
 *     began as had ended since then
 */
record Turnover(double rate, double missing, long delay) {
  private static final long WINDOW = 60_000;

  /**
   * That of a time in which something ended.
   *
   * @param booked of which the cluster knows when their bookings end
   * @param calls all that were answered
   * @param from when it begins, as {@link System#currentTimeMillis()}
   * @param to when it ends
   */
  static Turnover of(List<Call> booked, List<Call> calls, long from, long to) {
    List<Call> ended =
        booked.stream()
            .filter(call -> end(call) >= from && end(call) < to)
            .sorted(Comparator.comparingLong(Turnover::end))
            .toList();
    assertFalse(ended.isEmpty(), "no booking ended");
    List<Call> permitted =
        calls.stream()
            .filter(call -> call.permitted() >= from)
            .sorted(Comparator.comparingLong(Call::permitted))
            .toList();
    Turnover inRequests = in(call -> 1, QuotaCluster.REQUESTS, ended, permitted, to);
    Turnover inTokens = in(Call::tokens, QuotaCluster.TOKENS, ended, permitted, to);
    return inRequests.rate > inTokens.rate ? inRequests : inTokens;
  }

  private static Turnover in(
      ToLongFunction<Call> amount, int limit, List<Call> ended, List<Call> permitted, long to) {
    long inTime = permitted.stream().filter(call -> call.permitted() < to).mapToLong(amount).sum();
    long all = ended.stream().mapToLong(amount).sum();
    double missing = Math.max(0, (double) (all - inTime) / limit);
    return new Turnover((double) inTime / all, missing, delay(amount, ended, permitted));
  }

  private static long delay(ToLongFunction<Call> amount, List<Call> ended, List<Call> permitted) {
    Iterator<Call> permits = permitted.iterator();
    long amountEnded = 0;
    long amountPermitted = 0;
    long at = 0;
    long longest = 0;
    for (Call call : ended) {
      amountEnded += amount.applyAsLong(call);
      while (amountPermitted < amountEnded) {
        if (!permits.hasNext()) {
          return Long.MAX_VALUE;
        }
        Call permit = permits.next();
        amountPermitted += amount.applyAsLong(permit);
        at = permit.permitted();
      }
      longest = Math.max(longest, at - end(call));
    }
    return longest;
  }

  private static long end(Call call) {
    return call.arrived() + WINDOW;
  }

  @Override
  public String toString() {
    return "%.3f permitted of what ended, %.4f of the limit less, within %d ms"
        .formatted(rate, missing, delay);
  }
}
