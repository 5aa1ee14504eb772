package io.dragoman.quota;

/**
 * Spreads what a lease covers evenly over the time until the next refresh, where somebody waits for
 * more than there is. Otherwise all of it would go in the moment of the reply: who comes a little
 * later would wait for the next one, the upstream would see four bursts a second, and of two
 * sessions on different nodes the one would be ahead of the other by a whole refresh's worth. Not
 * thread-safe.
 */
final class Pace {
  private final long refresh;
  private boolean spread;
  private long since;
  private Amount lease = Amount.ZERO;

  // Of it; plain numbers, so that a permit costs no object.
  private long requests;
  private long tokens;

  /**
   * @param refresh how long a lease has to last, in nanoseconds
   */
  Pace(long refresh) {
    this.refresh = refresh;
  }

  /**
   * A reply has come.
   *
   * @param unspent what the lease covers now
   * @param scarce whether anybody in the cluster waits for more than there is
   */
  void begin(Amount unspent, boolean scarce, long now) {
    spread = scarce;
    since = now;
    lease = unspent;
    requests = 0;
    tokens = 0;
  }

  /** One request was sent, with so many tokens. */
  void spent(long more) {
    requests += Amount.REQUEST;
    tokens += more;
  }

  /**
   * In how many nanoseconds the next request is due: when as much of the time has passed as of the
   * lease was spent before it, in the dimension of which more was. So the first one is due at once.
   */
  long due(long now) {
    if (!spread) {
      return 0;
    }
    long due = Math.max(part(requests, lease.requests()), part(tokens, lease.tokens()));
    return Math.max(0, since + due - now);
  }

  private long part(long used, long whole) {
    return used >= whole ? (used == 0 ? 0 : refresh) : Scale.of(refresh, used, whole);
  }
}
