package io.dragoman.chaos.simulation;

import io.dragoman.quota.Amount;
import io.dragoman.quota.Charge;
import io.dragoman.quota.Ledger;
import io.dragoman.quota.Refresh;
import io.dragoman.quota.Refresh.Bond;
import io.dragoman.quota.Reply;
import io.dragoman.quota.Timing;
import java.util.Collection;
import java.util.HashSet;
import java.util.Set;

/**
 * Holds the invariants, each after every event that can change it. It knows the truth, of which the
 * quota's classes know only what they are told.
 */
final class Checker {

  /** Above so many nodes, what all of them hold is added up only now and then. */
  private static final int MANY = 50;

  private final Timeline time;
  private final Story story;
  private final Upstream upstream;
  private final Hearing hearing;
  private final long lease;
  private final Collection<Machine> machines;

  /** Permitted, and not proven yet to have arrived. */
  private Amount flying = Amount.ZERO;

  /** Proven: may have been counted at any time until then. */
  private final Upstream proven;

  private Bond granting = Bond.NONE;

  /** Those in which an owner granted before. */
  private final Set<Bond> past = new HashSet<>();

  private long grants;

  Checker(
      Timeline time,
      Story story,
      Upstream upstream,
      Amount limit,
      Charge charge,
      Timing timing,
      Collection<Machine> machines) {
    this.time = time;
    this.story = story;
    this.upstream = upstream;
    this.hearing = new Hearing(time, limit, timing.window());
    this.proven = new Upstream(limit, timing.window(), charge);
    this.lease =
        timing.lease()
            + timing.lease() / 1_000; // A clock that is too slow by 500 ppm, and to spare.
    this.machines = machines;
  }

  /** A request reaches the upstream: the rolling window must be within the limit. */
  void arrived(int tokens) {
    if (!upstream.arrive(time.now(), tokens)) {
      story.violation("the upstream counts %s, over the limit", upstream.counted(time.now()));
    }
  }

  /** The first byte of its answer is on the way, or it has arrived and never will be answered. */
  void proven(int tokens) {
    flying = flying.minus(Amount.of(1, tokens));
    proven.arrive(time.now(), tokens);
  }

  /** The last byte of its answer is on the way, or would have been by now. */
  void completed(int reserved, int used) {
    upstream.complete(time.now(), reserved, used);
    proven.complete(time.now(), reserved, used);
  }

  /** A node permits a request: on a lease that has surely not lapsed. */
  void permitted(Machine machine, Amount amount, long leaseAge) {
    flying = flying.plus(amount);
    if (leaseAge > lease) {
      story.violation(
          "node %d spends a lease that it asked for %.3f s ago",
          machine.node(), (double) leaseAge / Timeline.SECOND);
    }
  }

  /** After every change on a node: granted = spent + returned + burned + outstanding. */
  void balanced(Machine machine, Account account, Amount outstanding) {
    if (!account.balances(outstanding) || !outstanding.covers(Amount.ZERO)) {
      story.violation(
          "node %d has %s left, which does not fit to: %s", machine.node(), outstanding, account);
    }
  }

  /** An owner answers a refresh. */
  void answered(Machine owner, Ledger ledger, Refresh refresh, Reply reply) {
    hearing.answers(refresh, reply);
    if (reply.granted().isZero()) {
      return;
    }
    Bond bond = reply.stamp().bond();
    oneOwner(owner, bond);
    withinLimit(owner, hearing.ceiling(bond), ledger.booked(), reply.granted());
    if (hearing.isRefused(bond)) {
      story.violation(
          "node %d grants %s, though it knows that the upstream refuses",
          owner.node(), reply.granted());
    }
    if (grants++ % (1 + machines.size() / MANY) == 0) {
      booksCover(owner, ledger);
    }
  }

  /** Nothing is granted of what is used up already. */
  private void withinLimit(Machine owner, Amount limit, Amount booked, Amount granted) {
    boolean over =
        (granted.requests() > 0 && booked.requests() > limit.requests())
            || (granted.tokens() > 0 && booked.tokens() > limit.tokens());
    if (over) {
      story.violation(
          "node %d grants %s and has booked %s of %s", owner.node(), granted, booked, limit);
    }
  }

  /** Once another has granted, an owner must never grant again in the same epoch of its. */
  private void oneOwner(Machine owner, Bond bond) {
    if (bond.equals(granting)) {
      return;
    }
    past.add(granting);
    if (past.contains(bond)) {
      story.violation(
          "node %d grants in epoch %d, after another owner has granted in epoch %d",
          owner.node(), bond.epoch(), granting.epoch());
    }
    granting = bond;
  }

  /** The ledger that grants must know of all that may count, now or later. */
  private void booksCover(Machine owner, Ledger ledger) {
    Amount truth = proven.counted(time.now()).plus(flying);
    for (Machine machine : machines) {
      truth = truth.plus(machine.unspent());
    }
    if (!ledger.booked().covers(truth)) {
      story.violation(
          "node %d has booked %s, while %s count or may", owner.node(), ledger.booked(), truth);
    }
  }
}
