package io.dragoman.quota;

/**
 * How far the sessions that wait on a node are behind the fair level. Not thread-safe.
 *
 * <p>The ledger only guesses what a node's sessions will send, and what does not fit to what they
 * do send comes back unspent. So a node compares what they were really given with the level, and
 * asks for a little more, or less, than the others, until it has caught up.
 */
final class Lag {

  /** In so many refreshes a node catches up. */
  static final int REFRESHES = 4;

  private long behind;
  private long risen;
  private long growth;
  private long weights;

  /** The level has risen, and the node has been granted its part. */
  void risen(long by) {
    risen += by;
  }

  /**
   * @param by what a session was given since the last refresh, per unit of weight; negative if it
   *     has not waited all the time
   */
  void grown(long by, int weight) {
    if (by >= 0) {
      growth += by * weight;
      weights += weight;
    }
  }

  /**
   * Begins the next refresh.
   *
   * @param whole what the level rises in {@link #REFRESHES}
   * @return for such a rise of the others, how far these are to be lifted
   */
  long sooner(long whole, boolean scarce) {
    behind =
        scarce && weights > 0
            ? Math.clamp(behind + risen - growth / weights, -whole / 2, whole / 2)
            : 0;
    risen = 0;
    growth = 0;
    weights = 0;
    return whole + behind;
  }
}
