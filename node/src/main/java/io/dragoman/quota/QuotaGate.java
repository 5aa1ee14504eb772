package io.dragoman.quota;

/** The door that every request to the language model passes, on every node. Thread-safe. */
public interface QuotaGate {

  /**
   * Decides about a request now; never waits for room. Ask last: after the connection, right before
   * the write.
   */
  Decision ask(QuotaRequest request);
}
