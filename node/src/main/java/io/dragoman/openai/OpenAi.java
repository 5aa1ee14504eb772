package io.dragoman.openai;

import java.util.Optional;

/** A language model behind a bounded pool of connections. Thread-safe. */
public interface OpenAi extends AutoCloseable {

  /** Takes a free slot of the pool, or nothing when all are in use. */
  Optional<Slot> tryReserve();

  /**
   * Leave to have one call in flight at a time; close it to give it back. Used by one thread at a
   * time.
   */
  interface Slot extends AutoCloseable {

    /** Makes the call and waits for its end, or for the total time-out, which covers the body. */
    ApiResult call(ChatRequest request, ChatListener listener) throws InterruptedException;

    @Override
    void close();
  }

  @Override
  void close();
}
