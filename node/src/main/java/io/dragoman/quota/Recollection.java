package io.dragoman.quota;

import io.dragoman.quota.Holder.Testimony;
import java.util.List;

/**
 * What a node remembers of its own requests within a window: its testimony for a ledger that begins
 * anew. Ages count from the moment at which the refresh was sent. Immutable.
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

  /**
   * An amount and the age of the proof that it arrived, in nanoseconds: at least this, and less
   * than {@link History#GRAIN} more.
   */
  public record Aged(long age, Amount amount) {}

  /**
   * What a ledger that gathers needs of it.
   *
   * @param held by the node, which has given up its lease: what is in flight
   * @param receipt when the ledger heard of it
   */
  Testimony testimony(Amount held, Limits limits, Rules rules, long receipt) {
    boolean bounds = opened == joined && rules.isTrueAge(bookedAge, awake);
    Amount most = bounds ? rules.bookedAtMost(limits.amount(), booked, bookedAge) : limits.amount();
    return new Testimony(
        rules.sure(this).plus(held), joined, most, rules.votedUntil(receipt, voteAge));
  }

  public Recollection {
    proven = List.copyOf(proven);
  }
}
