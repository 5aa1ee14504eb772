package io.dragoman.quota;

/** What the upstream's limiter counts of a request's tokens. */
public enum Charge {
  /** The prompt and {@code max_completion_tokens}, whatever is used in the end. */
  RESERVED,
  /** The same until the answer is complete, and then what the upstream says was used. */
  USAGE
}
