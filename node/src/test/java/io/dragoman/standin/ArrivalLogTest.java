package io.dragoman.standin;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dragoman.standin.ArrivalLog.Accepted;
import io.dragoman.standin.ArrivalLog.Bound;
import io.dragoman.standin.ArrivalLog.Refused;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import org.junit.jupiter.api.Test;

class ArrivalLogTest {
  private static final long SECOND = Duration.ofSeconds(1).toNanos();
  private static final long WINDOW = ArrivalLog.WINDOW.toNanos();

  private final AtomicLong clock = new AtomicLong(Long.MAX_VALUE - 30 * SECOND);

  @Test
  void acceptsExactlyTheLimitOfRequests() {
    ArrivalLog log = new ArrivalLog(3, 1_000, clock::get);
    for (int i = 0; i < 3; i++) {
      assertInstanceOf(Accepted.class, log.arrive(1));
    }
    Refused refused = assertInstanceOf(Refused.class, log.arrive(1));
    assertEquals(Bound.REQUESTS, refused.bound());
    assertEquals(ArrivalLog.WINDOW, refused.retryAfter());
  }

  @Test
  void anArrivalCountsForAWholeWindowAndNoLonger() {
    ArrivalLog log = new ArrivalLog(2, 1_000, clock::get);
    log.arrive(1);
    log.arrive(1);
    clock.addAndGet(WINDOW - 1);
    Refused refused = assertInstanceOf(Refused.class, log.arrive(1));
    assertEquals(Duration.ofNanos(1), refused.retryAfter());
    clock.addAndGet(1);
    assertInstanceOf(Accepted.class, log.arrive(1));
  }

  @Test
  void whoTriesAgainTooEarlyWaitsAnew() {
    ArrivalLog log = new ArrivalLog(1, 1_000, clock::get);
    log.arrive(1);
    for (int i = 0; i < 3; i++) {
      clock.addAndGet(WINDOW - 1);
      Refused refused = assertInstanceOf(Refused.class, log.arrive(1));
      assertEquals(ArrivalLog.WINDOW, refused.retryAfter());
    }
    clock.addAndGet(WINDOW);
    assertInstanceOf(Accepted.class, log.arrive(1));
  }

  @Test
  void anInvalidRequestCountsWithoutTokens() {
    ArrivalLog log = new ArrivalLog(2, 100, clock::get);
    log.arriveInvalid();
    var accepted = assertInstanceOf(Accepted.class, log.arrive(100));
    assertEquals(0, accepted.levels().remainingRequests());
    assertEquals(Bound.REQUESTS, assertInstanceOf(Refused.class, log.arrive(1)).bound());
    assertEquals(new ArrivalLog.Totals(2, 100, 1, 1, 100, 3, 101, 1, 100), log.totals());
  }

  @Test
  void acceptsExactlyTheLimitOfTokensAndSaysWhenThereIsRoom() {
    ArrivalLog log = new ArrivalLog(100, 100, clock::get);
    log.arrive(40);
    clock.addAndGet(SECOND);
    log.arrive(40);
    clock.addAndGet(SECOND);
    assertInstanceOf(Accepted.class, log.arrive(20));
    Refused small = assertInstanceOf(Refused.class, log.arrive(40));
    assertEquals(Bound.TOKENS, small.bound());
    assertEquals(Duration.ofSeconds(58), small.retryAfter());
    Refused large = assertInstanceOf(Refused.class, log.arrive(41));
    assertEquals(Duration.ofSeconds(59), large.retryAfter());
  }

  @Test
  void aRequestLargerThanTheLimitNeverFits() {
    ArrivalLog log = new ArrivalLog(100, 100, clock::get);
    assertNull(assertInstanceOf(Refused.class, log.arrive(101)).retryAfter());
  }

  @Test
  void whatIsSettledDownMakesRoomButOnlyWithinItsWindow() {
    ArrivalLog log = new ArrivalLog(100, 100, clock::get);
    var first = assertInstanceOf(Accepted.class, log.arrive(100)).arrival();
    log.settle(first, 30);
    var second = assertInstanceOf(Accepted.class, log.arrive(70)).arrival();
    clock.addAndGet(WINDOW);
    assertInstanceOf(Accepted.class, log.arrive(100));
    log.settle(second, 10);
    assertInstanceOf(Refused.class, log.arrive(1));
    assertEquals(140, log.totals().tokens());
  }

  @Test
  void refusedArrivalsAreNotChargedButSeenInTheWorstWindow() {
    ArrivalLog log = new ArrivalLog(2, 1_000, clock::get);
    for (int i = 0; i < 5; i++) {
      log.arrive(10);
    }
    clock.addAndGet(WINDOW);
    assertInstanceOf(Accepted.class, log.arrive(10));
    assertEquals(new ArrivalLog.Totals(2, 1_000, 3, 3, 30, 5, 50, 2, 20), log.totals());
  }

  private record Step(long gapNanos, long tokens) {}

  private record Charged(long at, long tokens) {}

  @Provide
  Arbitrary<List<Step>> steps() {
    Arbitrary<Long> gaps =
        Arbitraries.frequencyOf(
            Tuple.of(4, Arbitraries.longs().between(0, 8 * SECOND)),
            Tuple.of(1, Arbitraries.of(0L, 1L, WINDOW - 1, WINDOW, WINDOW + 1)));
    return Combinators.combine(gaps, Arbitraries.longs().between(0, 120))
        .as(Step::new)
        .list()
        .ofMaxSize(120);
  }

  /** A log that scans everything that ever came. */
  private static final class Naive {
    final List<Charged> accepted = new ArrayList<>();
    final List<Long> requests = new ArrayList<>();

    boolean fits(long at, long tokens, int limitRequests, int limitTokens) {
      List<Charged> counted = accepted.stream().filter(a -> at - a.at < WINDOW).toList();
      long came = requests.stream().filter(request -> at - request < WINDOW).count();
      return came < limitRequests && sum(counted) + tokens <= limitTokens;
    }
  }

  @Property(tries = 500)
  void agreesWithANaiveReferenceAndNeverExceedsTheLimitInAnyWindow(
      @ForAll("steps") List<Step> steps) {
    int limitRequests = 6;
    int limitTokens = 300;
    ArrivalLog log = new ArrivalLog(limitRequests, limitTokens, clock::get);
    Naive naive = new Naive();
    long start = clock.get();
    for (Step step : steps) {
      long now = clock.addAndGet(step.gapNanos) - start;
      boolean fits = naive.fits(now, step.tokens, limitRequests, limitTokens);
      naive.requests.add(now);
      switch (log.arrive(step.tokens)) {
        case Accepted accepted -> {
          assertTrue(fits);
          naive.accepted.add(new Charged(now, step.tokens));
        }
        case Refused refused -> {
          assertFalse(fits);
          long wait = requireNonNull(refused.retryAfter()).toNanos();
          assertTrue(naive.fits(now + wait, step.tokens, limitRequests, limitTokens));
          assertFalse(naive.fits(now + wait - 1, step.tokens, limitRequests, limitTokens));
        }
      }
    }
    for (Charged first : naive.accepted) {
      List<Charged> window =
          naive.accepted.stream()
              .filter(a -> a.at >= first.at && a.at < first.at + WINDOW)
              .toList();
      assertTrue(window.size() <= limitRequests);
      assertTrue(sum(window) <= limitTokens);
    }
  }

  private static long sum(List<Charged> arrivals) {
    return arrivals.stream().mapToLong(Charged::tokens).sum();
  }
}
