package io.dragoman.quota;

import io.dragoman.quota.Holder.Ending;
import io.dragoman.quota.Holder.Testimony;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What a node remembers of its own requests, for {@link Rules#memory() as long as it matters}: its
 * testimony for a ledger that begins anew. Ages count from the moment at which the refresh was
 * sent. Immutable.
 *
 * @param joined the last epoch that the node had joined before, 0 for a node that has just started
 * @param opened the last epoch that it has seen open, 0 for none
 * @param booked what that epoch's ledger had booked and promised when it last answered
 * @param bookedAge how long ago the node sent what was answered so, in nanoseconds
 * @param voteAge how long ago the node voted for that epoch, or another before this one, for the
 *     last time; since its start if it never did
 * @param awake for how long the machine has surely not been suspended: what is older than that may
 *     be older than it says
 * @param proven what has arrived, the oldest first
 */
public record Recollection(
    long joined,
    long opened,
    Amount booked,
    long bookedAge,
    long voteAge,
    long awake,
    List<Aged> proven) {

  /** So many endings tell well enough what had ended by the last grant; the ledger keeps them. */
  private static final int ENDINGS = 64;

  /**
   * An amount and the age of the proof that it arrived, in nanoseconds: at least this, and less
   * than {@link History#GRAIN} more.
   */
  public record Aged(long age, Amount amount) {}

  /**
   * What a ledger that gathers needs of it.
   *
   * @param held by the node, which has given up its lease: what is in flight
   * @param told when the node told it, or before, by the owner's clock
   * @param receipt when the ledger heard of it
   */
  Testimony testimony(Amount held, Limits limits, Rules rules, long told, long receipt) {
    boolean bounds = opened == joined && rules.isTrueAge(bookedAge, awake);
    Amount most = bounds ? rules.bookedAtMost(limits.amount(), booked, bookedAge) : limits.amount();
    long votedUntil = rules.votedUntil(receipt, voteAge);
    // Good for as long as the vote that came with it: no owner before this one grants after that.
    long latest = told + rules.timing().vote();
    long apart = Math.max(1, Math.ceilDiv(latest - votedUntil, ENDINGS));
    Amount known = held;
    SortedMap<Long, Amount> ending = new TreeMap<>();
    for (Aged aged : proven) {
      long until = bookedUntil(aged, told, rules);
      if (until > latest) {
        known = known.plus(aged.amount());
      } else if (until > votedUntil) {
        // Together with others, from the earliest of them.
        long group = until - (until - votedUntil) % apart;
        ending.merge(group, aged.amount(), Amount::plus);
      }
    }
    List<Ending> endings =
        ending.entrySet().stream().map(it -> new Ending(it.getKey(), it.getValue())).toList();
    return new Testimony(known, endings, joined, most, votedUntil);
  }

  /**
   * What the last owner surely had booked when it granted for the last time.
   *
   * @param told when the node told it, or before, by the owner's clock
   */
  Amount sure(Rules rules, long told, long lastGrant) {
    Amount sure = Amount.ZERO;
    for (Aged aged : proven) {
      if (bookedUntil(aged, told, rules) > lastGrant) {
        sure = sure.plus(aged.amount());
      }
    }
    return sure;
  }

  /** Until when it was surely booked; long ago where it may be older than it seems. */
  private long bookedUntil(Aged aged, long told, Rules rules) {
    return isTrueAge(aged, rules)
        ? rules.surelyBookedUntil(told, aged.age() + History.GRAIN)
        : Holder.NEVER;
  }

  /** Whether it is no older than it seems. */
  boolean isTrueAge(Aged aged, Rules rules) {
    return rules.isTrueAge(aged.age() + History.GRAIN, awake);
  }

  public Recollection {
    proven = List.copyOf(proven);
  }
}
