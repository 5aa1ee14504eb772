package io.dragoman.chaos;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.dragoman.chaos.QuotaCluster.Call;
import java.util.List;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

final class TurnoverTest {
  private static final long WINDOW = 60_000;

  /** One each second of the first minute, with 400 tokens each: a booking ends each second. */
  private static final List<Call> ENDING = calls(0, 60, 1_000, 400);

  @Test
  void oneForOneAtOnce() {
    assertEquals(new Turnover(1, 0, 0), turnover(calls(WINDOW, 60, 1_000, 400)));
  }

  @Test
  void oneForOneAndLater() {
    assertEquals(new Turnover(1, 0, 700), turnover(calls(WINDOW + 700, 60, 1_000, 400)));
  }

  /** The last permit comes after twice the time. */
  @Test
  void oneForTwo() {
    assertEquals(
        new Turnover(0.5, 30.0 / QuotaCluster.REQUESTS, 59_000),
        turnover(calls(WINDOW, 60, 2_000, 400)));
  }

  @Test
  void fewerTokensWhereRequestsBind() {
    assertEquals(new Turnover(1, 0, 200), turnover(calls(WINDOW + 200, 60, 1_000, 300)));
  }

  @Test
  void fewerRequestsWhereTokensBind() {
    assertEquals(new Turnover(1, 0, 0), turnover(calls(WINDOW, 60, 2_000, 800)));
  }

  @Test
  void whatWasPermittedBeforeDoesNotCount() {
    assertEquals(
        new Turnover(0, 60.0 / QuotaCluster.REQUESTS, Long.MAX_VALUE),
        turnover(calls(WINDOW - 60_000, 60, 1_000, 400)));
  }

  @Test
  void whereNothingEndsThereIsNoRate() {
    assertThrows(AssertionError.class, () -> Turnover.of(ENDING, ENDING, 2 * WINDOW, 3 * WINDOW));
  }

  private static Turnover turnover(List<Call> later) {
    List<Call> all = Stream.concat(ENDING.stream(), later.stream()).toList();
    return Turnover.of(ENDING, all, WINDOW, 2 * WINDOW);
  }

  private static List<Call> calls(long from, int count, long apart, long tokens) {
    return LongStream.range(0, count)
        .map(number -> from + number * apart)
        .mapToObj(at -> new Call(0, "session", true, at, at, at, tokens))
        .toList();
  }
}
