package io.dragoman.quota;

import io.dragoman.quota.Refresh.Bond;
import io.dragoman.quota.Reply.Joining;
import io.dragoman.quota.Reply.State;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * To which epoch of the ledger a node is bound, how it comes to another, and for whom it votes. Not
 * thread-safe.
 */
final class Allegiance {

  /** What joining an epoch means for what the node holds. */
  enum Joined {
    NOT,
    /** The epoch goes on from the one before: so does the lease. */
    GOES_ON,
    /** The lease is given up, and the ledger is to hear what the node remembers. */
    BEGINS_ANEW
  }

  private final Rules rules;
  private HardState state;

  /** The epoch that it has joined in this life. */
  private Bond joined = Bond.NONE;

  /** The one before, and the last vote for that or any other but the present one. */
  private long former;

  private long formerVote;
  private long lastVote;
  private @Nullable Reply last;
  private long heard;

  /** Whether the last reply came from an epoch of which nothing had been heard. */
  private boolean isNew;

  /**
   * @param now the beginning of this life: a vote of the one before may still bind the node
   */
  Allegiance(Rules rules, HardState remembered, long now) {
    this.rules = rules;
    this.state = remembered;
    this.lastVote = now;
  }

  HardState state() {
    return state;
  }

  Bond joined() {
    return joined;
  }

  long former() {
    return former;
  }

  long formerVote() {
    return formerVote;
  }

  /** The last reply, null before the first. */
  @Nullable Reply last() {
    return last;
  }

  /** For how long nothing was heard, in nanoseconds. */
  long sinceHeard(long now) {
    return now - heard;
  }

  /** Takes note of an answer; whether it comes from the epoch that the node has joined. */
  boolean heard(Reply reply, long now) {
    heard = now;
    isNew = last == null || reply.bond().epoch() > last.bond().epoch();
    last = reply;
    boolean own = reply.bond().equals(joined);
    Voters known = state.voters();
    // Without any knowledge only an owner that surely has a majority is to be believed.
    boolean believes = known == null ? own && grants(reply) : reply.voters().isNewerThan(known);
    if (believes) {
      state = new HardState(state.bound(), reply.voters());
    }
    return own;
  }

  private static boolean grants(Reply reply) {
    State ledger = reply.status().state();
    return ledger == State.NORMAL || ledger == State.QUARANTINE || ledger == State.REFUSED;
  }

  /** In how many nanoseconds the node's next refresh is worth sending, were another not due. */
  OptionalLong awaitedIn(long now) {
    if (isNew) {
      return OptionalLong.of(0);
    }
    return isOffered() ? OptionalLong.of(boundFor(now)) : OptionalLong.empty();
  }

  /** Joins the epoch that was last offered, if no earlier vote binds the node any more. */
  Joined join(long now) {
    Reply offer = last;
    if (offer == null || !isOffered() || boundFor(now) > 0) {
      return Joined.NOT;
    }
    boolean continues = goesOn(offer);
    if (!continues) {
      former = joined.epoch();
      formerVote = lastVote;
    }
    joined = offer.bond();
    state = new HardState(joined, state.voters());
    return continues ? Joined.GOES_ON : Joined.BEGINS_ANEW;
  }

  /**
   * Whether the refresh that is sent now is a vote. A node that is offered another epoch votes no
   * more, so that its last vote lapses; nor does one that asks again since nobody answers: its vote
   * would bind the node for longer, and count for no longer than the one before. One that echoes
   * the stamp of an epoch in which the node is not only turns to it.
   */
  boolean votes(boolean leaving, long now) {
    boolean votes = !isOffered() && !leaving && (last == null || rules.mayVote(sinceHeard(now)));
    if (votes && last != null && last.bond().equals(joined)) {
      lastVote = now;
    }
    return votes;
  }

  /**
   * For how long the last vote still binds the node. One for an epoch that its owner has sealed
   * binds nobody any more: that owner grants nothing.
   */
  private long boundFor(long now) {
    return last != null && goesOn(last) ? 0 : rules.boundFor(now - lastVote);
  }

  /**
   * Whether the offered epoch goes on from the one that this node was in last, in this life or the
   * one before: what that one held is in the sealed books.
   */
  private boolean goesOn(Reply offer) {
    Bond latest = joined.equals(Bond.NONE) ? state.bound() : joined;
    return !latest.equals(Bond.NONE) && offer.continues().equals(latest);
  }

  /** A node never goes back; but in a new life it may return to where its last one was. */
  private boolean isOffered() {
    if (last == null || last.joining() != Joining.OPEN || last.bond().equals(joined)) {
      return false;
    }
    return last.bond().epoch() > state.bound().epoch() || last.bond().equals(state.bound());
  }
}
