package io.dragoman.quota;

/**
 * One thing that happens to a {@link LedgerCluster}.
 *
 * @param pause before it, in milliseconds
 * @param node to whom
 * @param owner whom the node takes for the owner
 * @param value its size: tokens, or a delay in milliseconds
 */
record Step(long pause, int node, int owner, Act act, long value) {

  enum Act {
    REFRESH,
    LOSE_REFRESH,
    LOSE_REPLY,
    DELAY,
    DOUBLE,
    SPEND,
    ARRIVE,
    GIVE_BACK,
    /** A node's process dies, and another begins. */
    RESTART,
    /** It says good-bye before. */
    LEAVE,
    RAISE_LIMIT,
    /** The owner finds a copy of some time ago. */
    OLD_COPY,
    /** The owner's process dies; the next one finds some copy. */
    OWNER_RESTART,
    HAND_OVER,
    COPY_AS_IT_IS
  }
}
