package io.dragoman.standin;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/** What the OpenAI stand-in counts besides its limits. Thread-safe. */
final class OpenAiStats {
  /**
   * The document at {@code GET /standin/stats}, its names in snake case. A request is a valid,
   * authorised chat completion. Invalid ones count against the limit of requests, too, and in the
   * worst window; nothing else does.
   *
   * @param requests requests that arrived, whether they were accepted or refused
   * @param tokens what the accepted ones were charged
   * @param rejected429 the requests that were refused for the limits
   * @param worstWindowRequests the most requests in any rolling 60 s, accepted, refused and
   *     invalid: a client that sends more than it may is seen here
   * @param worstWindowTokens the most tokens in any rolling 60 s, of accepted and refused requests
   * @param worstWindowAcceptedRequests the most accepted requests; never above the limit
   * @param worstWindowAcceptedTokens the most tokens of accepted requests; never above the limit
   * @param limitRequests the limit of a rolling 60 s
   * @param limitTokens the limit of a rolling 60 s
   * @param connectionsOpened connections of any HTTP version on which anything was sent
   * @param inFlight accepted requests that are not yet answered to their end
   * @param delayMsP50 the median of the newest {@value #DELAYS_KEPT} delays from arrival to first
   *     token, in milliseconds; 0 before the first
   * @param unauthorized answers with 401
   * @param invalid chat completions answered with 400 or 413
   * @param faulted calls, of either stand-in, that met a fault
   */
  record Snapshot(
      long requests,
      long tokens,
      @JsonProperty("rejected_429") long rejected429,
      long worstWindowRequests,
      long worstWindowTokens,
      long worstWindowAcceptedRequests,
      long worstWindowAcceptedTokens,
      long limitRequests,
      long limitTokens,
      long connectionsOpened,
      int inFlight,
      long delayMsP50,
      long unauthorized,
      long invalid,
      long faulted) {}

  private static final int DELAYS_KEPT = 4_096;

  private final LongAdder unauthorized = new LongAdder();
  private final LongAdder invalid = new LongAdder();
  private final AtomicInteger inFlight = new AtomicInteger();

  /** A ring of the newest delays; guarded by itself, as is {@link #delayCount}. */
  private final long[] delayNanos = new long[DELAYS_KEPT];

  private long delayCount;

  void unauthorized() {
    unauthorized.increment();
  }

  void invalid() {
    invalid.increment();
  }

  void begin() {
    inFlight.incrementAndGet();
  }

  void end() {
    inFlight.decrementAndGet();
  }

  void firstToken(long nanosAfterArrival) {
    synchronized (delayNanos) {
      delayNanos[(int) (delayCount++ % DELAYS_KEPT)] = nanosAfterArrival;
    }
  }

  Snapshot snapshot(ArrivalLog.Totals arrivals, long connectionsOpened, long faulted) {
    return new Snapshot(
        arrivals.accepted() + arrivals.refused(),
        arrivals.tokens(),
        arrivals.refused(),
        arrivals.worstRequests(),
        arrivals.worstTokens(),
        arrivals.worstAcceptedRequests(),
        arrivals.worstAcceptedTokens(),
        arrivals.limitRequests(),
        arrivals.limitTokens(),
        connectionsOpened,
        inFlight.get(),
        medianDelayMillis(),
        unauthorized.sum(),
        invalid.sum(),
        faulted);
  }

  private long medianDelayMillis() {
    long[] sorted;
    synchronized (delayNanos) {
      sorted = Arrays.copyOf(delayNanos, (int) Math.min(delayCount, DELAYS_KEPT));
    }
    Arrays.sort(sorted);
    return sorted.length == 0 ? 0 : Math.round(sorted[sorted.length / 2] / 1e6);
  }
}
