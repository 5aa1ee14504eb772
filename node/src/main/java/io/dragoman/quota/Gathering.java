package io.dragoman.quota;

import io.dragoman.quota.Holder.Standing;
import io.dragoman.quota.Holder.Testimony;
import io.dragoman.quota.Ledger.Phase;
import io.dragoman.quota.Refresh.Bond;
import io.dragoman.quota.Refresh.Stamp;
import io.dragoman.quota.Reply.Joining;

/** How nodes come to a ledger, and how a majority of them opens it. Stateless. */
final class Gathering {
  private final Rules rules;
  private final Votes votes;

  Gathering(Rules rules, Votes votes) {
    this.rules = rules;
    this.votes = votes;
  }

  /** Takes note of a node and its vote; answers what it may do about this epoch. */
  Joining hear(Ledger ledger, Refresh refresh, long now) {
    Voters heard = refresh.voters();
    if (ledger.phase == Phase.GATHERING && heard != null && heard.isNewerThan(ledger.voters)) {
      ledger.voters = heard;
    }
    Holder holder = ledger.holder(refresh.node());
    Stamp echo = refresh.echo();
    boolean counts =
        echo != null && echo.bond().equals(ledger.bond()) && echo.at() >= ledger.votesFrom;
    if (echo != null && counts) {
      holder = holder.voting(rules.votedFrom(echo.at(), now), refresh.vote());
      ledger.put(holder);
    }
    if (holder.joined() || !votes.admits(ledger, now)) {
      return Joining.CLOSED;
    }
    // What a node remembers is only good for as long as its vote: a refresh may come very late.
    boolean prompt = echo != null && counts && now - echo.at() < refresh.vote();
    if (prompt && refresh.joined().equals(ledger.bond())) {
      boolean continues = refresh.recollection() == null;
      ledger.put(holder.standing(continues ? Standing.CONTINUED : Standing.JOINED));
      return Joining.CLOSED;
    }
    return Joining.OPEN;
  }

  /** Opens the books when a majority has gathered. */
  void open(Ledger ledger, long now) {
    if (ledger.phase == Phase.GATHERING && mayOpen(ledger, now)) {
      if (ledger.continues.equals(Bond.NONE)) {
        ledger.unknown = unknown(ledger, now);
        ledger.unknownUntil = rules.unknownUntil(lastGrant(ledger, now));
      }
      begin(ledger, now);
    }
    if (ledger.phase == Phase.OPEN && ledger.blank && votes.all(ledger, now)) {
      // Every voter is there, and none remembers anything: the whole cluster has just started.
      ledger.unknown = Amount.ZERO;
    }
  }

  private boolean mayOpen(Ledger ledger, long now) {
    if (!votes.majority(ledger, now)) {
      return false;
    }
    if (!ledger.continues.equals(Bond.NONE)) {
      return rules.complete(votes.remembering(ledger, now), ledger.voters);
    }
    return !ledger.blank || now >= rules.coldUntil(ledger.since);
  }

  private static void begin(Ledger ledger, long now) {
    ledger.phase = Phase.OPEN;
    ledger.since = now;
    ledger.voters = ledger.voters.in(ledger.epoch);
    ledger.votersSince = now;
    ledger.majorityAt = now;
    ledger.paced = Amount.ZERO;
    ledger.pacedFrom = now;
    ledger.holders.replaceAll(holder -> holder.testifying(null));
  }

  /**
   * What may count and no node that votes remembers. A majority was in the last epoch that granted
   * anything, so among a majority that remembers there is a node that was in it, or in a later one.
   * A node that has started since remembers nothing, and is no such witness.
   */
  private Amount unknown(Ledger ledger, long now) {
    Amount known = Amount.ZERO;
    Amount most = ledger.limits.amount();
    long last = 0;
    int witnesses = 0;
    for (Holder holder : ledger.holders) {
      Testimony testimony = holder.testimony();
      if (testimony == null || !votes.counts(ledger, holder, now)) {
        continue;
      }
      known = known.plus(testimony.known());
      if (testimony.epoch() > 0 && ledger.voters.has(holder.node())) {
        witnesses++;
      }
      if (testimony.epoch() > last) {
        last = testimony.epoch();
        most = testimony.most();
      } else if (testimony.epoch() == last) {
        most = most.min(testimony.most());
      }
    }
    boolean surely = rules.witnessed(witnesses, ledger.voters);
    return rules.unknown(surely ? most : ledger.limits.amount(), known);
  }

  /** When any other owner can have granted anything for the last time. */
  private long lastGrant(Ledger ledger, long now) {
    long last = Holder.NEVER;
    for (Holder holder : ledger.holders) {
      if (votes.counts(ledger, holder, now)) {
        Testimony testimony = holder.testimony();
        last = Math.max(last, testimony == null ? now : testimony.votedUntil());
      }
    }
    return Math.min(now, last);
  }
}
