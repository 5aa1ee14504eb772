package io.dragoman.quota;

import io.dragoman.quota.Delay.Bound;
import io.dragoman.quota.Holder.Standing;
import io.dragoman.quota.Refresh.Bond;
import io.dragoman.quota.Reply.State;
import io.dragoman.quota.Reply.Status;
import java.util.List;
import java.util.function.Predicate;

/**
 * Who votes for the ledger's owner, and who may. Stateless.
 *
 * <p>A vote is a lease that a node gives to the owner: for as long as it counts, the node votes for
 * no other.
 */
final class Votes {

  /** A voter that was silent for so long is not waited for any longer. */
  private static final long FORGET = 120_000_000_000L;

  private final Rules rules;

  Votes(Rules rules) {
    this.rules = rules;
  }

  /** Whether the owner may grant. */
  boolean majority(Ledger ledger, long now) {
    boolean majority = rules.majority(count(ledger, now, Holder::joined), ledger.voters);
    if (majority) {
      ledger.majorityAt = now;
    }
    return majority;
  }

  /** Whether nodes may join: a majority votes for the owner, or turns to it while it gathers. */
  boolean admits(Ledger ledger, long now) {
    if (ledger.phase == Ledger.Phase.OPEN) {
      return majority(ledger, now);
    }
    ledger.convened |= rules.majority(count(ledger, now, holder -> true), ledger.voters);
    return ledger.convened;
  }

  /** Whether every voter votes for the owner. */
  boolean all(Ledger ledger, long now) {
    return count(ledger, now, Holder::joined) == ledger.voters.nodes().size();
  }

  /** How many of them were in the epoch that this one goes on from, to its end. */
  int remembering(Ledger ledger, long now) {
    return count(ledger, now, holder -> holder.standing() == Standing.CONTINUED);
  }

  /** Whether a node votes for the owner. */
  boolean counts(Ledger ledger, Holder holder, long now) {
    return holder.joined() && fresh(ledger, holder, now);
  }

  /**
   * Whether the epoch can never go on, while another could: a majority is there, but not of nodes
   * that remember this epoch, or the sealed one before it.
   */
  boolean stuck(Ledger ledger, long now) {
    if (!rules.majority(count(ledger, now, holder -> true), ledger.voters)) {
      return false;
    }
    long patience = 2 * rules.timing().vote();
    return switch (ledger.phase) {
      case OPEN -> !majority(ledger, now) && now - ledger.majorityAt > patience;
      case GATHERING ->
          !ledger.continues.equals(Bond.NONE)
              && now - ledger.since > patience
              && !rules.complete(remembering(ledger, now), ledger.voters);
      case SEALED -> false;
    };
  }

  /** Whether a node that holds nothing need not be remembered. */
  boolean forgotten(Ledger ledger, Holder holder, long now) {
    if (holder.standing() == Standing.LEFT && ledger.voters.has(holder.node())) {
      return false;
    }
    long silence = now - holder.vote().from();
    return silence > FORGET || (!holder.joined() && silence > 4 * rules.timing().vote());
  }

  /** Changes the voters by one, if there is reason to and a majority knows of the last change. */
  void change(Ledger ledger, Refresh refresh, long now) {
    Voters voters = ledger.voters;
    int informed =
        count(ledger, now, holder -> holder.joined() && holder.vote().from() >= ledger.votersSince);
    if (!rules.mayChangeVoters(informed, voters)) {
      return;
    }
    if (refresh.leaving() && voters.has(refresh.node()) && voters.nodes().size() > 1) {
      ledger.voters = voters.without(refresh.node());
    } else if (!refresh.leaving() && !voters.has(refresh.node())) {
      ledger.voters = voters.with(refresh.node());
    } else {
      voters.nodes().stream()
          .filter(voter -> lost(ledger, voter, now))
          .findFirst()
          .ifPresent(voter -> ledger.voters = voters.without(voter));
    }
    if (!voters.equals(ledger.voters)) {
      ledger.votersSince = now;
    }
  }

  Status status(Ledger ledger, long now) {
    int votes = count(ledger, now, Holder::joined);
    boolean majority = rules.majority(votes, ledger.voters);
    State state =
        switch (ledger.phase) {
          case SEALED -> State.SEALED;
          case GATHERING -> State.GATHERING;
          case OPEN ->
              !majority
                  ? State.NO_MAJORITY
                  : ledger.unknown.isZero() ? State.NORMAL : State.QUARANTINE;
        };
    long remaining = state == State.QUARANTINE ? ledger.unknownUntil - now : 0;
    return new Status(state, remaining, votes, ledger.voters.majority(), bound(ledger));
  }

  private static Bound bound(Ledger ledger) {
    Amount limit = ledger.ceiling();
    Amount booked = ledger.booked();
    return Scale.of(booked.tokens(), FairShare.WHOLE, limit.tokens())
            > Scale.of(booked.requests(), FairShare.WHOLE, limit.requests())
        ? Bound.TOKENS
        : Bound.REQUESTS;
  }

  private static boolean lost(Ledger ledger, long voter, long now) {
    int at = ledger.find(voter);
    if (at >= 0 && ledger.holders.get(at).standing() == Standing.LEFT) {
      return true;
    }
    long heard =
        at < 0 ? ledger.since : Math.max(ledger.since, ledger.holders.get(at).vote().from());
    return now - heard > FORGET;
  }

  private static int count(Ledger ledger, long now, Predicate<Holder> which) {
    List<Long> voters = ledger.voters.nodes();
    int count = 0;
    int at = 0;
    // Both are in the order of their nodes.
    for (Holder holder : ledger.holders) {
      while (at < voters.size() && voters.get(at) < holder.node()) {
        at++;
      }
      boolean votes = at < voters.size() && voters.get(at) == holder.node();
      if (votes && which.test(holder) && fresh(ledger, holder, now)) {
        count++;
      }
    }
    return count;
  }

  private static boolean fresh(Ledger ledger, Holder holder, long now) {
    long from = holder.vote().from();
    return from >= ledger.votesFrom && now - from < holder.vote().duration();
  }
}
