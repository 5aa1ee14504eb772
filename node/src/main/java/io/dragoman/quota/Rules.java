package io.dragoman.quota;

/**
 * Every rule on which the quota's promises rest, each a function of what its holder knows; {@code
 * docs/quota.md} shows why they suffice.
 *
 * <p>Two habits run through them. Whoever holds a promise counts from the earlier moment at which
 * it may have begun, and whoever gave it from the later. And what another machine says of time is a
 * duration, stretched by the most that clocks may differ in rate. Some are told more than they use:
 * what a wrong rule would go by, so that the simulation can try it. Stateless and thread-safe.
 */
public class Rules {

  /** A machine that was suspended for longer notices it. */
  private static final long NOTICED = 100_000_000L;

  /**
   * What may go unnoticed within a window: clocks are compared with a reading that is replaced once
   * a window, so with two of them at most, and by each the two clocks may have drifted 62 ms apart.
   */
  private static final long UNNOTICED = 2 * (NOTICED + 62_000_000L);

  /** A node that was suspended for longer counts on no age from before. */
  private static final long NOTICED_IN_AGES = 40_000_000L;

  /** An owner that was suspended for longer counts no vote from before. */
  private static final long NOTICED_BY_OWNER = 20_000_000L;

  /** For how long an owner compares its clocks with the same reading, at least. */
  private static final long READING = 5_000_000_000L;

  private final Timing timing;
  private final long reading;

  /** For how long a node that tells ages compares its clocks with the same reading. */
  private final long readingOfAges;

  /**
   * What may go unnoticed by an owner while it counts a vote. It compares its clocks with two
   * readings at most meanwhile, and until one is replaced they drift apart by 0.1 %; votes that are
   * not renewed after it was due lapse.
   */
  private final long unnoticedByOwner;

  public Rules(Timing timing) {
    this.timing = timing;
    this.reading = Math.max(READING, timing.vote());
    this.readingOfAges = (timing.window() + timing.lease()) / 2;
    this.unnoticedByOwner = 2 * (NOTICED_BY_OWNER + (reading + timing.vote()) / 1_000);
  }

  public Timing timing() {
    return timing;
  }

  // What the ledger books.

  /**
   * Until when the ledger books a request that has arrived. The upstream may have counted it at any
   * time up to the proof, its first response byte; so it counts until a window after that.
   *
   * @param receipt when the ledger heard of it
   * @param proofAge the age of the proof when the node told it
   */
  public long bookedUntil(long receipt, long proofAge) {
    return receipt - proofAge + Timing.stretched(timing.window());
  }

  /** The age of what proves the arrival: of the first response byte, not of the permit. */
  public long proofAge(long sinceFirstByte, long sincePermit) {
    return sinceFirstByte;
  }

  /** When nothing can be spent any more of a lease that was last renewed at {@code receipt}. */
  public long leaseEnd(long receipt) {
    return receipt + Timing.stretched(timing.lease()) + UNNOTICED;
  }

  /** Until when the ledger books what a silent node held, when its lease ended at that time. */
  public long silentUntil(long leaseEnd) {
    return leaseEnd + Timing.stretched(timing.call() + timing.network() + timing.window());
  }

  /**
   * Until when a new owner holds back what it does not know of: the last lease that any owner
   * before it has granted is over by then.
   *
   * @param lastGrant when that was at the latest
   */
  public long unknownUntil(long lastGrant) {
    return silentUntil(leaseEnd(lastGrant));
  }

  /**
   * When the last vote of a node for another owner has surely lapsed. Each owner needs a majority,
   * and one of any majority is among those who open the next ledger; so no other has granted
   * anything after the last of their votes had lapsed.
   *
   * @param receipt when the ledger heard of it
   * @param voteAge how long before it told so the node had voted
   */
  public long votedUntil(long receipt, long voteAge) {
    return receipt - Timing.shrunk(voteAge) + counted();
  }

  /**
   * When any owner before these books can have granted anything for the last time, at the latest.
   * They may have gone through the hands of several owners since, whose clocks' rates differ, and
   * whose releases must agree on {@link #unknownUntil}: a longer time would seem to begin earlier.
   *
   * @param unknownUntil until when the unknown is held back, which has not come yet
   */
  public long lastGrant(long unknownUntil) {
    return unknownUntil - Timing.shrunk(unknownUntil(0));
  }

  /**
   * For how long a node remembers what has arrived: as long as it may be a part of what a new owner
   * holds back, if the node comes to it at the last moment.
   */
  public long memory() {
    return unknownUntil(timing.window());
  }

  /**
   * What a new owner must hold back: what the last one had booked when it granted for the last
   * time, less what surely was of nodes that have given up their leases.
   *
   * @param booked an upper bound of the former
   * @param known a lower bound of the latter, with what may still arrive of those nodes
   */
  public Amount unknown(Amount booked, Amount known) {
    return booked.minus(known).orZero();
  }

  /** Whether so many nodes that remember an earlier epoch surely know of the last one. */
  public boolean witnessed(int witnesses, Voters voters) {
    return witnesses >= voters.majority();
  }

  /**
   * The most that the last owner can have booked in the end: never more than the limit, and no more
   * than when it last answered and what it may have granted since.
   *
   * @param age how long before it told so the node had asked for that answer
   */
  public Amount bookedAtMost(Amount limit, Amount booked, long age) {
    long since =
        Timing.stretched(age) + UNNOTICED + Timing.stretched(timing.vote()) + timing.window() / 60;
    return booked.plus(paced(limit, since)).plus(Amount.of(1, 0)).min(limit);
  }

  /**
   * When a node sent what it tells, or before.
   *
   * @param stamp the owner's clock when it made the stamp that the node echoes
   * @param echoAge how long before it told so the node had heard it
   */
  public long told(long stamp, long echoAge) {
    return stamp + Timing.shrunk(echoAge);
  }

  /**
   * Until when the last owner surely had a request booked, by the clock of the one who gathers.
   *
   * @param told when the node told it, or before
   * @param proofAge the age of the proof of its arrival then, at most
   */
  public long surelyBookedUntil(long told, long proofAge) {
    return told
        - Timing.stretched(proofAge)
        - unnoticed(proofAge)
        - unnoticedByOwner
        + timing.window();
  }

  /**
   * For how long a node can have been suspended unnoticed while a proof grew that old: it compared
   * its clocks with as many readings as fit into that, and with one at either end.
   */
  private long unnoticed(long proofAge) {
    long readings = proofAge / readingOfAges + 2;
    return readings * (NOTICED_IN_AGES + readingOfAges / 1_000);
  }

  /**
   * Whether an age that a node tells is as high as it may be: the machine's clock stood still while
   * it was suspended.
   *
   * @param awake for how long it has surely not been
   */
  public boolean isTrueAge(long age, long awake) {
    return age <= awake;
  }

  /** Whether the upstream refuses requests until then, so that nothing is granted. */
  public boolean refuses(long until, long now) {
    return now < until;
  }

  /** What may still be granted. Negative in a dimension of which too much is booked. */
  public Amount room(Amount ceiling, Amount booked) {
    return ceiling.minus(booked);
  }

  /** Whether an amount fits into what is left, in both dimensions. */
  public Amount fitting(Amount due, Amount room) {
    return due.min(room.orZero());
  }

  /**
   * How much may have been credited since {@code origin}: a window's worth in a window.
   *
   * @param since nanoseconds since the origin
   */
  public Amount paced(Amount limit, long since) {
    return limit.times(since, timing.window());
  }

  /**
   * Until when a cluster of which no node remembers anything grants nothing: the leases of a former
   * life have lapsed by then. Its last minute is covered by pacing: it was granted no faster than a
   * window's worth in a window, as what follows will be.
   *
   * @param lastGrant when that life can have granted anything for the last time
   */
  public long coldUntil(long lastGrant) {
    return leaseEnd(lastGrant) + Timing.stretched(timing.network());
  }

  // Who owns the ledger.

  /** Whether a copy of an owner's ledger is older than what it published last. */
  public boolean rolledBack(long version, long published) {
    return version < published;
  }

  /**
   * Whether a copy that another process published may be gone on from, where the nodes confirm it:
   * a copy that was not closed may be older than what was granted.
   */
  public boolean trusts(boolean sealed) {
    return sealed;
  }

  /** Whether an owner may grant. */
  public boolean majority(int votes, Voters voters) {
    return votes >= voters.majority();
  }

  /**
   * Whether a voter's vote counts for a majority. One that has lost its memory does not know
   * whether these are the newest voters, nor to whom it was bound: it may follow a majority, and
   * not make one.
   */
  public boolean knows(HardState remembered) {
    return remembered.voters() != null;
  }

  /**
   * From when a vote counts. The node sent it after it had seen the stamp, and is bound from then
   * on, however late the vote came.
   *
   * @param stamp the owner's clock when it made the stamp that the node echoes
   * @param receipt the owner's clock when the vote came
   */
  public long votedFrom(long stamp, long receipt) {
    return stamp;
  }

  /** Whether votes may have lapsed unseen since the owner's last reading: its machine slept. */
  public boolean voidsVotes(Moment before, Moment now) {
    return Math.abs(now.drift(before)) > NOTICED_BY_OWNER;
  }

  /** Whether it is time for another reading of the owner's clocks. */
  public boolean isDue(Moment last, Moment now) {
    return now.monotonic() - last.monotonic() > reading;
  }

  /**
   * Whether a vote is worth sending: it would bind the node for its whole length, and count for
   * less long the older the stamp is. The answer to the last refresh is no older than this.
   *
   * @param sinceStamp since the node heard the stamp that it echoes, from which its owner counts
   */
  public boolean mayVote(long sinceStamp) {
    return 3 * sinceStamp < 5 * timing.refresh();
  }

  /**
   * For how long a node's last vote may still count; 0 if it has surely lapsed, so that the node
   * may vote anew.
   *
   * @param sinceLastVote since it was sent
   */
  public long boundFor(long sinceLastVote) {
    return Math.max(0, counted() + 1 - sinceLastVote);
  }

  /** How long an owner may count a vote after it was sent. */
  private long counted() {
    return Timing.stretched(timing.vote()) + unnoticedByOwner;
  }

  /**
   * Whether a ledger that was handed over is the last one: a majority was in its epoch to the end.
   */
  public boolean complete(int remembering, Voters voters) {
    return remembering >= voters.majority();
  }

  /** Whether voters may change: a majority knows of the last change. */
  public boolean mayChangeVoters(int informed, Voters voters) {
    return informed >= voters.majority();
  }

  /** Whether a refresh came before: operations may run twice, and late. */
  public boolean duplicate(long sequence, long processed) {
    return sequence <= processed;
  }

  // What a node may do.

  /**
   * Whether a lease may still be spent.
   *
   * @param sent when the refresh was sent that was answered with it
   * @param received when the answer came
   * @param lease its duration
   */
  public boolean leaseHolds(long sent, long received, long lease, long now) {
    return now - sent < lease;
  }

  /** Whether a lease that was renewed then is void: the machine may have slept since. */
  public boolean voidsLease(Moment renewed, Moment now) {
    return Math.abs(now.drift(renewed)) > NOTICED;
  }

  /** Whether what a node remembers from before is older than its clock says. */
  public boolean voidsAges(Moment before, Moment now) {
    return Math.abs(now.drift(before)) > NOTICED_IN_AGES;
  }

  /** Whether it is time for another reading of the clocks of a node that tells ages. */
  public boolean isDueForAges(Moment last, Moment now) {
    return now.monotonic() - last.monotonic() > readingOfAges;
  }

  /** Whether it is known what a request is charged when the first byte of its answer is here. */
  public boolean isKnownAtOnce(Charge charge) {
    return charge == Charge.RESERVED;
  }

  /** What is charged of a request's tokens when its usage is known. */
  public long charged(Charge charge, long reserved, long used) {
    return switch (charge) {
      case RESERVED -> reserved;
      case USAGE -> Math.min(reserved, used);
    };
  }

  // Who goes next on a node.

  /** Where a session's counter begins when it wakes: it has no claim to what it did not ask for. */
  public long lifted(long counter, long floor) {
    return Math.max(counter, floor);
  }

  /** A session's counter after a request: a final that went first is repaid by what comes later. */
  public long repaid(long counter, long cost, boolean ahead) {
    return counter + cost;
  }

  /** How long a request that was permitted may still arrive. */
  long arrival() {
    return Timing.stretched(timing.call() + timing.network());
  }
}
