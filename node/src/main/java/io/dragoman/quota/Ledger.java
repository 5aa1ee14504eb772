package io.dragoman.quota;

import io.dragoman.quota.Delay.Bound;
import io.dragoman.quota.Refresh.Bond;
import io.dragoman.quota.Reply.Scarcity;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One quota's books: who holds which lease, and what still counts upstream. It lives in the grid
 * and is changed only by its owner's {@link LedgerKeeper}. Immutable once it is published.
 *
 * <p>All times are those of the owner's monotonic clock.
 */
public final class Ledger {

  static final Amount UNCAPPED = new Amount(Long.MAX_VALUE, Long.MAX_VALUE);

  enum Phase {
    /** A new owner hears what the nodes remember. */
    GATHERING,
    OPEN,
    /** Complete, and never changed again in this epoch. */
    SEALED
  }

  long epoch;
  long owner;

  /** Counts the changes within the epoch. */
  long version;

  Phase phase = Phase.GATHERING;

  /** The sealed epoch that this one goes on from, if any. */
  Bond continues = Bond.NONE;

  /** When the phase began. */
  long since;

  /** The last change. */
  Moment asOf = new Moment(0, 0);

  /** From here on, the owner's machine has not been suspended. */
  Moment awake = asOf;

  /**
   * While it gathers: whether a majority has asked this owner for anything. Before that no node may
   * join, so that an owner behind a cut does not win over its few, who could not go back then.
   */
  boolean convened;

  /**
   * No node that joined remembers an earlier epoch: perhaps the cluster starts for the first time.
   */
  boolean blank = true;

  /** Stamps up to that moment prove nothing. */
  long votesFrom;

  /** When a majority last voted for the owner. */
  long majorityAt;

  Limits limits;
  Voters voters;

  /** When the voters last changed. */
  long votersSince;

  /** In the order of their nodes. */
  List<Holder> holders = new ArrayList<>();

  Bookings bookings;

  Amount unknown = Amount.ZERO;
  long unknownUntil;

  /** The epoch at whose opening that was reckoned. */
  long unknownEpoch;

  /** What others use of the upstream's limit, as far as the upstream has shown. */
  Amount foreign = Amount.ZERO;

  long foreignUntil;

  /** Nothing is granted before: the upstream refused a request. */
  long refusedUntil;

  /** The upstream's own limits, as far as it named them lately. */
  Amount cap = UNCAPPED;

  long capUntil;

  /** The fair level: what each unit of weight that waited has been given, as a dominant share. */
  long level;

  /** What has been credited since {@code pacedFrom}. */
  Amount paced = Amount.ZERO;

  long pacedFrom;

  Ledger(long epoch, long owner, Limits limits, Voters voters, Bookings bookings) {
    this.epoch = epoch;
    this.owner = owner;
    this.limits = limits;
    this.voters = voters;
    this.bookings = bookings;
  }

  /** A copy to change before it is published. */
  Ledger draft() {
    Ledger draft = new Ledger(epoch, owner, limits, voters, bookings);
    draft.version = version + 1;
    draft.phase = phase;
    draft.continues = continues;
    draft.since = since;
    draft.asOf = asOf;
    draft.awake = awake;
    draft.convened = convened;
    draft.blank = blank;
    draft.votesFrom = votesFrom;
    draft.majorityAt = majorityAt;
    draft.votersSince = votersSince;
    draft.holders = new ArrayList<>(holders);
    draft.unknown = unknown;
    draft.unknownUntil = unknownUntil;
    draft.unknownEpoch = unknownEpoch;
    draft.foreign = foreign;
    draft.foreignUntil = foreignUntil;
    draft.refusedUntil = refusedUntil;
    draft.cap = cap;
    draft.capUntil = capUntil;
    draft.level = level;
    draft.paced = paced;
    draft.pacedFrom = pacedFrom;
    return draft;
  }

  /** Which epoch this is; of two copies, the one with the higher epoch and version is the newer. */
  public long epoch() {
    return epoch;
  }

  /** How often it was changed in its epoch. */
  public long version() {
    return version;
  }

  Bond bond() {
    return new Bond(epoch, owner);
  }

  /** Whether it gathers what nodes remember, and goes on from nobody's books. */
  boolean beginsAnew() {
    return phase == Phase.GATHERING && continues.equals(Bond.NONE);
  }

  /** The most that may count: the limit, or what the upstream says, whichever is less. */
  Amount ceiling() {
    return limits.amount().min(cap);
  }

  /** The most that may be granted in a window: that, or less where a second is capped. */
  Amount perWindow() {
    return ceiling().min(limits.paced());
  }

  /** Of what less is left than of anything else. */
  Scarcity scarcity() {
    Bound bound = Bound.of(booked(), perWindow());
    if (bound == Bound.TOKENS) {
      return new Scarcity(bound, cap.tokens() < limits.tokens() || foreign.tokens() > 0);
    }
    boolean capped = limits.paced().requests() < ceiling().requests();
    return capped
        ? new Scarcity(Bound.REQUESTS_PER_SECOND, false)
        : new Scarcity(
            bound, cap.requests() < limits.amount().requests() || foreign.requests() > 0);
  }

  /** What is held by nodes, counts upstream, or may count for all that is known. */
  public Amount booked() {
    return bookings.total().plus(held()).plus(unknown).plus(foreign);
  }

  /** What nodes may still spend, or have spent without proof. */
  Amount held() {
    long requests = 0;
    long tokens = 0;
    for (Holder holder : holders) {
      requests += holder.held().requests();
      tokens += holder.held().tokens();
    }
    return new Amount(requests, tokens);
  }

  /** How many sessions are active on the nodes. */
  int active() {
    int active = 0;
    for (Holder holder : holders) {
      active += holder.wants().active();
    }
    return active;
  }

  /** A node that has been heard of. */
  Holder holder(long node) {
    return holders.get(find(node));
  }

  /** The node that tells this, where it has joined in the same life; null otherwise. */
  @Nullable Holder known(Refresh refresh) {
    int at = find(refresh.node());
    boolean known =
        at >= 0
            && holders.get(at).incarnation() == refresh.incarnation()
            && holders.get(at).joined()
            && refresh.joined().equals(bond());
    return known ? holders.get(at) : null;
  }

  int find(long node) {
    int low = 0;
    int high = holders.size() - 1;
    while (low <= high) {
      int middle = (low + high) >>> 1;
      int order = Long.compare(holders.get(middle).node(), node);
      if (order == 0) {
        return middle;
      } else if (order < 0) {
        low = middle + 1;
      } else {
        high = middle - 1;
      }
    }
    return -low - 1;
  }

  void put(Holder holder) {
    int at = find(holder.node());
    if (at >= 0) {
      holders.set(at, holder);
    } else {
      holders.add(-at - 1, holder);
    }
  }
}
