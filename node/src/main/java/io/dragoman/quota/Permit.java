package io.dragoman.quota;

/**
 * Leave to send one request to the language model, once, at once. It occupies one of the node's
 * places for calls until it is closed. Thread-safe.
 */
public interface Permit extends AutoCloseable {

  /** When it was given, on {@link System#nanoTime}: the call's total time-out counts from then. */
  long since();

  /** The upstream has certainly counted the request: its first response byte is here. */
  void arrived();

  /** The answer is complete; {@code used} is the tokens that the upstream says it cost. */
  void completed(long used);

  /** What the upstream's answer said of the quota. */
  void observed(Evidence evidence);

  /** The request certainly was never sent: once this is closed, another one may have its part. */
  void unspent();

  /** The call is over. */
  @Override
  void close();
}
