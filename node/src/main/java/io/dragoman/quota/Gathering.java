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
  private final Books books;

  Gathering(Rules rules, Votes votes, Books books) {
    this.rules = rules;
    this.votes = votes;
    this.books = books;
  }

  /**
   * Whether a node sent this within a vote's length after an answer of this owner: it is no late
   * word of a former life, or of one that has turned to another owner since.
   */
  boolean prompt(Ledger ledger, Refresh refresh, long now) {
    Stamp echo = refresh.echo();
    return echo != null && isValid(ledger, echo) && now - echo.at() < rules.timing().vote();
  }

  private static boolean isValid(Ledger ledger, Stamp stamp) {
    return stamp.bond().equals(ledger.bond()) && stamp.at() > ledger.votesFrom;
  }

  /** Takes note of a node and its vote; answers what it may do about this epoch. */
  Joining hear(Ledger ledger, Refresh refresh, long now) {
    Voters heard = refresh.remembered().voters();
    if (ledger.phase == Phase.GATHERING && heard != null && heard.isNewerThan(ledger.voters)) {
      ledger.voters = heard;
    }
    boolean prompt = prompt(ledger, refresh, now);
    if (!meet(ledger, refresh, prompt, now)) {
      return votes.admits(ledger, now) ? Joining.OPEN : Joining.CLOSED;
    }
    Holder holder = ledger.holder(refresh.node());
    Stamp echo = refresh.echo();
    if (echo != null && isValid(ledger, echo) && refresh.vote() > 0) {
      long vote = Math.min(refresh.vote(), rules.timing().vote());
      boolean knows = rules.knows(refresh.remembered());
      holder = holder.voting(rules.votedFrom(echo.at(), now), vote, knows);
      ledger.put(holder);
    }
    if (holder.joined() || !votes.admits(ledger, now)) {
      return Joining.CLOSED;
    }
    // What a node remembers is only good for as long as its vote: a refresh may come very late.
    boolean joins = prompt && refresh.vote() > 0 && refresh.joined().equals(ledger.bond());
    if (joins && !rules.duplicate(refresh.sequence(), holder.sequence())) {
      boolean continues = refresh.recollection() == null;
      ledger.put(holder.standing(continues ? Standing.CONTINUED : Standing.JOINED));
      return Joining.CLOSED;
    }
    return Joining.OPEN;
  }

  /**
   * Whether this life of a node is known here. A new one takes the place of another when it is
   * surely the later: it has just been answered, and the other one has not been heard for long.
   */
  private boolean meet(Ledger ledger, Refresh refresh, boolean prompt, long now) {
    int at = ledger.find(refresh.node());
    if (at >= 0 && ledger.holders.get(at).incarnation() == refresh.incarnation()) {
      return true;
    }
    if (!prompt || (at >= 0 && votes.heardLately(ledger.holders.get(at), now))) {
      return false;
    }
    if (at >= 0) {
      books.bury(ledger, ledger.holders.get(at));
    }
    ledger.put(Holder.heard(refresh.node(), refresh.incarnation()));
    return true;
  }

  /** Opens the books when a majority has gathered. */
  void open(Ledger ledger, long now) {
    if (ledger.phase == Phase.GATHERING && mayOpen(ledger, now)) {
      if (ledger.beginsAnew()) {
        long lastGrant = lastGrant(ledger, now);
        ledger.unknown = unknown(ledger, lastGrant, now);
        ledger.unknownUntil = rules.unknownUntil(lastGrant);
        ledger.unknownEpoch = ledger.epoch;
      }
      begin(ledger, now);
    }
    if (ledger.phase == Phase.OPEN && ledger.blank && votes.all(ledger, now)) {
      // Every voter is there, and none remembers anything: the cluster starts for the first time.
      ledger.unknown = Amount.ZERO;
      ledger.unknownUntil = now;
    }
  }

  /**
   * The limit is raised: what is unknown was reckoned within the lower one, and may be what a
   * higher one allowed before.
   */
  void raise(Ledger ledger, Amount more, long now) {
    ledger.holders.replaceAll(holder -> holder.raised(more));
    if (now < ledger.unknownUntil && !ledger.beginsAnew()) {
      ledger.unknown = ledger.unknown.plus(more);
    }
  }

  private boolean mayOpen(Ledger ledger, long now) {
    if (!votes.majority(ledger, now)) {
      return false;
    }
    if (!ledger.continues.equals(Bond.NONE)) {
      return votes.complete(ledger, now);
    }
    return !ledger.blank || now >= rules.coldUntil(lastGrant(ledger, now));
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
  private Amount unknown(Ledger ledger, long lastGrant, long now) {
    Amount known = Amount.ZERO;
    Amount most = ledger.limits.amount();
    long last = 0;
    int witnesses = 0;
    for (Holder holder : ledger.holders) {
      Testimony testimony = holder.testimony();
      if (testimony == null || !votes.counts(ledger, holder, now)) {
        continue;
      }
      known = known.plus(testimony.known(lastGrant));
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
