package io.dragoman.quota;

/** What the upstream itself said of the quota. It can only shrink what is granted. */
public sealed interface Evidence {

  /** Evidence lapses after a window at the latest. */
  long LONGEST = 60_000_000_000L;

  /** For how long it stops all grants, in nanoseconds. */
  long refusal();

  /**
   * What came with an answer.
   *
   * @param limit the upstream's limits; a dimension that it did not name is {@link Long#MAX_VALUE}
   * @param remaining what it would still take; likewise, and never less than nothing
   * @param lapse after how long {@code remaining} says nothing any more, in nanoseconds
   */
  record Headers(Amount limit, Amount remaining, long lapse) implements Evidence {

    /** The least that can be granted, and shared. */
    private static final Amount LEAST = new Amount(Amount.REQUEST, 1);

    public Headers {
      limit = limit.max(LEAST);
      remaining = remaining.orZero();
      lapse = Math.clamp(lapse, 0, LONGEST);
    }

    @Override
    public long refusal() {
      return 0;
    }

    /** The cap after this: dimensions that the upstream did not name stay as they were. */
    Amount cap(Amount before) {
      return new Amount(
          limit.requests() == Long.MAX_VALUE ? before.requests() : limit.requests(),
          limit.tokens() == Long.MAX_VALUE ? before.tokens() : limit.tokens());
    }
  }

  /**
   * The upstream refused a request for overuse: nothing is granted for a while.
   *
   * @param retryAfter how long, in nanoseconds
   */
  record Refusal(long retryAfter) implements Evidence {
    public Refusal {
      retryAfter = Math.clamp(retryAfter, 0, LONGEST);
    }

    @Override
    public long refusal() {
      return retryAfter;
    }
  }
}
