package io.dragoman.session;

import io.dragoman.session.SessionEndpoint.Stayed;
import java.time.Duration;
import java.util.List;

/**
 * How a node's sessions leave it: their clients are asked one after another, evenly over the first
 * half of the time, since all at once would make those stutter that the other nodes carry already.
 * Who has not gone when the time is over is closed, and may resume as well. Used by one thread.
 */
final class Departure {

  /**
   * Before anybody is asked, so that a balancer, which asks twice a second whether a node is ready,
   * does not send them back here; a quarter of the time, where that is shorter.
   */
  private static final Duration LEAD = Duration.ofSeconds(1);

  /** How long clients have to answer the close. */
  private static final Duration GOOD_BYE = Duration.ofSeconds(2);

  private static final Duration PAUSE = Duration.ofMillis(20);

  private final SessionEndpoint endpoint;
  private final long end;
  private final long half;

  /** When the next client is asked. */
  private long next;

  Departure(SessionEndpoint endpoint, Duration within) {
    long now = System.nanoTime();
    this.endpoint = endpoint;
    this.end = now + within.toNanos();
    this.half = now + within.toNanos() / 2;
    this.next = now + Math.min(LEAD.toNanos(), within.toNanos() / 4);
  }

  /** Returns what had not gone in time. */
  Stayed run() throws InterruptedException {
    while (endpoint.sessions() > 0 && System.nanoTime() - end < 0) {
      ask();
      Thread.sleep(PAUSE);
    }
    Stayed left = endpoint.staying();
    endpoint.closeAll();
    long patience = System.nanoTime() + GOOD_BYE.toNanos();
    while (endpoint.connections() > 0 && System.nanoTime() - patience < 0) {
      Thread.sleep(PAUSE);
    }
    return left;
  }

  /** Asks those whose turn it is. A session that was about to begin comes last. */
  private void ask() {
    List<SessionSocket> staying =
        endpoint.carrying().stream().filter(socket -> !socket.isMoving()).toList();
    int left = staying.size();
    for (SessionSocket socket : staying) {
      long now = System.nanoTime();
      if (now - next < 0) {
        return;
      }
      socket.move(Duration.ofNanos(end - now));
      next += Math.max(0, half - next) / left;
      left--;
    }
  }
}
