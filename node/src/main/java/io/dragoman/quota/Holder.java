package io.dragoman.quota;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A node, as the ledger knows it. Immutable. Times are those of the ledger's owner.
 *
 * @param incarnation the life of it that is known here
 * @param standing what the node is to this epoch
 * @param sequence its last refresh that was processed
 * @param lease what it holds
 * @param vote its last one for the owner
 * @param claim what waits on it
 * @param testimony while the ledger gathers: what a node that joined says of the time before
 */
record Holder(
    long node,
    long incarnation,
    Standing standing,
    long sequence,
    Lease lease,
    Vote vote,
    Claim claim,
    @Nullable Testimony testimony) {

  /** What a node is to the ledger's epoch. */
  enum Standing {
    /** It has been heard of. */
    OUTSIDE,
    /** It has said that it leaves. */
    LEFT,
    /** It has joined, and its recollection is still to be booked. */
    JOINED,
    /** All that counts of it is booked. */
    BOOKED,
    /** The same, and it was in the epoch that this one goes on from. */
    CONTINUED
  }

  /**
   * @param held what it may still spend, or has spent without proof
   * @param end when nothing of it can be spent any more
   */
  record Lease(Amount held, long end) {
    static final Lease NONE = new Lease(Amount.ZERO, NEVER);
  }

  /**
   * @param from when it counts
   * @param duration how long from there
   * @param knows whether the node remembers enough for it to make a majority
   */
  record Vote(long from, long duration, boolean knows) {
    static final Vote NONE = new Vote(NEVER, 0, false);
  }

  /**
   * What waits on the node, and rises with the fair level.
   *
   * @param wants what it said that it could use
   * @param mark the level at which it said so
   * @param picked what it has been granted of the credit since then
   */
  record Claim(Wants wants, long mark, Amount picked) {
    static final Claim NONE = new Claim(Wants.NOTHING, 0, Amount.ZERO);
  }

  /** An amount that the last owner surely had booked until then. */
  record Ending(long until, Amount amount) {}

  /**
   * What the ledger still needs to know of the time before it. Good for as long as the vote that
   * came with it.
   *
   * @param known what surely counts of the node
   * @param ending what else may, depending on when the last owner granted for the last time
   * @param epoch the last one that it was in
   * @param most the most that that epoch's ledger can have booked
   * @param votedUntil when its last vote before this epoch has lapsed
   */
  record Testimony(Amount known, List<Ending> ending, long epoch, Amount most, long votedUntil) {

    /** What the last owner surely had booked of the node when it granted for the last time. */
    Amount known(long lastGrant) {
      Amount all = known;
      for (Ending amount : ending) {
        if (amount.until > lastGrant) {
          all = all.plus(amount.amount);
        }
      }
      return all;
    }

    /** The same, with this for what else counts. */
    Testimony ending(List<Ending> now) {
      return new Testimony(known, now, epoch, most, votedUntil);
    }

    private Testimony raised(Amount more) {
      return new Testimony(known, ending, epoch, most.plus(more), votedUntil);
    }
  }

  /** Long ago. */
  static final long NEVER = Long.MIN_VALUE / 2;

  static Holder heard(long node, long incarnation) {
    return new Holder(
        node, incarnation, Standing.OUTSIDE, 0, Lease.NONE, Vote.NONE, Claim.NONE, null);
  }

  boolean joined() {
    return standing != Standing.OUTSIDE && standing != Standing.LEFT;
  }

  Amount held() {
    return lease.held;
  }

  Wants wants() {
    return claim.wants;
  }

  long mark() {
    return claim.mark;
  }

  Amount picked() {
    return claim.picked;
  }

  /** What it has been given by the rise of the level, and not picked up. */
  Amount credit(long level) {
    return claim.wants.at(Math.max(0, level - claim.mark)).minus(claim.picked).orZero();
  }

  /** How fast that grows: for a rise by the whole limit. */
  Amount slope(long level) {
    return claim.wants.slope(Math.max(0, level - claim.mark));
  }

  /** As a new owner inherits it: nobody has voted yet, and the lease ends as late as it can. */
  Holder moved(long then, long now) {
    long end = lease.end == NEVER ? NEVER : now + (lease.end - then);
    Lease moved = new Lease(lease.held, end);
    return new Holder(
        node, incarnation, Standing.OUTSIDE, sequence, moved, Vote.NONE, Claim.NONE, null);
  }

  Holder standing(Standing now) {
    return new Holder(node, incarnation, now, sequence, lease, vote, claim, testimony);
  }

  Holder voting(long from, long duration, boolean knows) {
    Vote given = new Vote(Math.max(vote.from, from), duration, vote.knows || knows);
    return new Holder(node, incarnation, standing, sequence, lease, given, claim, testimony);
  }

  /** After a refresh: it holds what it says, and may spend it until {@code end}. */
  Holder told(long number, Amount holding, long end) {
    Lease told = new Lease(holding, end);
    return new Holder(node, incarnation, standing, number, told, vote, claim, testimony);
  }

  Holder holding(Amount amount) {
    Lease now = new Lease(amount, lease.end);
    return new Holder(node, incarnation, standing, sequence, now, vote, claim, testimony);
  }

  Holder wanting(Wants now, long level) {
    return claiming(new Claim(now, level, Amount.ZERO));
  }

  Holder picking(Amount credit) {
    return claiming(new Claim(claim.wants, claim.mark, claim.picked.plus(credit)));
  }

  /** It testified within a lower limit. */
  Holder raised(Amount more) {
    return testimony == null ? this : testifying(testimony.raised(more));
  }

  Holder testifying(@Nullable Testimony now) {
    return new Holder(node, incarnation, standing, sequence, lease, vote, claim, now);
  }

  private Holder claiming(Claim now) {
    return new Holder(node, incarnation, standing, sequence, lease, vote, now, testimony);
  }
}
