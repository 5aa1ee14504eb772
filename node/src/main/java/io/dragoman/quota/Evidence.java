package io.dragoman.quota;

/**
 * What the upstream itself said of the quota. It can only shrink what is granted.
 *
 * @param limit its limits; a dimension that it did not name is {@link Long#MAX_VALUE}
 * @param remaining what it would still take; likewise
 * @param lapse after how long that says nothing any more, in nanoseconds
 */
public record Evidence(Amount limit, Amount remaining, long lapse) {

  /** Evidence lapses after a window at the latest. */
  private static final long LONGEST = 60_000_000_000L;

  public Evidence {
    lapse = Math.clamp(lapse, 0, LONGEST);
  }

  /** The upstream refused a request for overuse, and named a time after which to try again. */
  public static Evidence refused(long retryAfter) {
    return new Evidence(new Amount(Long.MAX_VALUE, Long.MAX_VALUE), Amount.ZERO, retryAfter);
  }

  /** The cap after this: dimensions that the upstream did not name stay as they were. */
  Amount cap(Amount before) {
    return new Amount(
        limit.requests() == Long.MAX_VALUE ? before.requests() : limit.requests(),
        limit.tokens() == Long.MAX_VALUE ? before.tokens() : limit.tokens());
  }
}
