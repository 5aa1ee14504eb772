package io.dragoman.standin;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The exact log of what arrived in the last {@link #WINDOW}, and the judge of what still fits the
 * limits: no rolling window ever holds more accepted requests, or more charged tokens, than they
 * say. Thread-safe; the order of arrival is the order of the calls.
 *
 * <p>An arrival at <i>t</i> counts from <i>t</i>, and no longer at <i>t</i> + {@code WINDOW}.
 * Whatever becomes of it, it counts as a request: OpenAI documents that unsuccessful requests
 * contribute to the limit, so a client that only tries again and again is never served. Tokens are
 * charged for accepted requests alone. A client that waits as long as it is told is served.
 */
final class ArrivalLog {
  static final Duration WINDOW = Duration.ofSeconds(60);

  /**
   * How many unsuccessful arrivals are remembered. When a client sends more in one window, the
   * oldest are forgotten, and the worst window reads too low.
   */
  private static final int MAX_UNSUCCESSFUL = 1 << 20;

  /** A moment and what was charged for it. Its tokens are guarded by the log it is in. */
  static final class Arrival {
    private final long nanos;
    private long tokens;

    private Arrival(long nanos, long tokens) {
      this.nanos = nanos;
      this.tokens = tokens;
    }
  }

  /** Whether a request may be served, and what the limits look like after it. */
  sealed interface Verdict {
    Levels levels();
  }

  record Accepted(Arrival arrival, Levels levels) implements Verdict {}

  /**
   * @param retryAfter when the same request would fit if none came before it; null when it is
   *     larger than the limit itself
   */
  record Refused(Bound bound, @Nullable Duration retryAfter, Levels levels) implements Verdict {}

  /** The limit that a request did not fit. */
  enum Bound {
    REQUESTS,
    TOKENS
  }

  /**
   * How full the window is.
   *
   * @param usedRequests of any outcome, but no more than the limit
   * @param reset when it is empty again, if nothing more comes
   */
  record Levels(
      long limitRequests, long usedRequests, long limitTokens, long usedTokens, Duration reset) {
    long remainingRequests() {
      return Math.max(0, limitRequests - usedRequests);
    }

    long remainingTokens() {
      return Math.max(0, limitTokens - usedTokens);
    }
  }

  /**
   * The limits, and what came since the beginning. The worst windows are of all arrivals, and of
   * the accepted ones.
   */
  record Totals(
      long limitRequests,
      long limitTokens,
      long accepted,
      long refused,
      long tokens,
      long worstRequests,
      long worstTokens,
      long worstAcceptedRequests,
      long worstAcceptedTokens) {}

  private final long limitRequests;
  private final long limitTokens;
  private final LongSupplier nanoClock;

  // All of these are guarded by this.
  private final Window accepted = new Window();
  private final Window unsuccessful = new Window();

  /**
   * When the last requests came, whatever became of them; more than the limit allows need not be
   * known.
   */
  private final Deque<Long> requests = new ArrayDeque<>();

  private long acceptedTotal;
  private long refusedTotal;
  private long tokensTotal;
  private long worstRequests;
  private long worstTokens;
  private long worstAcceptedRequests;
  private long worstAcceptedTokens;

  /**
   * @param nanoClock monotonic, such as {@link System#nanoTime}
   */
  ArrivalLog(long limitRequests, long limitTokens, LongSupplier nanoClock) {
    this.limitRequests = limitRequests;
    this.limitTokens = limitTokens;
    this.nanoClock = nanoClock;
  }

  /** Logs a request that arrives now, and judges it. */
  synchronized Verdict arrive(long tokens) {
    long now = expire();
    Arrival arrival = new Arrival(now, tokens);
    boolean requestFits = requests.size() < limitRequests;
    boolean fits = requestFits && accepted.tokens + tokens <= limitTokens;
    addRequest(now);
    if (fits) {
      accepted.add(arrival);
      acceptedTotal++;
      tokensTotal += tokens;
    } else {
      addUnsuccessful(arrival);
      refusedTotal++;
    }
    noteWorst();
    return fits
        ? new Accepted(arrival, levels(now))
        : new Refused(
            requestFits ? Bound.TOKENS : Bound.REQUESTS, retryAfter(now, tokens), levels(now));
  }

  /** Logs a request that arrives now and is answered with an error of its own. */
  synchronized void arriveInvalid() {
    long now = expire();
    addRequest(now);
    addUnsuccessful(new Arrival(now, 0));
    noteWorst();
  }

  private void addRequest(long now) {
    if (requests.size() == limitRequests) {
      requests.removeFirst();
    }
    requests.addLast(now);
  }

  private void addUnsuccessful(Arrival arrival) {
    unsuccessful.add(arrival);
    if (unsuccessful.size() > MAX_UNSUCCESSFUL) {
      unsuccessful.removeOldest();
    }
  }

  /** Changes what an accepted arrival is charged; it stays at its place in time. */
  synchronized void settle(Arrival arrival, long tokens) {
    long now = expire();
    long change = tokens - arrival.tokens;
    arrival.tokens = tokens;
    tokensTotal += change;
    if (now - arrival.nanos < WINDOW.toNanos()) {
      accepted.tokens += change;
      noteWorst();
    }
  }

  synchronized Totals totals() {
    return new Totals(
        limitRequests,
        limitTokens,
        acceptedTotal,
        refusedTotal,
        tokensTotal,
        worstRequests,
        worstTokens,
        worstAcceptedRequests,
        worstAcceptedTokens);
  }

  /** Forgets what lies a whole window back, and returns the present. */
  private long expire() {
    long now = nanoClock.getAsLong();
    accepted.expire(now);
    unsuccessful.expire(now);
    while (!requests.isEmpty() && now - requests.getFirst() >= WINDOW.toNanos()) {
      requests.removeFirst();
    }
    return now;
  }

  /**
   * A rolling window is at its worst at an arrival or when a charge grows, so looking then is
   * exact.
   */
  private void noteWorst() {
    worstAcceptedRequests = Math.max(worstAcceptedRequests, accepted.size());
    worstAcceptedTokens = Math.max(worstAcceptedTokens, accepted.tokens);
    worstRequests = Math.max(worstRequests, accepted.size() + unsuccessful.size());
    worstTokens = Math.max(worstTokens, accepted.tokens + unsuccessful.tokens);
  }

  private Levels levels(long now) {
    Duration reset = requests.isEmpty() ? Duration.ZERO : untilExpired(requests.getLast(), now);
    return new Levels(limitRequests, requests.size(), limitTokens, accepted.tokens, reset);
  }

  private @Nullable Duration retryAfter(long now, long tokens) {
    if (tokens > limitTokens) {
      return null;
    }
    Duration wait =
        requests.size() < limitRequests ? Duration.ZERO : untilExpired(requests.getFirst(), now);
    long charged = accepted.tokens;
    for (Arrival oldest : accepted.arrivals) {
      if (charged + tokens <= limitTokens) {
        break;
      }
      charged -= oldest.tokens;
      Duration expired = untilExpired(oldest.nanos, now);
      wait = expired.compareTo(wait) > 0 ? expired : wait;
    }
    return wait;
  }

  private static Duration untilExpired(long arrivedNanos, long now) {
    return WINDOW.minusNanos(now - arrivedNanos);
  }

  /** The arrivals of the last window, the oldest first, and the sum of their tokens. */
  private static final class Window {
    final Deque<Arrival> arrivals = new ArrayDeque<>();
    long tokens;

    long size() {
      return arrivals.size();
    }

    void add(Arrival arrival) {
      arrivals.addLast(arrival);
      tokens += arrival.tokens;
    }

    void removeOldest() {
      tokens -= arrivals.removeFirst().tokens;
    }

    void expire(long now) {
      for (Arrival oldest = arrivals.peekFirst();
          oldest != null && now - oldest.nanos >= WINDOW.toNanos();
          oldest = arrivals.peekFirst()) {
        removeOldest();
      }
    }
  }
}
