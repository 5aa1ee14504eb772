package io.dragoman.quota;

import io.dragoman.quota.Reply.State;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * A node's side of the ledger: it holds the lease, knows what is in flight and what it did within
 * the last window, and votes. Not thread-safe; nothing here reads a clock.
 *
 * <p>What it holds is always {@code granted = spent + returned + held}, where spent requests are in
 * flight until they land.
 */
public final class Lessee {
  private final long node;
  private final long incarnation;
  private final Rules rules;
  private final Timing timing;
  private final Charge charge;

  private final LocalLease lease;
  private final Allegiance allegiance;
  private final InFlight inFlight = new InFlight();
  private final Landings landings = new Landings();
  private final History proven;

  private long sequence;
  private long answered;
  private Moment sent;

  /** The last epoch that was seen open, what it had booked then, and when that was asked. */
  private long opened;

  private Amount booked = Amount.ZERO;
  private long bookedSince;

  /** Whether a new ledger is still to hear what this node remembers. */
  private boolean remembers;

  /** From here on, and since {@code woken} at least, the machine has not been suspended. */
  private Moment awake;

  private long woken;

  /**
   * What the ledger has not confirmed to know of the upstream, since when, and the refresh that
   * told it last.
   */
  private @Nullable Evidence evidence;

  private long evidenceSince;
  private long toldEvidence;
  private long level;

  /**
   * @param node the node's lasting identity
   * @param incarnation this life of it
   * @param remembered what its former life stored last
   * @param now its beginning: a former life's vote may still bind it
   */
  public Lessee(
      long node, long incarnation, HardState remembered, Rules rules, Charge charge, Moment now) {
    this.node = node;
    this.incarnation = incarnation;
    this.rules = rules;
    this.timing = rules.timing();
    this.charge = charge;
    this.lease = new LocalLease(rules, now);
    this.allegiance = new Allegiance(rules, remembered, now.monotonic());
    this.proven = new History(rules.memory());
    this.sent = now;
    this.awake = now;
    this.woken = now.monotonic();
  }

  // Permits.

  /**
   * Spends one request of the lease.
   *
   * @param reserved its tokens, an upper bound
   * @return the permit's id, or -1 if the lease does not cover it
   */
  public long spend(long reserved, Moment now) {
    return lease.spend(reserved, now) ? inFlight.add(now.monotonic(), reserved) : -1;
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
    if (rules.isKnownAtOnce(charge)) {
      inFlight.close(permit);
      land(proof, new Amount(Amount.REQUEST, rules.charged(charge, reserved, 0)));
    } else {
      land(proof, new Amount(Amount.REQUEST, 0));
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
  public void giveBack(long permit) {
    if (inFlight.isOpen(permit) && !inFlight.isProven(permit)) {
      lease.giveBack(inFlight.tokens(permit));
      inFlight.close(permit);
    }
  }

  /**
   * What the upstream said of the quota; told until the ledger has confirmed to know it. A refusal
   * goes ahead of what came with answers, and of refusals the one that ends last.
   */
  public void observed(Evidence said, Moment now) {
    long age = now.monotonic() - evidenceSince;
    if (evidence == null || said.refusal() >= evidence.refusal() - age) {
      evidence = said;
      evidenceSince = now.monotonic();
      toldEvidence = 0;
    }
  }

  private void land(long at, Amount amount) {
    landings.add(at, amount);
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
    return lease.holds(now);
  }

  /** For how long anything of it may be spent, in nanoseconds, unless it is renewed. */
  public long lasts(Moment now) {
    return lease.lasts(now);
  }

  /** What the lease still covers, if it holds. */
  public Amount unspent() {
    return lease.unspent();
  }

  /** What was spent and has not landed. */
  public Amount flying() {
    return inFlight.held();
  }

  /** Gives back a part of the lease with the next refresh. */
  public void release(Amount kept) {
    lease.release(kept);
  }

  /** The fair level of the epoch that it is in: its rise is what a session that waits was given. */
  long level() {
    return level;
  }

  /** The last reply, null before the first. */
  public @Nullable Reply last() {
    return allegiance.last();
  }

  /** The age of the last reply, in nanoseconds. */
  long sinceReply(Moment now) {
    return allegiance.sinceHeard(now.monotonic());
  }

  // Refreshing.

  /** Tells the ledger all that counts; from now on, earlier replies mean nothing. */
  public Refresh refresh(Wants wants, boolean leaving, Moment now) {
    if (!holds(now)) {
      release(Amount.ZERO);
    }
    watch(now);
    expire(now.monotonic());
    join(now.monotonic());
    sequence++;
    sent = now;
    toldEvidence = sequence;
    boolean votes = allegiance.votes(leaving, now.monotonic());
    Reply last = allegiance.last();
    return new Refresh(
        node,
        incarnation,
        sequence,
        timing,
        allegiance.joined(),
        allegiance.state(),
        last == null ? null : last.stamp(),
        votes ? timing.vote() : 0,
        unspent().plus(inFlight.held()),
        landings.tell(sequence, now.monotonic()),
        remembers ? recollection(now.monotonic()) : null,
        wants,
        evidence,
        leaving,
        last == null ? 0 : allegiance.sinceHeard(now.monotonic()));
  }

  /** Takes the first answer to the latest refresh; any other is ignored. */
  public void replied(Reply reply, Moment now) {
    if (reply.incarnation() != incarnation
        || reply.sequence() != sequence
        || answered == sequence) {
      return;
    }
    answered = sequence;
    if (!allegiance.heard(reply, now.monotonic()) || !reply.known()) {
      return;
    }
    landings.confirmed(sequence);
    if (toldEvidence == sequence) {
      evidence = null;
    }
    boolean gathering = reply.status().state() == State.GATHERING;
    remembers &= gathering;
    if (!gathering) {
      opened = reply.bond().epoch();
      booked = reply.booked();
      bookedSince = sent.monotonic();
    }
    lease.renew(reply.lease(), sent, now);
    lease.add(reply.granted(), now);
    level = reply.level();
  }

  /**
   * In how many nanoseconds a new ledger waits for this node's next refresh, so that it is worth
   * sending then: at once when the node hears of the epoch, and as soon as its last vote has
   * lapsed. Empty where nobody waits for it.
   */
  public OptionalLong awaitedIn(Moment now) {
    return allegiance.awaitedIn(now.monotonic());
  }

  private void join(long now) {
    Allegiance.Joined how = allegiance.join(now);
    Reply offer = allegiance.last();
    if (offer == null || how == Allegiance.Joined.NOT) {
      return;
    }
    if (how == Allegiance.Joined.BEGINS_ANEW) {
      lease.end();
      landings.forget();
      remembers = true;
    }
    level = offer.level();
  }

  /** Notes when the machine was suspended: all that is older than that is older than it seems. */
  private void watch(Moment now) {
    if (rules.voidsAges(awake, now)) {
      woken = now.monotonic();
      awake = now;
    } else if (rules.isDueForAges(awake, now)) {
      awake = now;
    }
  }

  private Recollection recollection(long now) {
    return new Recollection(
        allegiance.former(),
        opened,
        booked,
        now - bookedSince,
        now - allegiance.formerVote(),
        now - woken,
        proven.told(now));
  }
}
