package io.dragoman.quota;

import io.dragoman.quota.Refresh.Bond;
import io.dragoman.quota.Refresh.Stamp;

/**
 * What the ledger answers. Immutable.
 *
 * @param incarnation the life of the node that it answers
 * @param sequence the refresh that it answers
 * @param stamp the ledger's epoch, its owner, and the owner's clock
 * @param joining what the node may do about an epoch in which it is not
 * @param continues the sealed epoch that this one goes on from, if any
 * @param known whether the ledger knows what the refresh told, and its recollection
 * @param granted added to the node's lease
 * @param booked all that the ledger has booked and promised
 * @param lease how long the lease may be spent, in nanoseconds from when the refresh was sent; 0
 *     where the owner may not renew it
 * @param level the fair level so far; its rise is what each waiting session got
 * @param active how many sessions of all nodes were heard of in the last minutes
 * @param scarce whether somebody in the cluster wants more than there is
 * @param limits as they are configured, or were set at run time
 * @param ceiling the most that may count now: those limits, or less where the upstream named less
 * @param voters of which a majority must vote for the owner
 * @param status for people: how the ledger is, and for how long
 * @param foreign by how much the upstream's headers show more in use than the ledger has booked
 */
public record Reply(
    long incarnation,
    long sequence,
    Stamp stamp,
    Joining joining,
    Bond continues,
    boolean known,
    Amount granted,
    Amount booked,
    long lease,
    long level,
    int active,
    boolean scarce,
    Limits limits,
    Amount ceiling,
    Voters voters,
    Status status,
    Amount foreign) {

  /** Whether a node may join the ledger's epoch. */
  public enum Joining {
    /** It has joined, or may not now. */
    CLOSED,
    /**
     * It may, once its last vote has lapsed. It keeps its lease if it was in the epoch that this
     * one goes on from; otherwise it gives it up, and says what it remembers.
     */
    OPEN,
    /** It and the owner are configured with different durations: it may hold nothing. */
    REFUSED
  }

  /**
   * How the ledger is, for people.
   *
   * @param remaining until the state ends by itself, in nanoseconds; 0 where it does not
   * @param votes of how many nodes the owner has a vote now
   * @param scarcity of what less is left
   */
  public record Status(State state, long remaining, int votes, int majority, Scarcity scarcity) {}

  /**
   * What there is less of.
   *
   * @param bound the dimension
   * @param named whether the upstream named less of it than is configured
   */
  public record Scarcity(Delay.Bound bound, boolean named) {}

  /** What a ledger can be in. */
  public enum State {
    /** Grants all that fits. */
    NORMAL,
    /** A new owner waits for a majority. */
    GATHERING,
    /** Holds back what nodes that are gone may have used. */
    QUARANTINE,
    /** The upstream refused a request: nothing is granted for as long as it said. */
    REFUSED,
    /** Fewer than a majority of the nodes vote for the owner: nothing is granted. */
    NO_MAJORITY,
    /** The owner leaves: the next one goes on. */
    SEALED
  }

  /**
   * Whether the upstream holds the cluster back: it refused a request, or names less than the
   * limits.
   */
  public boolean isHeldBack() {
    return isRefused() || !ceiling.covers(limits.amount());
  }

  /** Whether the upstream refused a request, and nothing is granted for as long as it said. */
  public boolean isRefused() {
    return status.state() == State.REFUSED;
  }

  Bond bond() {
    return stamp.bond();
  }
}
