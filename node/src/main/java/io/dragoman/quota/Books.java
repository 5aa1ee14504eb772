package io.dragoman.quota;

import io.dragoman.quota.Evidence.Headers;
import io.dragoman.quota.Evidence.Refusal;
import io.dragoman.quota.Holder.Standing;
import io.dragoman.quota.Recollection.Aged;
import io.dragoman.quota.Refresh.Landing;
import io.dragoman.quota.Refresh.Stamp;

/** Keeps a ledger's entries true: what nodes tell is booked, and what has ended is let go. */
final class Books {
  private final Rules rules;
  private final Votes votes;

  Books(Rules rules, Votes votes) {
    this.rules = rules;
    this.votes = votes;
  }

  /** Time has passed. */
  void settle(Ledger ledger, long now) {
    ledger.bookings = ledger.bookings.at(now);
    if (now >= ledger.unknownUntil) {
      ledger.unknown = Amount.ZERO;
    }
    if (now >= ledger.foreignUntil) {
      ledger.foreign = Amount.ZERO;
    }
    if (now >= ledger.capUntil) {
      cap(ledger, Ledger.UNCAPPED, now);
    }
    ledger.holders.removeIf(
        holder -> now >= rules.silentUntil(holder.lease().end()) && votes.forgotten(holder, now));
    ledger.holders.replaceAll(holder -> settled(holder, now));
  }

  private Holder settled(Holder holder, long now) {
    if (now < holder.lease().end()) {
      return holder;
    }
    Holder idle = holder.wants().equals(Wants.NOTHING) ? holder : holder.wanting(Wants.NOTHING, 0);
    boolean lapsed = now >= rules.silentUntil(holder.lease().end());
    return lapsed && !idle.held().isZero() ? idle.holding(Amount.ZERO) : idle;
  }

  /** What the upstream said of the quota can only shrink what is granted. */
  void learn(Ledger ledger, Evidence evidence, long now) {
    switch (evidence) {
      case Refusal(long retryAfter) ->
          ledger.refusedUntil = Math.max(ledger.refusedUntil, now + retryAfter);
      case Headers headers -> {
        cap(ledger, headers.cap(ledger.cap), now);
        ledger.capUntil = now + rules.timing().window();
        // Books that begin anew lack the cluster's own use until a majority has told it.
        if (!ledger.beginsAnew()) {
          Amount room = ledger.ceiling().minus(ledger.booked()).plus(ledger.foreign).orZero();
          ledger.foreign = room.minus(headers.remaining()).orZero();
          ledger.foreignUntil = now + headers.lapse();
        }
      }
    }
  }

  /** What was granted at another pace than the new one neither adds to it nor takes from it. */
  private void cap(Ledger ledger, Amount cap, long now) {
    long since = now - ledger.pacedFrom;
    Amount before = rules.paced(ledger.perWindow(), since);
    ledger.cap = cap;
    ledger.paced = ledger.paced.plus(rules.paced(ledger.perWindow(), since)).minus(before);
  }

  /** A node is there in a new life: what its last one held may still arrive. */
  void bury(Ledger ledger, Holder former) {
    ledger.bookings = ledger.bookings.with(rules.silentUntil(former.lease().end()), former.held());
  }

  /** Takes in all that a node in this epoch tells; answers what it gives back unspent. */
  Amount book(Ledger ledger, Refresh refresh, long now) {
    Holder holder = ledger.holder(refresh.node());
    Recollection recollection = refresh.recollection();
    Amount unspent = Amount.ZERO;
    if (holder.standing() == Standing.JOINED && recollection != null) {
      recall(ledger, refresh, recollection, now);
      holder = holder.standing(Standing.BOOKED);
    } else {
      unspent = holder.held().minus(refresh.held());
      for (Landing landing : refresh.landed()) {
        if (landing.sequence() > holder.sequence()) {
          book(ledger, landing.age(), landing.amount(), now);
          unspent = unspent.minus(landing.amount());
        }
      }
    }
    if (ledger.phase == Ledger.Phase.GATHERING && recollection != null) {
      holder =
          holder.testifying(
              recollection.testimony(
                  refresh.held(), ledger.limits, rules, told(holder, refresh), now));
    }
    if (refresh.leaving()) {
      holder = holder.standing(Standing.LEFT);
    }
    ledger.put(holder.told(refresh.sequence(), refresh.held(), rules.leaseEnd(now)));
    return unspent.orZero();
  }

  /**
   * Books what a node remembers; but where the unknown is about to be held back, not what that
   * surely covers.
   */
  private void recall(Ledger ledger, Refresh refresh, Recollection recollection, long now) {
    boolean covered = ledger.beginsAnew();
    for (Aged aged : recollection.proven()) {
      if (!covered || recollection.isTrueAge(aged, rules)) {
        book(ledger, aged.age(), aged.amount(), now);
      }
    }
    ledger.blank &= !rules.knows(refresh.remembered());
    // Once for each life, and never of a node that was reckoned with when the unknown was.
    Holder holder = ledger.holder(refresh.node());
    boolean first = holder.sequence() == 0;
    if (!ledger.beginsAnew() && first && recollection.opened() < ledger.unknownEpoch) {
      long lastGrant = rules.lastGrant(ledger.unknownUntil);
      Amount sure = recollection.sure(rules, told(holder, refresh), lastGrant);
      Amount known = sure.plus(refresh.held());
      ledger.unknown = ledger.unknown.minus(known).orZero();
    }
  }

  /** When a node sent what it tells, or before, by this clock. A later vote may have come first. */
  private long told(Holder holder, Refresh refresh) {
    Stamp echo = refresh.echo();
    long voted = holder.vote().from();
    return rules.told(echo == null ? voted : Math.min(voted, echo.at()), refresh.echoAge());
  }

  private void book(Ledger ledger, long age, Amount amount, long now) {
    long until = rules.bookedUntil(now, age);
    if (until > now) {
      ledger.bookings = ledger.bookings.with(until, amount);
    }
  }
}
