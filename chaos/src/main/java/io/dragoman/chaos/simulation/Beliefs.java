package io.dragoman.chaos.simulation;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What each node believes of the others: who is there, and who owns the ledger. Nodes hear each
 * other every second and go by what most of those believe, so after a fault they agree in time; and
 * until then, and behind a cut, they do not.
 */
final class Beliefs {
  private static final long HEARTBEAT = Timeline.SECOND;

  /** An owner and six backups: grids of this kind keep no more. */
  private static final int MOST_COPIES = 7;

  private final Simulation simulation;
  private final Grid grid;
  private final Timeline time;
  private final Chance chance;
  private final Network network;
  private final Map<Integer, Machine> machines;
  private final Map<Machine, Membership> beliefs = new HashMap<>();

  /**
   * @param chance the grid's
   */
  Beliefs(
      Simulation simulation,
      Grid grid,
      Network network,
      Map<Integer, Machine> machines,
      Chance chance) {
    this.simulation = simulation;
    this.grid = grid;
    this.time = simulation.time();
    this.chance = chance;
    this.network = network;
    this.machines = machines;
  }

  /** What a node believes. */
  Membership of(Machine machine) {
    Membership belief = beliefs.get(machine);
    if (belief == null) {
      throw new IllegalStateException("node " + machine.node() + " has never joined");
    }
    return belief;
  }

  /** A node that starts joins whom it hears, and believes what they do. */
  void join(Machine machine) {
    Membership own = new Membership();
    for (Machine other : machines.values()) {
      if (hears(machine, other)) {
        own.heard(other.node(), time.now(), 0);
        if (other != machine) {
          of(other).heard(machine.node(), time.now(), 0);
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
    Membership own = of(machine);
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
        grid.takesOver(machine, members);
      } else {
        meets(machine, members);
      }
    }
  }

  private boolean hears(Machine machine, Machine other) {
    return other == machine
        || (other.isRunning()
            && !grid.hasLeft(other)
            && network.isOpen(other.node(), machine.node()));
  }

  /**
   * Where another owner comes back to the cluster, its copy is merged with the one that is kept.
   */
  private void meets(Machine machine, List<Integer> members) {
    Set<Integer> owners = new HashSet<>();
    for (int member : members) {
      Machine other = machines.get(member);
      if (other != null && other != machine && of(other).owner() == member) {
        owners.add(member);
      }
    }
    if (of(machine).meets(owners)) {
      grid.merges(machine);
    }
  }

  /**
   * The copies as believed by most of those that this node sees; between halves of one size, by
   * those with the lower owner, as a merge has to decide somehow.
   */
  private List<Integer> prevailing(Machine machine, List<Integer> members) {
    Membership own = of(machine);
    Map<Integer, Integer> votes = new HashMap<>();
    Map<Integer, List<Integer>> views = new HashMap<>();
    if (own.sees(own.owner(), time.now())) {
      votes.put(own.owner(), 1);
    }
    for (int member : members) {
      Machine other = machines.get(member);
      if (other != null && other != machine && own.sees(of(other).owner(), time.now())) {
        votes.merge(of(other).owner(), 1, Integer::sum);
        views.putIfAbsent(of(other).owner(), of(other).copies());
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

  /** Its connections are closed: the others notice within a second. */
  void died(int node) {
    for (Machine other : machines.values()) {
      time.after(
          chance.between(100, 1_000) * Timeline.MILLISECOND,
          () ->
              other.whenRunning(
                  () -> {
                    Machine again = machines.get(node);
                    if (again == null || !again.isAlive()) {
                      of(other).gone(node);
                      look(other);
                    }
                  }));
    }
  }

  /** A node takes another one for the owner, until it listens to what the others say. */
  void mistake(Machine machine, Machine owner) {
    List<Integer> copies = new ArrayList<>(List.of(owner.node()));
    of(machine).copies().stream().filter(node -> node != owner.node()).forEach(copies::add);
    of(machine).adopt(copies, time.now());
  }
}
