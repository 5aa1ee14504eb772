package io.dragoman.session;

import io.dragoman.protocol.ServerMessage;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Consumer;

/**
 * What a session has to tell its client and may not yet: events that are not committed, and behind
 * them what was to be said since, of partial captions the newest. Not thread-safe.
 */
final class Unsaid {

  /**
   * @param seq the event's place; 0 for what is said as soon as all before it is
   * @param since since when it waits, on the monotonic clock
   */
  private record Waiting(ServerMessage message, long seq, long since) {
    boolean isReplacedBy(ServerMessage.Caption partial) {
      return message instanceof ServerMessage.Caption older
          && !older.isFinal()
          && older.role() == partial.role()
          && older.lang().equals(partial.lang());
    }
  }

  private final Deque<Waiting> waiting = new ArrayDeque<>();

  boolean isEmpty() {
    return waiting.isEmpty();
  }

  /** Adds an event that is to be committed. */
  void add(ServerMessage message, long seq) {
    waiting.add(new Waiting(message, seq, System.nanoTime()));
  }

  /** Adds what need not be committed. */
  void add(ServerMessage message) {
    if (message instanceof ServerMessage.Caption partial) {
      waiting.removeIf(each -> each.isReplacedBy(partial));
    }
    add(message, 0);
  }

  /**
   * Says all that may be said.
   *
   * @param committed the place of the last event that is
   * @param committedAfter is told how long each event waited
   */
  void say(long committed, Outbox outbox, Consumer<Duration> committedAfter) {
    Waiting next;
    while ((next = waiting.peek()) != null && next.seq <= committed) {
      waiting.remove();
      outbox.send(next.message);
      if (next.seq > 0) {
        committedAfter.accept(Duration.ofNanos(System.nanoTime() - next.since));
      }
    }
  }

  void clear() {
    waiting.clear();
  }
}
