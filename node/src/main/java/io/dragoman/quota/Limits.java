package io.dragoman.quota;

/**
 * What the upstream allows in any window of 60 s, and how fast.
 *
 * @param requests the most requests, 1 to 100,000,000
 * @param tokens the most tokens, 1 to {@link #MOST_TOKENS}; people may set {@link #LEAST_TOKENS} or
 *     more
 * @param requestsPerSecond how fast requests are granted at most, 1 to 100,000,000; half a second's
 *     worth may come at once
 */
public record Limits(long requests, long tokens, long requestsPerSecond) {
  /**
   * The least tokens that can be configured or set: twice the 4,096 that the longest answer may
   * have, so that it fits with a prompt of the same length. With less, what people say could stay
   * untranslated for good.
   */
  public static final long LEAST_TOKENS = 8_192;

  /** The most tokens. */
  public static final long MOST_TOKENS = 100_000_000_000L;

  private static final int SECONDS = 60;
  private static final long MOST_REQUESTS = 100_000_000;

  public Limits {
    require("requests per minute", requests, MOST_REQUESTS);
    require("tokens per minute", tokens, MOST_TOKENS);
    require("requests per second", requestsPerSecond, MOST_REQUESTS);
  }

  /** Limits without one for a second. */
  public static Limits perMinute(long requests, long tokens) {
    return new Limits(requests, tokens, MOST_REQUESTS);
  }

  Amount amount() {
    return Amount.of(requests, tokens);
  }

  /** What may be granted in a window at that pace. */
  Amount paced() {
    return Amount.of(Math.min(requests, SECONDS * requestsPerSecond), tokens);
  }

  private static void require(String what, long value, long most) {
    if (value < 1 || value > most) {
      throw new IllegalArgumentException("%s: %d is not in 1..%d".formatted(what, value, most));
    }
  }
}
