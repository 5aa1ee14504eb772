package io.dragoman.quota;

/**
 * Leave to send one request to the language model, once. Thread-safe; the first call decides, later
 * ones do nothing.
 */
public interface Permit {

  /** Says that the upstream has certainly counted the request: its first response byte is here. */
  void arrived();

  /** Gives back what was certainly never sent. */
  void unspent();
}
