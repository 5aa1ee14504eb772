package io.dragoman.quota;

import io.dragoman.quota.Decision.Bound;
import io.dragoman.quota.QuotaRequest.Priority;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What a quota holds as spent: the bookings whose ends lie ahead. An immutable value; every change
 * is a pure function of it, the input and the time, which is the epoch time in milliseconds of the
 * one machine that holds the value.
 *
 * <p>A request may reach the upstream at any moment between its permit and its first response byte.
 * So a booking ends one window after that byte, its proof of arrival; without proof, one window
 * after the last moment at which the request can have arrived. A permit is granted only while all
 * that is booked fits the limit. Then no rolling window at the upstream holds more than the limit:
 * take the request of that window that was permitted last; every other one of them arrived less
 * than a window ago, so its booking had not ended, and they fitted the limit together. Ends are
 * rounded up, past the end's own millisecond, because clock readings are rounded down.
 *
 * <p>That holds as long as the value itself survives, and as exactly as the clocks of the machines
 * agree that hold it one after another.
 *
 * <p>Every change is safe to repeat, at once or late: a permit is booked once and settled once. Its
 * id is remembered for one network bound after it was settled, so that a booking that comes later
 * than its settlement books nothing; one that comes later still books a request that nobody makes,
 * and lapses.
 *
 * <p>This is the plain gate: one value for the whole cluster, one change for every permit. It keeps
 * room for finals and knows no sessions. Its size grows with the number of buckets and with the
 * permits that are under way.
 *
 * @param proven what counts of the requests that have arrived, by the end of their bookings
 * @param open the permits without proof yet
 * @param settled until when each id is remembered that is open no more
 */
public record RollingWindow(
    NavigableMap<Long, Load> proven, Map<PermitId, Booking> open, Map<PermitId, Long> settled) {

  /** Bookings that end within the same 250 ms are counted together. */
  private static final long BUCKET_MS = 250;

  /** Nothing is spent. */
  public static final RollingWindow EMPTY = new RollingWindow(new TreeMap<>(), Map.of(), Map.of());

  public RollingWindow {
    proven = Collections.unmodifiableNavigableMap(new TreeMap<>(proven));
    open = Map.copyOf(open);
    settled = Map.copyOf(settled);
  }

  /** A permit without proof: what it counts, until when. */
  public record Booking(long endMs, Load load) {}

  /** The window after a request for a permit, and the answer to it. */
  public record Booked(RollingWindow window, Answer answer) {}

  /** What the window says to a request for a permit. */
  public sealed interface Answer {}

  /** Booked: go ahead. */
  public record Granted() implements Answer {}

  /**
   * There is no room.
   *
   * @param waitMs how long until there is, if nobody else takes it
   */
  public record Refused(long waitMs, Bound bound) implements Answer {}

  /** The permit was settled before: the question comes too late to matter. */
  public record Stale() implements Answer {}

  /** Books a request if there is room for it; otherwise the window stays as it is. */
  public Booked book(long nowMs, PermitId id, QuotaRequest request, QuotaConfig config) {
    if (settled.containsKey(id)) {
      return new Booked(this, new Stale());
    }
    if (open.containsKey(id)) {
      return new Booked(this, new Granted());
    }
    Load load = Load.of(request);
    Load after = booked(nowMs).plus(load);
    Bound bound = bound(after, request.priority(), config);
    if (bound != null) {
      long wait = untilRoom(nowMs, after, request.priority(), config);
      return new Booked(this, new Refused(wait, bound));
    }
    long lastArrival = nowMs + config.longestCall().toMillis() + config.networkBound().toMillis();
    RollingWindow current = withoutEnded(nowMs);
    Map<PermitId, Booking> more = new HashMap<>(current.open);
    more.put(id, new Booking(endOf(lastArrival, config), load));
    return new Booked(new RollingWindow(current.proven, more, current.settled), new Granted());
  }

  /** Notes that a permit's request has certainly arrived: its first response byte is here. */
  public RollingWindow arrived(long nowMs, PermitId id, QuotaConfig config) {
    return settle(nowMs, id, config, true);
  }

  /** Takes back the booking of a request that was certainly never sent. */
  public RollingWindow unspent(long nowMs, PermitId id, QuotaConfig config) {
    return settle(nowMs, id, config, false);
  }

  /** All that is booked at a time. */
  public Load booked(long nowMs) {
    Load sum = Load.NONE;
    for (Load load : proven.tailMap(nowMs, false).values()) {
      sum = sum.plus(load);
    }
    for (Booking booking : open.values()) {
      if (booking.endMs > nowMs) {
        sum = sum.plus(booking.load);
      }
    }
    return sum;
  }

  private RollingWindow settle(long nowMs, PermitId id, QuotaConfig config, boolean arrived) {
    if (settled.containsKey(id)) {
      return this;
    }
    RollingWindow current = withoutEnded(nowMs);
    Map<PermitId, Long> remembered = new HashMap<>(current.settled);
    remembered.put(id, nowMs + config.networkBound().toMillis());
    Map<PermitId, Booking> fewer = new HashMap<>(current.open);
    Booking booking = fewer.remove(id);
    NavigableMap<Long, Load> counted = new TreeMap<>(current.proven);
    if (arrived && booking != null) {
      long end = Math.min(booking.endMs, endOf(nowMs, config));
      counted.merge(end, booking.load, Load::plus);
    }
    return new RollingWindow(counted, fewer, remembered);
  }

  private RollingWindow withoutEnded(long nowMs) {
    Map<PermitId, Booking> stillOpen = new HashMap<>(open);
    stillOpen.values().removeIf(booking -> booking.endMs <= nowMs);
    Map<PermitId, Long> remembered = new HashMap<>(settled);
    remembered.values().removeIf(untilMs -> untilMs <= nowMs);
    return new RollingWindow(proven.tailMap(nowMs, false), stillOpen, remembered);
  }

  /** What stands in the way of a load, or null. */
  private static @Nullable Bound bound(Load load, Priority priority, QuotaConfig config) {
    if (load.requests() > config.requestsPerMinute()) {
      return Bound.REQUESTS;
    }
    if (load.tokens() > config.tokensPerMinute()) {
      return Bound.TOKENS;
    }
    boolean keptForFinals =
        load.requests() > config.partialRequests() || load.tokens() > config.partialTokens();
    return priority == Priority.PARTIAL && keptForFinals ? Bound.RESERVED_FOR_FINALS : null;
  }

  /** How long until enough bookings have ended, if no proof comes for those that have none. */
  private long untilRoom(long nowMs, Load load, Priority priority, QuotaConfig config) {
    NavigableMap<Long, Load> ends = new TreeMap<>(proven.tailMap(nowMs, false));
    open.values().forEach(booking -> ends.merge(booking.endMs, booking.load, Load::plus));
    Load left = load;
    for (Map.Entry<Long, Load> end : ends.tailMap(nowMs, false).entrySet()) {
      left = left.minus(end.getValue());
      if (bound(left, priority, config) == null) {
        return end.getKey() - nowMs;
      }
    }
    return config.window().toMillis();
  }

  private static long endOf(long arrivedMs, QuotaConfig config) {
    long last = arrivedMs + config.window().toMillis();
    return (Math.floorDiv(last, BUCKET_MS) + 1) * BUCKET_MS;
  }
}
