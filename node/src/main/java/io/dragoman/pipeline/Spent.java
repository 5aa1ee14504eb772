package io.dragoman.pipeline;

/**
 * What calls have cost: requests that were sent, and tokens as the upstream reported them, or as
 * reserved where it did not.
 */
public record Spent(long requests, long tokens) {
  public static final Spent NOTHING = new Spent(0, 0);

  Spent plus(Spent other) {
    return new Spent(requests + other.requests, tokens + other.tokens);
  }
}
