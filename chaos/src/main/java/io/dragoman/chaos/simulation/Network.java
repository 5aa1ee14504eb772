package io.dragoman.chaos.simulation;

import java.util.HashMap;
import java.util.Map;

/** Links between nodes, each in one direction, that delay, lose and hold back messages. */
final class Network {
  private final Timeline time;
  private final Chance chance;
  private final Nastiness nastiness;

  private record Link(int from, int to) {}

  private final Map<Link, Long> cutUntil = new HashMap<>();

  Network(Timeline time, Chance chance, Nastiness nastiness) {
    this.time = time;
    this.chance = chance;
    this.nastiness = nastiness;
  }

  /** Carries a message. What meets a cut is lost, or comes when the cut has ended, as with TCP. */
  void send(int from, int to, Runnable arrival) {
    if (chance.happens(nastiness.lost())) {
      return;
    }
    time.after(delay(), () -> deliver(from, to, arrival));
  }

  private void deliver(int from, int to, Runnable arrival) {
    if (isOpen(from, to)) {
      arrival.run();
    } else if (chance.happens(0.5)) {
      long end = cutUntil.getOrDefault(new Link(from, to), 0L);
      time.after(end - time.now() + delay(), () -> deliver(from, to, arrival));
    }
  }

  private long delay() {
    return chance.happens(nastiness.slow())
        ? chance.between(0, 5 * Timeline.SECOND)
        : chance.between(Timeline.MILLISECOND / 5, Timeline.MILLISECOND);
  }

  boolean isOpen(int from, int to) {
    return cutUntil.isEmpty() || cutUntil.getOrDefault(new Link(from, to), 0L) <= time.now();
  }

  void cut(int from, int to, long duration) {
    cutUntil.merge(new Link(from, to), time.now() + duration, Math::max);
  }
}
