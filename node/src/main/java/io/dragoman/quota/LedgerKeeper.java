package io.dragoman.quota;

import io.dragoman.quota.Holder.Standing;
import io.dragoman.quota.Ledger.Phase;
import io.dragoman.quota.Recollection.Aged;
import io.dragoman.quota.Refresh.Bond;
import io.dragoman.quota.Refresh.Landing;
import io.dragoman.quota.Refresh.Stamp;
import io.dragoman.quota.Reply.Joining;
import org.jspecify.annotations.Nullable;

/**
 * A process's hand on the ledger: it answers refreshes for as long as the grid lets it own the
 * ledger.
 *
 * <p>The grid does not say truly who owns what: two processes may own copies at once, and a copy
 * may be old. So a copy is trusted only if this process itself published it last, or if it was
 * sealed and the nodes confirm that nothing came after. Otherwise a new epoch begins: the nodes
 * give up their leases, vote, and say what they remember; what nobody remembers is held back until
 * it can no longer count.
 *
 * <p>Not thread-safe: one thread at a time, as the grid sees to for one entry.
 */
public final class LedgerKeeper {

  /** What an operation leaves: the ledger to publish, and the answer. */
  public record Outcome(Ledger ledger, Reply reply) {}

  private final long owner;
  private final Rules rules;
  private final Timing timing;
  private final Voters proposed;
  private final Limits initial;
  private final Votes votes;
  private final Grants grants;

  // What this process published last; a copy that differs was changed by others.
  private Bond bond = Bond.NONE;
  private long version;

  /**
   * @param owner names this process, unlike any other's at any time
   * @param proposed the voters of a cluster that has never been; later only the ledger says
   * @param initial its limits
   */
  public LedgerKeeper(long owner, Rules rules, Voters proposed, Limits initial) {
    this.owner = owner;
    this.rules = rules;
    this.timing = rules.timing();
    this.proposed = proposed;
    this.initial = initial;
    this.votes = new Votes(rules);
    this.grants = new Grants(rules);
  }

  /** Answers a refresh. The ledger is to be published before the answer is sent. */
  public Outcome refresh(@Nullable Ledger copy, Refresh refresh, Moment now) {
    Ledger ledger = own(copy, refresh, now);
    if (ledger.phase == Phase.SEALED) {
      return published(ledger, refresh, Joining.CLOSED, false, Amount.ZERO, now);
    }
    settle(ledger, now.monotonic());
    learn(ledger, refresh, now.monotonic());
    Joining joining = hear(ledger, refresh, now.monotonic());
    if (votes.stuck(ledger, now.monotonic())) {
      anew(ledger, ledger.epoch + 1, now);
      joining = hear(ledger, refresh, now.monotonic());
    }
    Holder holder = ledger.holders.get(ledger.find(refresh.node()));
    boolean known = holder.joined() && refresh.joined().equals(ledger.bond());
    Amount granted = Amount.ZERO;
    if (known && !rules.duplicate(refresh.sequence(), holder.sequence())) {
      book(ledger, holder, refresh, now.monotonic());
      open(ledger, now.monotonic());
      if (ledger.phase == Phase.OPEN && votes.majority(ledger, now.monotonic())) {
        votes.change(ledger, refresh, now.monotonic());
        granted = grants.grant(ledger, refresh, now.monotonic());
      }
    }
    return published(ledger, refresh, joining, known, granted, now);
  }

  /** Closes the books, so that the next owner may go on with them at once. */
  public Ledger seal(Ledger copy, Moment now) {
    if (isForeign(copy) || copy.phase != Phase.OPEN) {
      return copy;
    }
    Ledger ledger = copy.draft();
    settle(ledger, now.monotonic());
    ledger.phase = Phase.SEALED;
    ledger.asOf = now;
    remember(ledger);
    return ledger;
  }

  /** Sets new limits. What is booked above lower ones is let go as it ends. */
  public Ledger limit(Ledger copy, Limits limits, Moment now) {
    Ledger ledger = copy.draft();
    ledger.limits = limits;
    if (!isForeign(copy)) {
      ledger.paced = Amount.ZERO;
      ledger.pacedFrom = now.monotonic();
      remember(ledger);
    }
    return ledger;
  }

  // Whose ledger it is.

  private Ledger own(@Nullable Ledger copy, Refresh refresh, Moment now) {
    Ledger ledger;
    if (copy == null) {
      ledger = new Ledger(0, owner, initial, proposed, Bookings.none(timing.slot()));
      ledger.cold = true;
      ledger.blank = true;
      begin(ledger, refresh.joined().epoch() + 1, now);
    } else if (isForeign(copy)) {
      ledger = takenOver(copy, now);
    } else {
      ledger = copy.draft();
      if (rules.voidsVotes(copy.asOf, now)) {
        // Votes may have lapsed unseen; what is booked lasts too long at worst.
        ledger.votesFrom = now.monotonic();
      }
    }
    if (isOvertaken(ledger, refresh.joined())) {
      anew(ledger, refresh.joined().epoch() + 1, now);
    }
    ledger.asOf = now;
    return ledger;
  }

  private boolean isForeign(Ledger copy) {
    return !copy.bond().equals(bond) || rules.rolledBack(copy.version, version);
  }

  /** Whether a node is bound to somebody who came later, or at the same time. */
  private static boolean isOvertaken(Ledger ledger, Bond joined) {
    return joined.epoch() > ledger.epoch
        || (joined.epoch() == ledger.epoch && joined.owner() != ledger.owner);
  }

  private Ledger takenOver(Ledger copy, Moment now) {
    Ledger ledger = copy.draft();
    long then = copy.asOf.monotonic();
    long to = now.monotonic();
    ledger.owner = owner;
    ledger.foreignUntil = to + (copy.foreignUntil - then);
    if (rules.trusts(copy.phase == Phase.SEALED)) {
      ledger.continues = copy.bond();
      ledger.bookings = copy.bookings.moved(then, to);
      ledger.unknownUntil = to + (copy.unknownUntil - then);
      ledger.holders.replaceAll(holder -> holder.moved(then, to));
      begin(ledger, copy.epoch + 1, now);
    } else {
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
    ledger.witnessed = Ledger.NOBODY;
    begin(ledger, epoch, now);
  }

  private void begin(Ledger ledger, long epoch, Moment now) {
    // Never one that this process has had: nodes could not tell the two apart.
    ledger.epoch = Math.max(epoch, bond.epoch() + 1);
    ledger.version = 0;
    ledger.phase = Phase.GATHERING;
    ledger.convened = false;
    ledger.since = now.monotonic();
    ledger.votesFrom = now.monotonic();
    ledger.asOf = now;
  }

  // Time passes.

  private void settle(Ledger ledger, long now) {
    ledger.bookings = ledger.bookings.at(now);
    if (now >= ledger.unknownUntil) {
      ledger.unknown = Amount.ZERO;
    }
    if (now >= ledger.foreignUntil) {
      ledger.foreign = Amount.ZERO;
    }
    ledger.holders.removeIf(
        holder -> now >= rules.silentUntil(holder.leaseEnd()) && votes.forgotten(holder, now));
    ledger.holders.replaceAll(holder -> settled(holder, now));
  }

  private Holder settled(Holder holder, long now) {
    if (now >= rules.silentUntil(holder.leaseEnd())) {
      return holder.holding(Amount.ZERO).wanting(Wants.NOTHING, 0);
    }
    return now >= holder.leaseEnd() ? holder.wanting(Wants.NOTHING, 0) : holder;
  }

  // What a node tells.

  private void learn(Ledger ledger, Refresh refresh, long now) {
    Voters heard = refresh.voters();
    if (ledger.phase == Phase.GATHERING && heard != null && heard.isNewerThan(ledger.voters)) {
      ledger.voters = heard;
    }
    Evidence evidence = refresh.evidence();
    if (evidence != null) {
      ledger.cap = evidence.cap(ledger.cap);
      Amount room = ledger.ceiling().minus(ledger.booked()).plus(ledger.foreign);
      ledger.foreign = room.minus(evidence.remaining()).orZero();
      ledger.foreignUntil = now + evidence.lapse();
    }
  }

  /** Takes note of a node and its vote; answers what it may do about this epoch. */
  private Joining hear(Ledger ledger, Refresh refresh, long now) {
    int at = ledger.find(refresh.node());
    Holder holder =
        at < 0 ? Holder.heard(refresh.node(), refresh.incarnation()) : ledger.holders.get(at);
    if (holder.incarnation() != refresh.incarnation()) {
      // A former life: what it held may still arrive.
      ledger.bookings = ledger.bookings.with(rules.silentUntil(holder.leaseEnd()), holder.held());
      holder = Holder.heard(refresh.node(), refresh.incarnation());
    }
    Stamp echo = refresh.echo();
    if (echo != null && echo.bond().equals(ledger.bond()) && echo.at() >= ledger.votesFrom) {
      holder = holder.voting(rules.votedFrom(echo.at(), now), refresh.vote());
    }
    ledger.put(holder);
    boolean admits = votes.admits(ledger, now);
    if (!holder.joined() && admits && refresh.joined().equals(ledger.bond())) {
      holder =
          holder.standing(refresh.recollection() == null ? Standing.CONTINUED : Standing.JOINED);
    }
    ledger.put(holder);
    if (holder.joined() || !admits) {
      return Joining.CLOSED;
    }
    return Joining.OPEN;
  }

  private void book(Ledger ledger, Holder holder, Refresh refresh, long now) {
    Recollection recollection = refresh.recollection();
    Standing standing = holder.standing();
    if (standing == Standing.JOINED && recollection != null) {
      recall(ledger, recollection, now);
      standing = Standing.BOOKED;
      ledger.cold &= recollection.joined() == 0;
      ledger.blank &= recollection.opened() == 0;
      if (ledger.phase == Phase.OPEN) {
        ledger.unknown = ledger.unknown.minus(sure(refresh, recollection)).orZero();
      }
    } else {
      for (Landing landing : refresh.landed()) {
        if (landing.sequence() > holder.sequence()) {
          book(ledger, landing.age(), landing.amount(), now);
        }
      }
    }
    Holder told =
        holder.told(
            refresh.sequence(),
            refresh.leaving() ? Standing.OUTSIDE : standing,
            refresh.held(),
            rules.leaseEnd(now));
    if (ledger.phase == Phase.GATHERING && recollection != null) {
      told = told.known(sure(refresh, recollection));
      ledger.witness(recollection, rules);
    }
    ledger.put(told);
  }

  /**
   * Books what a node remembers. Where the unknown will be held back, that covers what may count no
   * longer, too: what surely counts of this node is all that must be booked.
   */
  private void recall(Ledger ledger, Recollection recollection, long now) {
    Amount all = Amount.ZERO;
    for (Aged aged : recollection.permitted()) {
      all = all.plus(aged.amount());
    }
    boolean covered =
        ledger.phase == Phase.GATHERING && ledger.continues.equals(Bond.NONE) && !ledger.cold;
    Amount skip = covered ? all.minus(rules.sure(recollection)) : Amount.ZERO;
    for (Aged aged : recollection.proven()) {
      Amount skipped = skip.min(aged.amount());
      skip = skip.minus(skipped);
      book(ledger, aged.age(), aged.amount().minus(skipped), now);
    }
  }

  private void book(Ledger ledger, long age, Amount amount, long now) {
    ledger.bookings = ledger.bookings.with(rules.bookedUntil(now, age), amount);
  }

  /** What surely counts of a node that has given up its lease. */
  private Amount sure(Refresh refresh, Recollection recollection) {
    return rules.sure(recollection).plus(refresh.held());
  }

  /** Opens the books when a majority has gathered. */
  private void open(Ledger ledger, long now) {
    if (ledger.phase != Phase.GATHERING || !votes.majority(ledger, now)) {
      return;
    }
    if (!ledger.continues.equals(Bond.NONE)) {
      if (!rules.complete(votes.remembering(ledger, now), ledger.voters)) {
        return;
      }
    } else if (ledger.cold || (ledger.blank && votes.all(ledger, now))) {
      if (now < rules.coldUntil(ledger.since)) {
        return;
      }
    } else {
      ledger.unknown = rules.unknown(ledger.bookedBefore(), votes.known(ledger, now));
      ledger.unknownUntil = rules.unknownUntil(now);
    }
    ledger.phase = Phase.OPEN;
    ledger.since = now;
    ledger.cold = false;
    ledger.blank = false;
    ledger.voters = ledger.voters.in(ledger.epoch);
    ledger.votersSince = now;
    ledger.majorityAt = now;
    ledger.paced = Amount.ZERO;
    ledger.pacedFrom = now;
    ledger.witnessed = Ledger.NOBODY;
    ledger.holders.replaceAll(holder -> holder.known(Amount.ZERO));
  }

  private Outcome published(
      Ledger ledger, Refresh refresh, Joining joining, boolean known, Amount granted, Moment now) {
    remember(ledger);
    // Who may not grant may not renew either: a later owner counts on leases having lapsed.
    boolean renews = ledger.phase == Phase.OPEN && votes.majority(ledger, now.monotonic());
    return new Outcome(
        ledger,
        new Reply(
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
            ledger.voters,
            votes.status(ledger, now.monotonic())));
  }

  private void remember(Ledger ledger) {
    bond = ledger.bond();
    version = ledger.version;
  }
}
