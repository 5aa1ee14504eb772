package io.dragoman.quota;

import io.dragoman.quota.Ledger.Phase;
import io.dragoman.quota.Refresh.Bond;
import io.dragoman.quota.Refresh.Stamp;
import io.dragoman.quota.Reply.Joining;
import org.jspecify.annotations.Nullable;

/**
 * A process's hand on the ledger: it answers refreshes for as long as the grid lets it own the
 * ledger.
 *
 * <p>The grid does not say truly who owns what: two processes may own copies at once, and a copy
 * may be old. So this process goes on from what it published last itself, whatever copy turns up;
 * and from another's copy only if it was sealed and the nodes confirm that nothing came after.
 * Otherwise a new epoch begins: the nodes give up their leases, vote, and say what they remember;
 * what nobody remembers is held back until it can no longer count.
 *
 * <p>Not thread-safe: one thread at a time, as the grid sees to for one entry; what it is told of
 * the time never goes back.
 */
public final class LedgerKeeper {

  /** What an operation leaves: the ledger to publish, and the answer. */
  public record Outcome(Ledger ledger, Reply reply) {}

  private final long owner;
  private final Rules rules;
  private final Timing timing;
  private final Voters configured;
  private final Limits initial;
  private final Votes votes;
  private final Books books;
  private final Gathering gathering;
  private final Grants grants;

  /** What this process published last. */
  private @Nullable Ledger last;

  /** Of all copies that came here, the one of the latest epoch. */
  private @Nullable Ledger seen;

  /** By how much the clocks drifted, where that has just voided the votes; 0 otherwise. */
  private long drift;

  /** Whether the process is about to end. */
  private boolean retired;

  /**
   * @param owner names this process, unlike any other's at any time
   * @param configured the voters of a cluster that begins; the ledger comes to those of its owner
   *     step by step
   * @param initial the limits of a cluster that begins
   */
  public LedgerKeeper(long owner, Rules rules, Voters configured, Limits initial) {
    this.owner = owner;
    this.rules = rules;
    this.timing = rules.timing();
    this.configured = configured;
    this.initial = initial;
    this.votes = new Votes(rules);
    this.books = new Books(rules, votes);
    this.gathering = new Gathering(rules, votes, books);
    this.grants = new Grants(rules);
  }

  /** Answers a refresh. The ledger is to be published before the answer is sent. */
  public Outcome refresh(@Nullable Ledger copy, Refresh refresh, Moment now) {
    Ledger ledger = own(copy, refresh, now);
    if (ledger.phase == Phase.SEALED) {
      return published(ledger, refresh, Joining.CLOSED, false, Amount.ZERO, now);
    }
    long time = now.monotonic();
    books.settle(ledger, time);
    if (!refresh.timing().equals(timing)) {
      return published(ledger, refresh, Joining.REFUSED, false, Amount.ZERO, now);
    }
    Joining joining = gathering.hear(ledger, refresh, time);
    if (votes.stuck(ledger, time)) {
      anew(ledger, ledger.epoch + 1, now);
      joining = gathering.hear(ledger, refresh, time);
    }
    Holder holder = ledger.known(refresh);
    if (holder == null) {
      return published(ledger, refresh, joining, false, Amount.ZERO, now);
    }
    Amount granted = Amount.ZERO;
    if (!rules.duplicate(refresh.sequence(), holder.sequence())) {
      granted = take(ledger, refresh, time);
    }
    return published(ledger, refresh, joining, true, granted, now);
  }

  /** Takes in what a node tells, and answers what it is granted. */
  private Amount take(Ledger ledger, Refresh refresh, long now) {
    if (refresh.evidence() != null) {
      books.learn(ledger, refresh.evidence(), now);
    }
    grants.returned(ledger, books.book(ledger, refresh, now), now);
    gathering.open(ledger, now);
    if (ledger.phase != Phase.OPEN || !votes.majority(ledger, now)) {
      return Amount.ZERO;
    }
    votes.change(ledger, configured, now);
    return rules.refuses(ledger.refusedUntil, now)
        ? Amount.ZERO
        : grants.grant(ledger, refresh, now);
  }

  /**
   * Closes the books, so that the next owner may go on with them at once.
   *
   * @return the sealed ledger; the copy where this process has no open one
   */
  public Ledger seal(Ledger copy, Moment now) {
    Ledger newest = newest(copy);
    if (newest == null || !isOwn(newest) || newest.phase != Phase.OPEN) {
      return copy;
    }
    Ledger ledger = newest.draft();
    books.settle(ledger, now.monotonic());
    ledger.phase = Phase.SEALED;
    ledger.since = now.monotonic();
    ledger.asOf = now;
    last = ledger;
    return ledger;
  }

  /** The limits that hold; null where this process does not own the ledger, or it is not open. */
  public @Nullable Limits limits(Ledger copy) {
    Ledger newest = newest(copy);
    return newest != null && isOwn(newest) && newest.phase == Phase.OPEN ? newest.limits : null;
  }

  /**
   * Closes the books that this process published last, once the grid has taken them away.
   *
   * @return the sealed ledger; null where this process has no open one
   */
  public @Nullable Ledger seal(Moment now) {
    Ledger open = last;
    return open == null || open.phase != Phase.OPEN ? null : seal(open, now);
  }

  /** The process ends soon: from now on it begins no epoch, nor goes on with anybody's. */
  public void retire() {
    retired = true;
  }

  /**
   * Whether it answers refreshes of such a copy: one that has retired only for its sealed books.
   */
  public boolean answers(@Nullable Ledger copy) {
    Ledger newest = newest(copy);
    return !retired || (newest != null && isOwn(newest) && newest.phase == Phase.SEALED);
  }

  /**
   * The {@link Moment#drift drift} of this machine's clocks, where the last refresh voided all
   * votes for it; 0 otherwise.
   */
  public long drift() {
    return drift;
  }

  /**
   * Sets new limits. What is booked above lower ones is let go as it ends. Where another process
   * owns the ledger nothing changes: only its owner may, once it has answered a refresh.
   */
  public Ledger limit(Ledger copy, Limits limits, Moment now) {
    Ledger newest = newest(copy);
    if (newest == null || !isOwn(newest) || newest.phase == Phase.SEALED) {
      return copy;
    }
    Ledger ledger = newest.draft();
    Amount more = limits.amount().minus(ledger.limits.amount()).orZero();
    gathering.raise(ledger, more, now.monotonic());
    ledger.limits = limits;
    ledger.paced = Amount.ZERO;
    ledger.pacedFrom = now.monotonic();
    last = ledger;
    return ledger;
  }

  // Whose ledger it is.

  private Ledger own(@Nullable Ledger copy, Refresh refresh, Moment now) {
    drift = 0;
    if (copy != null && (seen == null || copy.epoch >= seen.epoch)) {
      seen = copy;
    }
    Ledger newest = newest(copy);
    Ledger ledger;
    if (newest == null) {
      ledger = new Ledger(0, owner, initial, configured, Bookings.none(timing.slot()));
      anew(ledger, refresh.remembered().bound().epoch() + 1, now);
    } else if (!isOwn(newest) || isLeftOver(newest, now)) {
      ledger = takenOver(newest, now);
    } else {
      ledger = newest.draft();
      watch(ledger, now);
    }
    Bond bound = refresh.remembered().bound();
    if (isOvertaken(ledger, bound) && gathering.prompt(ledger, refresh, now.monotonic())) {
      if (seen != null && seen.epoch > ledger.epoch) {
        // An open copy is not to be gone on from, but limits may have been set since this epoch.
        ledger.limits = seen.limits;
      }
      anew(ledger, bound.epoch() + 1, now);
    }
    ledger.asOf = now;
    return ledger;
  }

  /** After a suspension votes may have lapsed unseen; what is booked lasts too long at worst. */
  private void watch(Ledger ledger, Moment now) {
    boolean slept = rules.voidsVotes(ledger.awake, now);
    if (slept) {
      drift = now.drift(ledger.awake);
      ledger.votesFrom = now.monotonic();
    }
    if (slept || rules.isDue(ledger.awake, now)) {
      ledger.awake = now;
    }
  }

  /**
   * What to go on from. Nobody else changes an epoch of this process, so what it published last is
   * the newest of that epoch, whatever copy the grid brings back. While it is open, it gives way
   * only to a later one that was sealed; nodes that are in a later one tell so themselves.
   */
  private @Nullable Ledger newest(@Nullable Ledger copy) {
    if (last == null || copy == null) {
      return last == null ? copy : last;
    }
    if (isOwn(copy)) {
      return rules.rolledBack(copy.version, last.version) ? last : copy;
    }
    boolean isLater = copy.epoch >= last.epoch;
    boolean gives =
        switch (last.phase) {
          case OPEN -> isLater && copy.phase == Phase.SEALED;
          case GATHERING ->
              isLater || (copy.phase == Phase.SEALED && copy.epoch > last.continues.epoch());
          case SEALED -> isLater;
        };
    return gives ? copy : last;
  }

  private boolean isOwn(Ledger ledger) {
    return last != null && ledger.bond().equals(last.bond());
  }

  /** Whether it was sealed here, and nobody has taken it over since. */
  private boolean isLeftOver(Ledger ledger, Moment now) {
    return !retired
        && ledger.phase == Phase.SEALED
        && now.monotonic() - ledger.since > timing.lease();
  }

  /** Whether a node is bound to somebody who came later, or at the same time. */
  private static boolean isOvertaken(Ledger ledger, Bond bound) {
    return bound.epoch() > ledger.epoch
        || (bound.epoch() == ledger.epoch && bound.owner() != ledger.owner);
  }

  private Ledger takenOver(Ledger copy, Moment now) {
    Ledger ledger = copy.draft();
    long then = copy.asOf.monotonic();
    long to = now.monotonic();
    ledger.owner = owner;
    ledger.foreignUntil = to + (copy.foreignUntil - then);
    ledger.refusedUntil = to + (copy.refusedUntil - then);
    ledger.capUntil = to + (copy.capUntil - then);
    if (rules.trusts(copy.phase == Phase.SEALED)) {
      ledger.continues = copy.bond();
      ledger.bookings = copy.bookings.moved(then, to);
      ledger.unknownUntil = to + (copy.unknownUntil - then);
      ledger.holders.replaceAll(holder -> holder.moved(then, to));
      begin(ledger, copy.epoch + 1, now);
    } else {
      ledger.voters = configured;
      anew(ledger, copy.epoch + 1, now);
    }
    return ledger;
  }

  /** Begins an epoch that trusts nothing but what nodes will remember. */
  private void anew(Ledger ledger, long epoch, Moment now) {
    ledger.continues = Bond.NONE;
    ledger.bookings = Bookings.none(timing.slot());
    ledger.holders.clear();
    ledger.unknown = Amount.ZERO;
    ledger.unknownUntil = Long.MAX_VALUE;
    begin(ledger, epoch, now);
  }

  private void begin(Ledger ledger, long epoch, Moment now) {
    // Never one that this process has had: nodes could not tell the two apart.
    ledger.epoch = last == null ? epoch : Math.max(epoch, last.epoch + 1);
    ledger.version = 0;
    ledger.phase = Phase.GATHERING;
    ledger.convened = false;
    ledger.blank = ledger.continues.equals(Bond.NONE);
    ledger.since = now.monotonic();
    ledger.votesFrom = Holder.NEVER;
    ledger.asOf = now;
    ledger.awake = now;
  }

  private Outcome published(
      Ledger ledger, Refresh refresh, Joining joining, boolean known, Amount granted, Moment now) {
    last = ledger;
    // Who may not grant may not renew either: a later owner counts on leases having lapsed.
    boolean renews = ledger.phase == Phase.OPEN && votes.majority(ledger, now.monotonic());
    return new Outcome(
        ledger,
        new Reply(
            refresh.incarnation(),
            refresh.sequence(),
            new Stamp(ledger.bond(), now.monotonic()),
            joining,
            ledger.continues,
            known,
            granted,
            ledger.booked().plus(FairShare.credited(ledger.holders, ledger.level)),
            renews ? timing.lease() : 0,
            ledger.level,
            ledger.active(),
            grants.scarce(ledger),
            ledger.limits,
            ledger.ceiling(),
            ledger.voters,
            votes.status(ledger, now.monotonic()),
            ledger.foreign));
  }
}
