package io.dragoman.chaos.simulation;

import java.util.List;
import java.util.Map;

/** Several things go wrong at once, and at the moment that hurts most. */
final class Coincidences {
  private static final long SECOND = Timeline.SECOND;

  private final Simulation simulation;
  private final Mishaps mishaps;
  private final Map<Integer, Machine> machines;
  private final Chance chance;

  Coincidences(
      Simulation simulation, Mishaps mishaps, Map<Integer, Machine> machines, Chance chance) {
    this.simulation = simulation;
    this.mishaps = mishaps;
    this.machines = machines;
    this.chance = chance;
  }

  /**
   * Two nodes join at once while a cut comes that leaves the owner with a minority: with both, it
   * would have a majority of which the other side knows nothing.
   */
  void joinAcrossCut() {
    List<Machine> nodes = mishaps.running();
    Machine owner = machines.get(simulation.grid().ownerSeenBy(nodes.getFirst()));
    List<Integer> guests =
        List.of(simulation.scenario().nodes() + 1, simulation.scenario().nodes() + 2);
    if (owner == null || !owner.isRunning() || guests.stream().anyMatch(mishaps::isThere)) {
      return;
    }
    simulation.story().tell("nodes %s join while a cut comes", guests);
    guests.forEach(simulation::boot);
    List<Machine> far =
        nodes.stream().filter(node -> node != owner).skip((nodes.size() - 2) / 2).toList();
    long duration = mishaps.lasting(chance.between(30 * SECOND, 60 * SECOND));
    simulation
        .time()
        .after(
            chance.between(SECOND, 5 * SECOND / 2),
            () -> {
              for (Machine there : far) {
                for (int here : machines.keySet()) {
                  if (far.stream().noneMatch(machine -> machine.node() == here)) {
                    mishaps.apart(here, there.node(), duration - 3 * SECOND);
                  }
                }
              }
            });
    guests.forEach(guest -> simulation.time().after(duration, () -> mishaps.departs(guest)));
  }

  /**
   * Two halves do not hear each other, and a node between them hears both: it goes with the owner's
   * half at first, and then with the other, so that its vote is what either needs.
   */
  void waver() {
    List<Machine> nodes = mishaps.running();
    Machine owner = machines.get(simulation.grid().ownerSeenBy(nodes.getFirst()));
    List<Machine> others = nodes.stream().filter(node -> node != owner).toList();
    if (owner == null || !owner.isRunning() || others.size() < 4) {
      return;
    }
    Machine between = others.getFirst();
    List<Machine> far = others.subList(1, 1 + others.size() / 2);
    long duration = mishaps.lasting(chance.between(30 * SECOND, 90 * SECOND));
    simulation
        .story()
        .tell("nodes %s are cut off from all but node %d", numbers(far), between.node());
    for (Machine here : nodes) {
      if (here != between && !far.contains(here)) {
        far.forEach(there -> mishaps.apart(here.node(), there.node(), duration - 3 * SECOND));
      }
    }
    simulation
        .time()
        .after(
            chance.between(7 * SECOND, 25 * SECOND),
            () -> {
              Machine rival = machines.get(simulation.grid().ownerSeenBy(far.getFirst()));
              if (rival != null && rival.isRunning() && between.isRunning()) {
                simulation.story().tell("node %d turns to node %d", between.node(), rival.node());
                simulation.grid().mistake(between, rival);
              }
            });
  }

  /**
   * The ledger is handed over while a cut comes that keeps some nodes from following; then all who
   * followed die at once, and come back with nothing in mind.
   */
  void forget() {
    List<Machine> nodes = mishaps.running();
    Machine owner = machines.get(simulation.grid().ownerSeenBy(nodes.getFirst()));
    List<Machine> others = nodes.stream().filter(node -> node != owner).toList();
    if (owner == null || !owner.isRunning() || others.size() < 4 || !mishaps.isEnough()) {
      return;
    }
    List<Machine> far = others.subList(0, others.size() / 2);
    List<Machine> near = nodes.stream().filter(node -> !far.contains(node)).toList();
    Machine heir = others.getLast();
    simulation.story().tell("nodes %s miss a hand-over, and those who follow die", numbers(far));
    simulation.grid().handOver(owner, List.of(heir.node(), far.getFirst().node()));
    long duration = mishaps.lasting(chance.between(10 * SECOND, 30 * SECOND));
    for (Machine here : near) {
      far.forEach(there -> mishaps.apart(here.node(), there.node(), duration));
    }
    simulation
        .time()
        .after(
            duration - 2 * SECOND,
            () -> near.stream().filter(Machine::isAlive).forEach(mishaps::kill));
  }

  private static List<Integer> numbers(List<Machine> nodes) {
    return nodes.stream().map(Machine::node).toList();
  }
}
