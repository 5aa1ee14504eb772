package io.dragoman.openai;

import java.time.Duration;
import java.util.Optional;

/** A language model behind a bounded pool of connections. Thread-safe. */
public interface OpenAi extends AutoCloseable {

  /**
   * Takes a free slot of the pool, or nothing when all are in use, or when the upstream is to be
   * left alone for now, which {@link #standing} tells.
   */
  Optional<Slot> tryReserve();

  /** How the upstream is to be treated. */
  default Standing standing() {
    return new Standing.Sound();
  }

  /** What keeps the upstream from answering; empty while nothing is known to. */
  default Optional<Trouble> trouble() {
    return Optional.empty();
  }

  /** How an upstream is to be treated by all callers of this node. */
  sealed interface Standing {

    /** For how long it is left alone; zero where it may be called, or where one call may try. */
    Duration left();

    /** It may be called. */
    record Sound() implements Standing {
      @Override
      public Duration left() {
        return Duration.ZERO;
      }
    }

    /** It is in trouble. */
    record Resting(Duration left) implements Standing {}

    /** It refuses the key, the account or the model; {@code code} is its word for it. */
    record Refusing(String code, Duration left) implements Standing {}
  }

  /** Leave to make one call; close it to give it back. Used by one thread. */
  interface Slot extends AutoCloseable {

    /**
     * Makes the call and waits for its end, or for the total time-out, which covers the body. Where
     * that is over already, nothing is sent.
     *
     * @param since from when the time-out counts, on {@link System#nanoTime}
     */
    ApiResult call(ChatRequest request, long since, ChatListener listener)
        throws InterruptedException;

    @Override
    void close();
  }

  @Override
  void close();
}
