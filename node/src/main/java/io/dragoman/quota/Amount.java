package io.dragoman.quota;

/**
 * Requests and tokens together: what a quota counts. Immutable.
 *
 * @param requests in thousandths, so that small shares add up; {@link #REQUEST} is one
 * @param tokens whole tokens
 */
public record Amount(long requests, long tokens) {

  /** One request, in the unit of {@link #requests}. */
  public static final long REQUEST = 1_000;

  public static final Amount ZERO = new Amount(0, 0);

  /** So many whole requests, with so many tokens in all. */
  public static Amount of(long requests, long tokens) {
    return new Amount(Math.multiplyExact(requests, REQUEST), tokens);
  }

  public Amount plus(Amount other) {
    return new Amount(requests + other.requests, tokens + other.tokens);
  }

  /** What is left when the other is taken away; may be negative in either dimension. */
  public Amount minus(Amount other) {
    return new Amount(requests - other.requests, tokens - other.tokens);
  }

  /** The smaller of each dimension. */
  public Amount min(Amount other) {
    return new Amount(Math.min(requests, other.requests), Math.min(tokens, other.tokens));
  }

  /** The larger of each dimension. */
  public Amount max(Amount other) {
    return new Amount(Math.max(requests, other.requests), Math.max(tokens, other.tokens));
  }

  /** This amount with nothing below zero. */
  public Amount orZero() {
    return max(ZERO);
  }

  /** {@code part / whole} of this amount, rounded down; both positive. */
  public Amount times(long part, long whole) {
    return new Amount(Scale.of(requests, part, whole), Scale.of(tokens, part, whole));
  }

  /** Whether the other fits into this one, in both dimensions. */
  public boolean covers(Amount other) {
    return requests >= other.requests && tokens >= other.tokens;
  }

  public boolean isZero() {
    return requests == 0 && tokens == 0;
  }

  @Override
  public String toString() {
    return "%d.%03d requests, %d tokens"
        .formatted(requests / REQUEST, Math.floorMod(requests, REQUEST), tokens);
  }
}
