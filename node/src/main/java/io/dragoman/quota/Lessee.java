package io.dragoman.quota;

import io.dragoman.quota.Refresh.Bond;
import io.dragoman.quota.Refresh.Landing;
import io.dragoman.quota.Reply.Joining;
import io.dragoman.quota.Reply.State;
import io.dragoman.quota.Reply.Status;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A node's side of the ledger: it holds the lease, knows what is in flight and what it did within
 * the last window, and votes. Not thread-safe; nothing here reads a clock.
 *
 * <p>What it holds is always {@code granted = spent + returned + held}, where spent requests are in
 * flight until they land.
 */
public final class Lessee {
  private static final long NEVER = Long.MIN_VALUE / 2;

  private final long node;
  private final long incarnation;
  private final Rules rules;
  private final Timing timing;
  private final Charge charge;

  private final InFlight inFlight = new InFlight();
  private final History proven;

  /** What has landed since the last refresh; ages are kept as moments. */
  private final List<Landing> fresh = new ArrayList<>();

  /** What refreshes told, and no reply has confirmed; the ages are moments as well. */
  private final List<Landing> told = new ArrayList<>();

  private long sequence;
  private Moment sent;
  private Bond joined = Bond.NONE;

  /** The epoch before it, and the last one that was seen open. */
  private long former;

  /** The last vote for that or any other epoch but the present one. */
  private long formerVote;

  private long opened;
  private Amount booked = Amount.ZERO;
  private long bookedSince;

  /** Whether a new ledger is still to hear what this node remembers. */
  private boolean remembers;

  private long lastVote;
  private @Nullable Reply last;

  /** Whether the last reply came from an epoch of which nothing had been heard. */
  private boolean isNew;

  private @Nullable Voters voters;
  private @Nullable Evidence evidence;

  // The lease.
  private long requests;
  private long tokens;
  private long leased = NEVER;
  private long received;
  private long duration;
  private Moment renewed;

  private long level;

  /**
   * @param node the node's lasting identity
   * @param incarnation this life of it
   * @param now its beginning: a former life's vote may still bind it
   */
  public Lessee(long node, long incarnation, Rules rules, Charge charge, Moment now) {
    this.node = node;
    this.incarnation = incarnation;
    this.rules = rules;
    this.timing = rules.timing();
    this.charge = charge;
    this.proven = new History(timing.window() + timing.vote() + timing.network());
    this.lastVote = now.monotonic();
    this.sent = now;
    this.renewed = now;
  }

  // Permits.

  /**
   * Spends one request of the lease.
   *
   * @param reserved its tokens, an upper bound
   * @return the permit's id, or -1 if the lease does not cover it
   */
  public long spend(long reserved, Moment now) {
    if (requests < Amount.REQUEST || tokens < reserved || !holds(now)) {
      return -1;
    }
    requests -= Amount.REQUEST;
    tokens -= reserved;
    return inFlight.add(now.monotonic(), reserved);
  }

  /** The first byte of a response: the request has certainly arrived. */
  public void arrived(long permit, Moment now) {
    if (!inFlight.isOpen(permit) || inFlight.isProven(permit)) {
      return;
    }
    long reserved = inFlight.tokens(permit);
    long flight = now.monotonic() - inFlight.permittedAt(permit);
    long proof = now.monotonic() - rules.proofAge(0, flight);
    inFlight.prove(permit);
    if (charge == Charge.USAGE) {
      land(proof, new Amount(Amount.REQUEST, 0));
    } else {
      inFlight.close(permit);
      land(proof, new Amount(Amount.REQUEST, rules.charged(charge, reserved, 0)));
    }
  }

  /** The usage that the upstream told when the answer was complete. Does nothing without proof. */
  public void completed(long permit, long used, Moment now) {
    if (inFlight.isOpen(permit) && inFlight.isProven(permit)) {
      long reserved = inFlight.tokens(permit);
      inFlight.close(permit);
      land(now.monotonic(), new Amount(0, rules.charged(charge, reserved, used)));
    }
  }

  /** Gives back what was certainly never sent. */
  public void unspent(long permit) {
    if (inFlight.isOpen(permit) && !inFlight.isProven(permit)) {
      requests += Amount.REQUEST;
      tokens += inFlight.tokens(permit);
      inFlight.close(permit);
    }
  }

  /** What the upstream said of the quota; told with the next refresh. */
  public void observed(Evidence said) {
    evidence = said;
  }

  private void land(long at, Amount amount) {
    fresh.add(new Landing(0, at, amount));
    proven.add(at, amount);
  }

  /**
   * What has been in flight for so long that it can no longer arrive may have at the last moment.
   */
  private void expire(long now) {
    long oldest = inFlight.oldest();
    while (oldest >= 0 && now - inFlight.permittedAt(oldest) > rules.arrival()) {
      long at = inFlight.permittedAt(oldest) + rules.arrival();
      Amount amount =
          new Amount(inFlight.isProven(oldest) ? 0 : Amount.REQUEST, inFlight.tokens(oldest));
      inFlight.close(oldest);
      land(at, amount);
      oldest = inFlight.oldest();
    }
  }

  // The lease.

  /** Whether anything of the lease may be spent. */
  public boolean holds(Moment now) {
    return rules.leaseHolds(leased, received, duration, now.monotonic())
        && !rules.voidsLease(renewed, now);
  }

  /** What the lease still covers, if it holds. */
  public Amount unspent() {
    return new Amount(requests, tokens);
  }

  /** What was spent and has not landed. */
  public Amount flying() {
    return inFlight.held();
  }

  /** Gives back a part of the lease with the next refresh. */
  public void release(Amount kept) {
    requests = Math.min(requests, kept.requests());
    tokens = Math.min(tokens, kept.tokens());
  }

  /** The fair level of the epoch that it is in: its rise is what a session that waits was given. */
  long level() {
    return level;
  }

  /** The last reply, null before the first. */
  public @Nullable Reply last() {
    return last;
  }

  /** How the ledger was at the last reply, null before the first. */
  public @Nullable Status status() {
    return last == null ? null : last.status();
  }

  // Refreshing.

  /** Tells the ledger all that counts; from now on, earlier replies mean nothing. */
  public Refresh refresh(Wants wants, boolean leaving, Moment now) {
    if (!holds(now)) {
      release(Amount.ZERO);
    }
    expire(now.monotonic());
    join(now.monotonic());
    sequence++;
    fresh.forEach(landing -> told.add(new Landing(sequence, landing.age(), landing.amount())));
    fresh.clear();
    sent = now;
    // A node that is offered another epoch votes no more, so that its last vote lapses; nor does
    // one that echoes the stamp of an epoch in which it is not: it only turns to it.
    boolean votes = !isOffered() && !leaving;
    if (votes && last != null && last.bond().equals(joined)) {
      lastVote = now.monotonic();
    }
    Evidence said = evidence;
    evidence = null;
    Recollection recollection = remembers ? recollection(now.monotonic()) : null;
    return new Refresh(
        node,
        incarnation,
        sequence,
        joined,
        last == null ? null : last.stamp(),
        votes ? timing.vote() : 0,
        unspent().plus(inFlight.held()),
        told.stream()
            .map(
                landing ->
                    new Landing(
                        landing.sequence(), now.monotonic() - landing.age(), landing.amount()))
            .toList(),
        recollection,
        wants,
        voters,
        said,
        leaving);
  }

  /** Takes the answer to the latest refresh; any other is ignored. */
  public void replied(Reply reply, Moment now) {
    if (reply.sequence() != sequence) {
      return;
    }
    isNew = last == null || reply.bond().epoch() > last.bond().epoch();
    last = reply;
    if (voters == null || reply.voters().isNewerThan(voters)) {
      voters = reply.voters();
    }
    if (!reply.known() || !reply.bond().equals(joined)) {
      return;
    }
    told.removeIf(landing -> landing.sequence() <= reply.sequence());
    boolean gathering = reply.status().state() == State.GATHERING;
    remembers &= gathering;
    if (!gathering) {
      opened = joined.epoch();
      booked = reply.booked();
      bookedSince = sent.monotonic();
    }
    if (reply.lease() > 0) {
      leased = sent.monotonic();
      received = now.monotonic();
      duration = reply.lease();
      renewed = sent;
    }
    if (holds(now)) {
      requests += reply.granted().requests();
      tokens += reply.granted().tokens();
    } else {
      release(Amount.ZERO);
    }
    level = reply.level();
  }

  /**
   * Whether a new ledger waits for this node: its next refresh is worth sending at once. At most
   * twice in each epoch.
   */
  public boolean isAwaited(Moment now) {
    return isNew || mayJoin(now.monotonic());
  }

  /** Joins the epoch that was last offered, if no earlier vote binds it any more. */
  private void join(long now) {
    Reply offer = last;
    if (offer == null || !mayJoin(now)) {
      return;
    }
    if (!goesOn(offer)) {
      release(Amount.ZERO);
      leased = NEVER;
      told.clear();
      remembers = true;
      former = joined.epoch();
      formerVote = lastVote;
    }
    joined = offer.bond();
    level = offer.level();
  }

  /**
   * A vote for an epoch that its owner has sealed binds nobody any more: that owner grants nothing.
   */
  private boolean mayJoin(long now) {
    return last != null && isOffered() && (goesOn(last) || rules.mayVoteAnew(now - lastVote));
  }

  /** Whether the offered epoch goes on from the one that this node is in. */
  private boolean goesOn(Reply offer) {
    return !joined.equals(Bond.NONE) && offer.continues().equals(joined);
  }

  private boolean isOffered() {
    return last != null && last.joining() == Joining.OPEN && last.bond().epoch() > joined.epoch();
  }

  private Recollection recollection(long now) {
    return new Recollection(
        former, opened, booked, now - bookedSince, now - formerVote, proven.told(now));
  }
}
