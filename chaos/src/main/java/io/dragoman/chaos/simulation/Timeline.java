package io.dragoman.chaos.simulation;

import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/**
 * True time, and what happens in it. Single-threaded; the same calls give the same order.
 *
 * <p>A calendar queue (Brown, "Calendar Queues", 1988): only what happens within the present day, a
 * millisecond, is kept in order, so that an event costs the same however many lie ahead.
 */
final class Timeline {
  static final long SECOND = 1_000_000_000L;
  static final long MILLISECOND = 1_000_000L;

  /** A day is so many bits of nanoseconds long. */
  private static final int DAY_BITS = 20;

  private static final int DAYS = 1 << 16;

  private static final class Event implements Comparable<Event> {
    private final long at;
    private final long number;
    private final Runnable what;

    /** On the same day. */
    private @Nullable Event next;

    Event(long at, long number, Runnable what) {
      this.at = at;
      this.number = number;
      this.what = what;
    }

    long day() {
      return at >> DAY_BITS;
    }

    @Override
    public int compareTo(Event other) {
      return at != other.at ? Long.compare(at, other.at) : Long.compare(number, other.number);
    }
  }

  private final PriorityQueue<Event> today = new PriorityQueue<>();

  /** The days that come, each a chain in no order. */
  private final @Nullable Event[] calendar = new Event[DAYS];

  /** What is beyond the calendar. */
  private final PriorityQueue<Event> later = new PriorityQueue<>();

  private long day;
  private long now;
  private long number;

  /** Nanoseconds since the simulation began. */
  long now() {
    return now;
  }

  void after(long delay, Runnable what) {
    enter(new Event(now + Math.max(0, delay), number++, what));
  }

  /** Lets things happen until then. */
  void run(long until) {
    for (Event next = next(until); next != null; next = next(until)) {
      today.remove();
      now = next.at;
      next.what.run();
    }
    now = until;
  }

  private void enter(Event event) {
    if (event.day() <= day) {
      today.add(event);
    } else if (event.day() < day + DAYS) {
      int page = page(event.day());
      event.next = calendar[page];
      calendar[page] = event;
    } else {
      later.add(event);
    }
  }

  private @Nullable Event next(long until) {
    while (today.isEmpty() && day < until >> DAY_BITS) {
      turn();
    }
    Event next = today.peek();
    return next != null && next.at <= until ? next : null;
  }

  /** The next day begins. */
  private void turn() {
    day++;
    for (Event event = later.peek();
        event != null && event.day() < day + DAYS;
        event = later.peek()) {
      later.remove();
      enter(event);
    }
    Event event = calendar[page(day)];
    calendar[page(day)] = null;
    while (event != null) {
      Event following = event.next;
      event.next = null;
      today.add(event);
      event = following;
    }
  }

  private static int page(long day) {
    return (int) (day & (DAYS - 1));
  }
}
