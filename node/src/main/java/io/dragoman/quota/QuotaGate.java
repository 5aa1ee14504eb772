package io.dragoman.quota;

/** The door that every request to the language model passes, on every node. Thread-safe. */
public interface QuotaGate {

  /**
   * A session begins on this node. It has its part of the cluster's quota until it is closed.
   *
   * @param weight its part in the fair share, 1 to 1000; 1 is usual
   */
  SessionQuota open(int weight);
}
