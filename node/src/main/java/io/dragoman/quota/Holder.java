package io.dragoman.quota;

/**
 * A node, as the ledger knows it. Immutable. Times are those of the ledger's owner.
 *
 * @param standing what the node is to this epoch
 * @param sequence its last refresh that was processed
 * @param held what it may still spend, or has spent without proof
 * @param leaseEnd when nothing of its lease can be spent any more
 * @param voted from when its vote counts
 * @param vote how long from there
 * @param wants what it said that it could use
 * @param mark the fair level at which it said so
 * @param picked what it has been granted of the credit since then
 * @param known while the ledger gathers: what surely counts of it
 */
record Holder(
    long node,
    long incarnation,
    Standing standing,
    long sequence,
    Amount held,
    long leaseEnd,
    long voted,
    long vote,
    Wants wants,
    long mark,
    Amount picked,
    Amount known) {

  /** What a node is to the ledger's epoch. */
  enum Standing {
    /** It has been heard of, or has left. */
    OUTSIDE,
    /** It has joined, and its recollection is still to be booked. */
    JOINED,
    /** All that counts of it is booked. */
    BOOKED,
    /** The same, and it was in the epoch that this one goes on from. */
    CONTINUED
  }

  /** Long ago. */
  static final long NEVER = Long.MIN_VALUE / 2;

  static Holder heard(long node, long incarnation) {
    return new Holder(
        node,
        incarnation,
        Standing.OUTSIDE,
        0,
        Amount.ZERO,
        NEVER,
        NEVER,
        0,
        Wants.NOTHING,
        0,
        Amount.ZERO,
        Amount.ZERO);
  }

  boolean joined() {
    return standing != Standing.OUTSIDE;
  }

  /** What it has been given by the rise of the level, and not picked up. */
  Amount credit(long level) {
    return wants.at(Math.max(0, level - mark)).minus(picked).orZero();
  }

  /** How fast that grows: for a rise by the whole limit. */
  Amount slope(long level) {
    return wants.slope(Math.max(0, level - mark));
  }

  /** As a new owner inherits it: nobody has voted yet, and the lease ends as late as it can. */
  Holder moved(long then, long now) {
    long end = leaseEnd == NEVER ? NEVER : now + (leaseEnd - then);
    return new Holder(
        node,
        incarnation,
        Standing.OUTSIDE,
        sequence,
        held,
        end,
        NEVER,
        0,
        Wants.NOTHING,
        0,
        Amount.ZERO,
        Amount.ZERO);
  }

  Holder voting(long from, long duration) {
    return new Holder(
        node,
        incarnation,
        standing,
        sequence,
        held,
        leaseEnd,
        Math.max(voted, from),
        duration,
        wants,
        mark,
        picked,
        known);
  }

  /** After a refresh: it holds what it says, and may spend it until {@code end}. */
  Holder told(long number, Standing now, Amount holding, long end) {
    return new Holder(
        node, incarnation, now, number, holding, end, voted, vote, wants, mark, picked, known);
  }

  Holder standing(Standing now) {
    return told(sequence, now, held, leaseEnd);
  }

  Holder holding(Amount amount) {
    return told(sequence, standing, amount, leaseEnd);
  }

  Holder wanting(Wants now, long level) {
    return new Holder(
        node,
        incarnation,
        standing,
        sequence,
        held,
        leaseEnd,
        voted,
        vote,
        now,
        level,
        Amount.ZERO,
        known);
  }

  Holder picking(Amount credit) {
    return new Holder(
        node,
        incarnation,
        standing,
        sequence,
        held,
        leaseEnd,
        voted,
        vote,
        wants,
        mark,
        picked.plus(credit),
        known);
  }

  Holder known(Amount surely) {
    return new Holder(
        node,
        incarnation,
        standing,
        sequence,
        held,
        leaseEnd,
        voted,
        vote,
        wants,
        mark,
        picked,
        surely);
  }
}
