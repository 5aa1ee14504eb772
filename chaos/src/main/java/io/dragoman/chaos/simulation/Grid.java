package io.dragoman.chaos.simulation;

import io.dragoman.quota.Ledger;
import io.dragoman.quota.LedgerKeeper.Outcome;
import io.dragoman.quota.Refresh;
import io.dragoman.quota.Reply;
import java.util.ArrayList;
import java.util.HashMap;
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
  private static final long HEARTBEAT = Timeline.SECOND;
  private static final int RETRIES = 5;

  /** An owner and six backups: grids of this kind keep no more. */
  private static final int MOST_COPIES = 7;

  private final Simulation simulation;
  private final Timeline time;
  private final Chance chance;
  private final Nastiness nastiness;
  private final Network network;
  private final Copies copies;
  private final Map<Integer, Machine> machines;
  private final Map<Machine, Membership> beliefs = new HashMap<>();
  private final Set<Machine> left = new HashSet<>();

  Grid(Simulation simulation, Network network, Map<Integer, Machine> machines) {
    this.simulation = simulation;
    this.time = simulation.time();
    this.chance = simulation.chance().split();
    this.nastiness = simulation.nastiness();
    this.network = network;
    this.copies = new Copies(time, chance);
    this.machines = machines;
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
    int target = belief(from).owner();
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
    if (belief(target).owner() != target.node()) {
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
    simulation.answered(target, outcome);
    network.send(target.node(), from.node(), () -> answer.accept(outcome.reply()));
    if (chance.happens(nastiness.doubled())) {
      network.send(target.node(), from.node(), () -> answer.accept(outcome.reply()));
    }
  }

  private void publish(Machine owner, Ledger ledger) {
    copies.put(owner.node(), ledger);
    for (int backup : belief(owner).copies()) {
      Machine other = machines.get(backup);
      boolean reached =
          other != null
              && other != owner
              && network.isOpen(owner.node(), backup)
              && other.isRunning()
              && belief(other).owner() == owner.node();
      if (reached && !chance.happens(nastiness.staleBackup())) {
        copies.put(backup, ledger);
      }
    }
  }

  // Members.

  /** A node that starts joins whom it hears, and believes what they do. */
  void join(Machine machine) {
    Membership own = new Membership();
    for (Machine other : machines.values()) {
      if (hears(machine, other)) {
        own.heard(other.node(), time.now(), 0);
        if (other != machine) {
          belief(other).heard(machine.node(), time.now(), 0);
        }
      }
    }
    beliefs.put(machine, own);
    own.adopt(prevailing(machine, own.members(time.now())), time.now());
    time.after(0, () -> beat(machine));
  }

  /** Everybody who is there at the start, at once. */
  void form() {
    for (Machine machine : machines.values()) {
      Membership own = new Membership();
      for (int node : machines.keySet()) {
        own.heard(node, time.now(), 0);
      }
      own.adopt(machines.keySet().stream().limit(MOST_COPIES).toList(), time.now());
      beliefs.put(machine, own);
    }
    if (simulation.scenario().faults() != Scenario.Faults.NONE) {
      machines.values().forEach(machine -> time.after(HEARTBEAT, () -> beat(machine)));
    }
  }

  private void beat(Machine machine) {
    machine.whenRunning(
        () -> {
          look(machine);
          time.after(HEARTBEAT + chance.between(0, HEARTBEAT / 10), () -> beat(machine));
        });
  }

  /** Looks whom it hears, and goes by what most of those believe of the owner. */
  private void look(Machine machine) {
    Membership own = belief(machine);
    for (Machine other : machines.values()) {
      if (hears(machine, other)) {
        own.heard(other.node(), time.now(), chance.between(300, 8_000) * Timeline.MILLISECOND);
      }
    }
    int before = own.owner();
    List<Integer> members = own.members(time.now());
    own.adopt(prevailing(machine, members), time.now());
    if (own.owner() == machine.node()) {
      if (before != machine.node()) {
        takesOver(machine, members);
      } else {
        meets(machine, members);
      }
    }
  }

  private boolean hears(Machine machine, Machine other) {
    return other == machine
        || (other.isRunning() && !hasLeft(other) && network.isOpen(other.node(), machine.node()));
  }

  /**
   * Where another owner comes back to the cluster, its copy is merged with the one that is kept.
   */
  private void meets(Machine machine, List<Integer> members) {
    Set<Integer> owners = new HashSet<>();
    for (int member : members) {
      Machine other = machines.get(member);
      if (other != null && other != machine && belief(other).owner() == member) {
        owners.add(member);
      }
    }
    if (belief(machine).meets(owners) && chance.happens(nastiness.oldCopy())) {
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

  /**
   * The copies as believed by most of those that this node sees; between halves of one size, by
   * those with the lower owner, as a merge has to decide somehow.
   */
  private List<Integer> prevailing(Machine machine, List<Integer> members) {
    Membership own = belief(machine);
    Map<Integer, Integer> votes = new HashMap<>();
    Map<Integer, List<Integer>> views = new HashMap<>();
    if (members.contains(own.owner())) {
      votes.put(own.owner(), 1);
    }
    for (int member : members) {
      Machine other = machines.get(member);
      if (other != null && other != machine && members.contains(belief(other).owner())) {
        votes.merge(belief(other).owner(), 1, Integer::sum);
        views.putIfAbsent(belief(other).owner(), belief(other).copies());
      }
    }
    int best = own.owner();
    for (int owner : members) {
      int more = votes.getOrDefault(owner, 0) - votes.getOrDefault(best, 0);
      if (more > 0 || (more == 0 && votes.containsKey(owner) && owner < best)) {
        best = owner;
      }
    }
    return best == own.owner() ? own.copies() : views.getOrDefault(best, own.copies());
  }

  private void takesOver(Machine machine, List<Integer> members) {
    simulation.story().tell("node %d takes the ledger for its own", machine.node());
    simulation.recovery().strikes();
    Ledger copy = copies.newest(members);
    if (copy != null) {
      copies.put(machine.node(), copy);
    }
    if (chance.happens(nastiness.oldCopy())) {
      digUp(machine);
    }
  }

  private Membership belief(Machine machine) {
    Membership belief = beliefs.get(machine);
    if (belief == null) {
      throw new IllegalStateException("node " + machine.node() + " has never joined");
    }
    return belief;
  }

  /** Its connections are closed: the others notice soon. */
  void died(Machine machine) {
    copies.remove(machine.node());
    forget(machine.node(), 1_000);
  }

  private void forget(int node, long withinMs) {
    for (Machine other : machines.values()) {
      time.after(
          chance.between(withinMs / 10, withinMs) * Timeline.MILLISECOND,
          () ->
              other.whenRunning(
                  () -> {
                    Machine again = machines.get(node);
                    if (again == null || !again.isAlive()) {
                      belief(other).gone(node);
                      look(other);
                    }
                  }));
    }
  }

  /** A node takes another one for the owner, until it listens to what the others say. */
  void mistake(Machine machine, Machine owner) {
    List<Integer> copies = new ArrayList<>(List.of(owner.node()));
    belief(machine).copies().stream().filter(node -> node != owner.node()).forEach(copies::add);
    belief(machine).adopt(copies, time.now());
  }

  // Hand-overs.

  boolean hasLeft(Machine machine) {
    return machine.isLeaving() && left.contains(machine);
  }

  /** A node that leaves in good order seals the ledger if it owns it, and hands it on. */
  void leave(Machine leaving) {
    left.add(leaving);
    if (belief(leaving).owner() == leaving.node()) {
      List<Integer> next =
          belief(leaving).copies().stream().filter(node -> node != leaving.node()).toList();
      if (!next.isEmpty()) {
        handOver(leaving, next, true);
      }
    }
    copies.remove(leaving.node());
  }

  /** A node that has joined gets its part of what there is to own: at times, the ledger. */
  void balance(Machine newcomer) {
    Machine owner = machines.get(belief(newcomer).owner());
    boolean possible =
        owner != null
            && owner != newcomer
            && owner.isRunning()
            && newcomer.isRunning()
            && belief(owner).owner() == owner.node()
            && belief(owner).sees(newcomer.node(), time.now());
    if (possible && owner != null && chance.below(machines.size()) == 0) {
      List<Integer> next = new ArrayList<>(List.of(newcomer.node()));
      belief(owner).copies().stream().filter(node -> node != newcomer.node()).forEach(next::add);
      handOver(owner, next, !chance.happens(nastiness.unsealed()));
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
        belief(machine).adopt(next, time.now());
      }
    }
  }

  /** Who owns the ledger, as far as this node knows. */
  int ownerSeenBy(Machine machine) {
    return belief(machine).owner();
  }
}
