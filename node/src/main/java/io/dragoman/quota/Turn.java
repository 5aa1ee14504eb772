package io.dragoman.quota;

import java.time.Duration;

/** A request's turn at the {@link QuotaGate}. Thread-safe; one thread awaits it. */
public interface Turn {

  /** What became of a request. */
  sealed interface Answer {

    /** It may be sent, at once. The permit is handed over with this answer, and only once. */
    record Granted(Permit permit) implements Answer {}

    /** It still waits; {@link #why} tells why. */
    record Waiting() implements Answer {}

    /** It is withdrawn, or a partial whose time is over: it is never sent. */
    record Over() implements Answer {}

    /** It can never be sent: it is larger than the whole limit. */
    record Impossible(String reason) implements Answer {}
  }

  /** Waits for the answer, but no longer than so. */
  Answer await(Duration atMost) throws InterruptedException;

  /** Why it waits, and how long still; once it does not any more, what it waited for last. */
  Delay why();

  /**
   * Gives the turn up: who awaits it is told that it is over. A permit that is there and was not
   * handed over is given back; after that nothing happens.
   */
  void withdraw();
}
