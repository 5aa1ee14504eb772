package io.dragoman.quota;

import io.dragoman.quota.Holder.Standing;
import io.dragoman.quota.Refresh.Bond;
import io.dragoman.quota.Reply.State;
import io.dragoman.quota.Reply.Status;
import java.util.Comparator;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * Who votes for the ledger's owner, and who may. Stateless.
 *
 * <p>A vote is a lease that a node gives to the owner: for as long as it counts, the node votes for
 * no other.
 */
final class Votes {

  /** Nobody waits any longer for a node that was silent for so long. */
  private static final long FORGET = 120_000_000_000L;

  private final Rules rules;

  Votes(Rules rules) {
    this.rules = rules;
  }

  /** Whether the owner may grant. */
  boolean majority(Ledger ledger, long now) {
    boolean majority = agree(ledger, now, Holder::joined);
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
    ledger.convened |= agree(ledger, now, holder -> true);
    return ledger.convened;
  }

  /** Whether every voter votes for the owner. */
  boolean all(Ledger ledger, long now) {
    return count(ledger, now, Holder::joined) == ledger.voters.nodes().size();
  }

  /** Whether a majority was in the epoch that this one goes on from, to its end. */
  boolean complete(Ledger ledger, long now) {
    int remembering = count(ledger, now, holder -> holder.standing() == Standing.CONTINUED);
    return rules.complete(remembering, ledger.voters);
  }

  /** Whether a node votes for the owner. */
  boolean counts(Ledger ledger, Holder holder, long now) {
    return holder.joined() && fresh(ledger, holder, now);
  }

  /** Whether a node has been heard within the length of a vote. */
  boolean heardLately(Holder holder, long now) {
    return now - holder.vote().from() < rules.timing().vote();
  }

  /**
   * Whether the epoch can never go on, while another could: a majority is there, but not of nodes
   * that remember this epoch, or the sealed one before it.
   */
  boolean stuck(Ledger ledger, long now) {
    if (!agree(ledger, now, holder -> true)) {
      return false;
    }
    long patience = 2 * rules.timing().vote();
    return switch (ledger.phase) {
      case OPEN -> !majority(ledger, now) && now - ledger.majorityAt > patience;
      case GATHERING ->
          !ledger.continues.equals(Bond.NONE)
              && now - ledger.since > patience
              && !complete(ledger, now);
      case SEALED -> false;
    };
  }

  /** Whether a node that holds nothing need not be remembered. */
  boolean forgotten(Holder holder, long now) {
    long silence = now - holder.vote().from();
    return silence > (holder.joined() ? FORGET : 4 * rules.timing().vote());
  }

  /**
   * Takes the voters a step nearer to those that are configured, if a majority knows of the last
   * step, and the next voters have a majority as well. A node becomes a voter only when it is there
   * and knows of the others; and none is taken off while a configured one is still to come in its
   * place, those first that are not there.
   */
  void change(Ledger ledger, Voters configured, long now) {
    Voters voters = ledger.voters;
    int informed =
        count(
            ledger,
            voters,
            now,
            holder -> knowing(holder) && holder.vote().from() > ledger.votersSince);
    if (voters.nodes().equals(configured.nodes()) || !rules.mayChangeVoters(informed, voters)) {
      return;
    }
    Stream<Voters> joining =
        ledger.holders.stream()
            .filter(holder -> knowing(holder) && fresh(ledger, holder, now))
            .map(Holder::node)
            .filter(node -> configured.has(node) && !voters.has(node))
            .map(voters::with);
    boolean complete =
        voters.nodes().containsAll(configured.nodes())
            || voters.nodes().size() > configured.nodes().size();
    Stream<Voters> going =
        voters.nodes().stream()
            .filter(node -> complete && !configured.has(node))
            .sorted(Comparator.comparing(node -> isThere(ledger, node, now)))
            .map(voters::without);
    Stream.concat(joining, going)
        .filter(next -> rules.majority(count(ledger, next, now, Votes::knowing), next))
        .findFirst()
        .ifPresent(
            next -> {
              ledger.voters = next;
              ledger.votersSince = now;
            });
  }

  private static boolean isThere(Ledger ledger, long node, long now) {
    int at = ledger.find(node);
    return at >= 0 && fresh(ledger, ledger.holders.get(at), now);
  }

  private static boolean knowing(Holder holder) {
    return holder.joined() && holder.vote().knows();
  }

  Status status(Ledger ledger, long now) {
    boolean majority = agree(ledger, now, Holder::joined);
    State state =
        switch (ledger.phase) {
          case SEALED -> State.SEALED;
          case GATHERING -> State.GATHERING;
          case OPEN -> majority ? open(ledger, now) : State.NO_MAJORITY;
        };
    long remaining =
        switch (state) {
          case QUARANTINE -> ledger.unknownUntil - now;
          case REFUSED -> ledger.refusedUntil - now;
          default -> 0;
        };
    int votes =
        all(ledger, now) ? ledger.voters.nodes().size() : count(ledger, now, Votes::knowing);
    return new Status(state, remaining, votes, needed(ledger, now), ledger.scarcity());
  }

  private static State open(Ledger ledger, long now) {
    if (now < ledger.refusedUntil) {
      return State.REFUSED;
    }
    return ledger.unknown.isZero() ? State.NORMAL : State.QUARANTINE;
  }

  /** How many votes it takes: all where too few of those that are there remember anything. */
  private int needed(Ledger ledger, long now) {
    int all = ledger.voters.nodes().size();
    int strangers = count(ledger, now, holder -> !holder.vote().knows());
    int majority = ledger.voters.majority();
    return all - strangers < majority ? all : majority;
  }

  /** Whether a majority is among these, or every voter: then there is none elsewhere. */
  private boolean agree(Ledger ledger, long now, Predicate<Holder> which) {
    int knowing = count(ledger, now, holder -> holder.vote().knows() && which.test(holder));
    return rules.majority(knowing, ledger.voters)
        || count(ledger, now, which) == ledger.voters.nodes().size();
  }

  private static int count(Ledger ledger, long now, Predicate<Holder> which) {
    return count(ledger, ledger.voters, now, which);
  }

  private static int count(Ledger ledger, Voters among, long now, Predicate<Holder> which) {
    List<Long> voters = among.nodes();
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
    return from > ledger.votesFrom && now - from < holder.vote().duration();
  }
}
