package io.dragoman.chaos.simulation;

import java.util.PriorityQueue;

/** True time, and what happens in it. Single-threaded; the same calls give the same order. */
final class Timeline {
  static final long SECOND = 1_000_000_000L;
  static final long MILLISECOND = 1_000_000L;

  private record Event(long at, long number, Runnable what) implements Comparable<Event> {
    @Override
    public int compareTo(Event other) {
      return at != other.at ? Long.compare(at, other.at) : Long.compare(number, other.number);
    }
  }

  private final PriorityQueue<Event> events = new PriorityQueue<>();
  private long now;
  private long number;

  /** Nanoseconds since the simulation began. */
  long now() {
    return now;
  }

  void after(long delay, Runnable what) {
    events.add(new Event(now + Math.max(0, delay), number++, what));
  }

  /** Lets things happen until then. */
  void run(long until) {
    for (Event next = events.peek(); next != null && next.at <= until; next = events.peek()) {
      events.remove();
      now = next.at;
      next.what.run();
    }
    now = until;
  }
}
