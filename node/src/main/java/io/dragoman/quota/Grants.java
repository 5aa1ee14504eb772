package io.dragoman.quota;

import io.dragoman.quota.Holder.Claim;

/** How much a node is granted at a refresh: what is free, paced, and fairly split. Stateless. */
final class Grants {

  /**
   * So many times what may be saved up makes a window's worth. With more of it, what came in a
   * burst would come in a burst a window later.
   */
  private static final int BURSTS = 120;

  private final Rules rules;

  Grants(Rules rules) {
    this.rules = rules;
  }

  /**
   * Notes what a node wants, shares out what has become free, and gives the node its part.
   *
   * @return what is added to the node's lease
   */
  Amount grant(Ledger ledger, Refresh refresh, long now) {
    int at = ledger.find(refresh.node());
    Wants wants = refresh.leaving() ? Wants.NOTHING : refresh.wants();
    Holder holder = ledger.holders.get(at);
    Amount earned = holder.credit(ledger.level);
    Amount due = earned.min(wants.waiting());
    ledger.paced = ledger.paced.minus(earned.minus(due));
    Wants left = wants.without(due);
    Amount late = left.at(ledger.level - satisfied(holder, ledger.level));
    ledger.paced = ledger.paced.plus(charged(ledger, late));
    holder = holder.wanting(left.without(late), ledger.level).picking(Amount.ZERO.minus(late));
    ledger.holders.set(at, holder);

    Amount room = rules.room(ledger.ceiling(), ledger.booked());
    Amount promised = FairShare.credited(ledger.holders, ledger.level);
    Amount pool = pace(ledger, now).min(room.minus(promised).minus(due)).orZero();
    ledger.level = FairShare.rise(ledger.holders, ledger.level, promised, pool);
    Amount raised = FairShare.credited(ledger.holders, ledger.level).minus(promised);
    Amount credit = holder.credit(ledger.level);
    Amount others = promised.plus(raised).minus(credit);
    Amount picked = fitting(credit, room.minus(others).minus(due));
    Amount spare =
        scarce(ledger) ? Amount.ZERO : spare(ledger, wants.reserve(), pool.minus(raised).orZero());
    ledger.paced = ledger.paced.plus(charged(ledger, raised.plus(spare)));
    Amount granted = rules.fitting(due.plus(picked).plus(spare), room);
    ledger.holders.set(at, holder.picking(picked).holding(holder.held().plus(granted)));
    return granted;
  }

  /**
   * The level up to which a node has been given all that it wanted. What waits there now has come
   * since, so it is given the rise from there on, as if the node had told of it at once; but of no
   * more than one refresh, since the node's last claim began with that.
   */
  private static long satisfied(Holder holder, long level) {
    long mark = holder.mark();
    return mark == Claim.NONE.mark() ? level : Math.min(level, mark + holder.wants().top());
  }

  /**
   * The part of a credit that fits, the same of requests and tokens: one is no use without both.
   */
  private Amount fitting(Amount credit, Amount room) {
    Amount fits = rules.fitting(credit, room);
    if (fits.equals(credit)) {
      return credit;
    }
    return credit.times(
        Math.min(part(fits.requests(), credit.requests()), part(fits.tokens(), credit.tokens())),
        FairShare.WHOLE);
  }

  private static long part(long fits, long credit) {
    return credit == 0 ? FairShare.WHOLE : Scale.of(fits, FairShare.WHOLE, credit);
  }

  /**
   * What a grant takes of the pace. What nodes hold goes round more slowly than in a window, so
   * that the limit lasts until the first of it comes back.
   */
  private static Amount charged(Ledger ledger, Amount granted) {
    Amount held = ledger.held();
    Amount limit = ledger.limits.amount();
    return granted.plus(
        new Amount(
            Scale.of(granted.requests(), held.requests(), limit.requests()),
            Scale.of(granted.tokens(), held.tokens(), limit.tokens())));
  }

  /** Takes back what a node did not use: it may be granted again, as if it never had been. */
  void returned(Ledger ledger, Amount unspent, long now) {
    trim(ledger, now);
    ledger.paced = ledger.paced.minus(unspent);
  }

  /** Whether somebody waits for more than there is. */
  boolean scarce(Ledger ledger) {
    for (Holder holder : ledger.holders) {
      if (ledger.level - holder.mark() < holder.wants().top()) {
        return true;
      }
    }
    return false;
  }

  /** What a node may hold ahead of demand: its part of what nobody waits for. */
  private static Amount spare(Ledger ledger, Amount reserve, Amount left) {
    Amount all = Amount.ZERO;
    for (Holder holder : ledger.holders) {
      all = all.plus(holder.wants().reserve());
    }
    return new Amount(
            all.requests() == 0 ? 0 : Scale.of(left.requests(), reserve.requests(), all.requests()),
            all.tokens() == 0 ? 0 : Scale.of(left.tokens(), reserve.tokens(), all.tokens()))
        .min(reserve);
  }

  /** How much more may be credited now: a window's worth in a window. */
  private Amount pace(Ledger ledger, long now) {
    return rules.paced(ledger.perWindow(), now - ledger.pacedFrom).minus(ledger.paced);
  }

  /** Lets go of all that has been saved up but for {@link #BURSTS half a second's worth}. */
  private void trim(Ledger ledger, long now) {
    Amount limit = ledger.perWindow();
    long window = rules.timing().window();
    long windows = (now - ledger.pacedFrom) / window;
    if (windows > 0) {
      ledger.pacedFrom += windows * window;
      ledger.paced = ledger.paced.minus(limit.times(windows, 1));
    }
    Amount burst = limit.times(1, BURSTS).max(new Amount(Amount.REQUEST, 1));
    ledger.paced = ledger.paced.plus(pace(ledger, now).minus(burst).orZero());
  }
}
