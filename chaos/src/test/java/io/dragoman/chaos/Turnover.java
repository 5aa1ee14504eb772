package io.dragoman.chaos;

import static org.junit.jupiter.api.Assertions.assertFalse;

import io.dragoman.chaos.QuotaCluster.Call;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;

/**
 * Whether permits go on at the rate at which bookings end. Told in tokens, which bind before
 * requests do.
 *
 * @param rate how many were permitted in the time for each of which the booking ended
 * @param delay how many milliseconds later, at most, as many had been permitted since the time
 *     began as had ended since then
 */
record Turnover(double rate, long delay) {
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
    long permittedInTime =
        tokens(permitted.stream().filter(call -> call.permitted() < to).toList());
    return new Turnover((double) permittedInTime / tokens(ended), delay(ended, permitted));
  }

  private static long delay(List<Call> ended, List<Call> permitted) {
    Iterator<Call> permits = permitted.iterator();
    long tokensEnded = 0;
    long tokensPermitted = 0;
    long at = 0;
    long longest = 0;
    for (Call call : ended) {
      tokensEnded += call.tokens();
      while (tokensPermitted < tokensEnded) {
        if (!permits.hasNext()) {
          return Long.MAX_VALUE;
        }
        Call permit = permits.next();
        tokensPermitted += permit.tokens();
        at = permit.permitted();
      }
      longest = Math.max(longest, at - end(call));
    }
    return longest;
  }

  private static long end(Call call) {
    return call.arrived() + WINDOW;
  }

  private static long tokens(List<Call> calls) {
    return calls.stream().mapToLong(Call::tokens).sum();
  }

  @Override
  public String toString() {
    return "%.3f permitted of what ended, within %d ms".formatted(rate, delay);
  }
}
