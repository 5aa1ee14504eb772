package io.dragoman.chaos.simulation;

import io.dragoman.quota.Ledger;
import io.dragoman.quota.LedgerKeeper.Outcome;
import io.dragoman.quota.Refresh;
import io.dragoman.quota.Reply;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/**
 * A data grid at its worst. Every node has its own belief in who owns the ledger, so two may own it
 * at once; backups miss changes and are promoted; operations run twice, or a minute late; replies
 * are lost; and where two halves meet again, an old copy may be what is kept.
 */
final class Grid {
  private static final int RETRIES = 5;

  private final Simulation simulation;
  private final Timeline time;
  private final Chance chance;
  private final Nastiness nastiness;
  private final Network network;
  private final Copies copies;
  private final Map<Integer, Machine> machines;
  private final Beliefs beliefs;
  private final Set<Machine> left = new HashSet<>();

  Grid(Simulation simulation, Network network, Map<Integer, Machine> machines) {
    this.simulation = simulation;
    this.time = simulation.time();
    this.chance = simulation.chance().split();
    this.nastiness = simulation.nastiness();
    this.network = network;
    this.copies = new Copies(time, chance);
    this.machines = machines;
    this.beliefs = new Beliefs(simulation, this, network, machines, chance);
  }

  // Operations.

  /** Carries a refresh to whoever the node takes for the owner; the answer may never come. */
  void refresh(Machine from, Refresh refresh, Consumer<Reply> answer) {
    invoke(from, refresh, answer, RETRIES);
    if (chance.happens(nastiness.doubled())) {
      long late = chance.magnitude(Timeline.MILLISECOND, 60 * Timeline.SECOND);
      time.after(late, () -> invoke(from, refresh, answer, 0));
    }
  }

  private void invoke(Machine from, Refresh refresh, Consumer<Reply> answer, int retries) {
    int target = beliefs.of(from).owner();
    network.send(
        from.node(),
        target,
        () -> {
          Machine machine = machines.get(target);
          if (machine != null) {
            machine.whenRunning(() -> execute(from, machine, refresh, answer, retries));
          }
        });
  }

  private void execute(
      Machine from, Machine target, Refresh refresh, Consumer<Reply> answer, int retries) {
    if (beliefs.of(target).owner() != target.node()) {
      if (retries > 0) {
        time.after(
            chance.between(50, 200) * Timeline.MILLISECOND,
            () -> invoke(from, refresh, answer, retries - 1));
      }
      return;
    }
    Ledger before = copies.of(target.node());
    Outcome outcome = target.keeper().refresh(before, refresh, target.clock().now());
    publish(target, outcome.ledger());
    simulation.answered(target, refresh, outcome);
    network.send(target.node(), from.node(), () -> answer.accept(outcome.reply()));
    if (chance.happens(nastiness.doubled())) {
      network.send(target.node(), from.node(), () -> answer.accept(outcome.reply()));
    }
  }

  private void publish(Machine owner, Ledger ledger) {
    copies.put(owner.node(), ledger);
    for (int backup : beliefs.of(owner).copies()) {
      Machine other = machines.get(backup);
      boolean reached =
          other != null
              && other != owner
              && network.isOpen(owner.node(), backup)
              && other.isRunning()
              && beliefs.of(other).owner() == owner.node();
      if (reached && !chance.happens(nastiness.staleBackup())) {
        copies.put(backup, ledger);
      }
    }
  }

  // Who owns the ledger.

  /** Everybody who is there at the start, at once. */
  void form() {
    beliefs.form();
  }

  /** A node that starts joins whom it hears, and believes what they do. */
  void join(Machine machine) {
    beliefs.join(machine);
  }

  /** A node takes another one for the owner, until it listens to what the others say. */
  void mistake(Machine machine, Machine owner) {
    beliefs.mistake(machine, owner);
  }

  /** Its connections are closed: the others notice soon. */
  void died(Machine machine) {
    copies.remove(machine.node());
    beliefs.died(machine.node());
  }

  /** Who owns the ledger, as far as this node knows. */
  int ownerSeenBy(Machine machine) {
    return beliefs.of(machine).owner();
  }

  /** A node believes from now on that the ledger is its own. */
  void takesOver(Machine machine, List<Integer> members) {
    simulation.story().tell("node %d takes the ledger for its own", machine.node());
    simulation.recovery().strikes();
    Ledger copy = copies.newest(members);
    if (copy != null) {
      copies.put(machine.node(), copy);
    }
    merges(machine);
  }

  /** Two copies become one on this node: at times, an older one than either. */
  void merges(Machine machine) {
    if (chance.happens(nastiness.oldCopy())) {
      digUp(machine);
    }
  }

  private void digUp(Machine machine) {
    Ledger copy = copies.anyOld();
    if (copy != null) {
      simulation.recovery().strikes();
      simulation.story().tell("the grid digs out an old copy for node %d", machine.node());
      copies.put(machine.node(), copy);
    }
  }

  // Hand-overs.

  /** Whether it has said good-bye. */
  boolean hasLeft(Machine machine) {
    return machine.isLeaving() && left.contains(machine);
  }

  /** A node that leaves in good order seals the ledger if it owns it, and hands it on. */
  void leave(Machine leaving) {
    left.add(leaving);
    if (beliefs.of(leaving).owner() == leaving.node()) {
      List<Integer> next =
          beliefs.of(leaving).copies().stream().filter(node -> node != leaving.node()).toList();
      if (!next.isEmpty()) {
        handOver(leaving, next, true);
      }
    }
    copies.remove(leaving.node());
  }

  /** A node that has joined gets its part of what there is to own: at times, the ledger. */
  void balance(Machine newcomer) {
    Machine owner = machines.get(beliefs.of(newcomer).owner());
    boolean possible =
        owner != null
            && owner != newcomer
            && owner.isRunning()
            && newcomer.isRunning()
            && beliefs.of(owner).owner() == owner.node()
            && beliefs.of(owner).sees(newcomer.node(), time.now());
    if (possible && owner != null && chance.below(machines.size()) == 0) {
      List<Integer> next = new ArrayList<>(List.of(newcomer.node()));
      beliefs.of(owner).copies().stream()
          .filter(node -> node != newcomer.node())
          .forEach(next::add);
      handOver(owner, next, !chance.happens(nastiness.unsealed()));
    }
  }

  /** A guest hands the ledger to one of those that stay, if it owns it. */
  void handBack(Machine guest) {
    List<Integer> staying =
        beliefs.of(guest).copies().stream()
            .filter(node -> node <= simulation.scenario().nodes())
            .toList();
    if (beliefs.of(guest).owner() == guest.node() && !staying.isEmpty()) {
      handOver(guest, staying, true);
    }
  }

  /** An owner hands the ledger on, in good order, to the first of these; the others keep copies. */
  void handOver(Machine owner, List<Integer> next) {
    handOver(owner, next, true);
  }

  private void handOver(Machine owner, List<Integer> next, boolean sealed) {
    Ledger copy = copies.of(owner.node());
    if (copy == null) {
      return;
    }
    if (sealed) {
      copy = owner.keeper().seal(copy, owner.clock().now());
      copies.keep(copy);
    }
    simulation
        .story()
        .tell(
            "node %d hands the ledger over to node %d, %s",
            owner.node(), next.getFirst(), sealed ? "sealed" : "as it is");
    for (int node : next) {
      if (network.isOpen(owner.node(), node)) {
        copies.put(node, copy);
      }
    }
    for (Machine machine : machines.values()) {
      if (machine.isAlive() && network.isOpen(owner.node(), machine.node())) {
        beliefs.of(machine).adopt(next, time.now());
      }
    }
  }
}
