package io.dragoman.chaos.simulation;

import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Several things go wrong at once, and at the moment that hurts most. */
final class Coincidences {
  private static final long SECOND = Timeline.SECOND;

  private final Simulation simulation;
  private final Mishaps mishaps;
  private final Map<Integer, Machine> machines;
  private final Network network;
  private final Chance chance;

  Coincidences(
      Simulation simulation,
      Mishaps mishaps,
      Network network,
      Map<Integer, Machine> machines,
      Chance chance) {
    this.simulation = simulation;
    this.mishaps = mishaps;
    this.network = network;
    this.machines = machines;
    this.chance = chance;
  }

  /**
   * Two nodes are to become voters, and one of them owns the ledger, when a cut comes that leaves
   * it with a minority: with both, it would have a majority of which the other side knows nothing.
   */
  void joinAcrossCut() {
    List<Machine> nodes = mishaps.running();
    Machine owner = machines.get(simulation.grid().ownerSeenBy(nodes.getFirst()));
    int size = simulation.scenario().nodes();
    List<Integer> guests = List.of(size + 1, size + 2);
    if (owner == null || !owner.isRunning() || guests.stream().anyMatch(mishaps::isThere)) {
      return;
    }
    simulation.story().tell("nodes %s join as voters while a cut comes", guests);
    simulation.configure(size + 2);
    guests.forEach(simulation::boot);
    simulation.configure(size);
    List<Machine> far =
        nodes.stream().filter(node -> node != owner).skip((nodes.size() - 2) / 2).toList();
    long duration = mishaps.lasting(chance.between(30 * SECOND, 60 * SECOND));
    long joined = 5 * SECOND;
    simulation
        .time()
        .after(
            joined,
            () -> {
              if (owner.isRunning()) {
                simulation.grid().handOver(owner, guests);
              }
            });
    simulation
        .time()
        .after(
            joined + chance.between(SECOND / 10, SECOND / 2),
            () -> {
              for (Machine there : far) {
                for (int here : machines.keySet()) {
                  if (far.stream().noneMatch(machine -> machine.node() == here)) {
                    mishaps.apart(here, there.node(), duration - joined - SECOND);
                  }
                }
              }
            });
    guests.forEach(guest -> simulation.time().after(duration, () -> mishaps.departs(guest)));
  }

  /**
   * A minority with an owner is cut off, and the others take in two voters more. Then one of them
   * loses its memory, and comes back on the minority's side: together they are a majority of the
   * voters of before.
   */
  void amnesia() {
    List<Machine> nodes = mishaps.running();
    Machine owner = machines.get(simulation.grid().ownerSeenBy(nodes.getFirst()));
    int size = simulation.scenario().nodes();
    List<Integer> guests = List.of(size + 1, size + 2);
    List<Machine> others = nodes.stream().filter(node -> node != owner).toList();
    if (owner == null
        || !owner.isRunning()
        || others.size() < 4
        || guests.stream().anyMatch(mishaps::isThere)) {
      return;
    }
    int half = (size - 1) / 2;
    List<Integer> near = numbers(Stream.concat(Stream.of(owner), others.stream()).limit(half));
    Machine forgetful = others.get(half - 1);
    List<Integer> far = numbers(others.stream().skip(half));
    long duration = mishaps.lasting(chance.between(130 * SECOND, 160 * SECOND));
    long remembers = 35 * SECOND;
    simulation.story().tell("nodes %s are cut off, then node %d forgets", near, forgetful.node());
    apart(near, far, duration);
    apart(near, guests, duration);
    apart(near, List.of(forgetful.node()), remembers);
    after(
        12 * SECOND,
        () -> {
          simulation.configure(size + 2);
          guests.forEach(simulation::boot);
          simulation.configure(size);
        });
    after(
        20 * SECOND,
        () -> {
          Machine heir = machines.get(simulation.grid().ownerSeenBy(forgetful));
          if (heir != null && heir.isRunning()) {
            simulation.grid().handOver(heir, guests);
          }
        });
    after(
        remembers,
        () -> {
          dies(forgetful);
          simulation.forget(forgetful.node());
          apart(List.of(forgetful.node()), far, duration - remembers);
          apart(List.of(forgetful.node()), guests, duration - remembers);
        });
    guests.forEach(guest -> after(duration, () -> mishaps.departs(guest)));
  }

  /**
   * A minority is cut off with an owner that grants nothing; the others go on with another one, die
   * all at once, and come back to the first.
   */
  void relapse() {
    List<Machine> nodes = mishaps.running();
    Machine owner = machines.get(simulation.grid().ownerSeenBy(nodes.getFirst()));
    List<Machine> others = nodes.stream().filter(node -> node != owner).toList();
    if (owner == null || !owner.isRunning() || others.size() < 4) {
      return;
    }
    int half = (nodes.size() - 1) / 2;
    List<Integer> near = numbers(Stream.concat(Stream.of(owner), others.stream()).limit(half));
    List<Machine> far = others.subList(half - 1, others.size());
    long duration = mishaps.lasting(chance.between(40 * SECOND, 80 * SECOND));
    simulation.story().tell("nodes %s are cut off, and then all others die", near);
    apart(near, numbers(far.stream()), duration);
    after(duration - SECOND, () -> far.forEach(this::dies));
  }

  /**
   * A machine that has had all sessions, and then none, sleeps for longer than a window. As it
   * wakes the ledger's owner dies, which has had all of them lately: what the sleeper remembers
   * seems to be half a minute old, and to be a large part of what was booked.
   */
  void wakeToDeath() {
    List<Machine> nodes = mishaps.running();
    Machine owner = machines.get(simulation.grid().ownerSeenBy(nodes.getFirst()));
    List<Machine> others = nodes.stream().filter(node -> node != owner).toList();
    if (owner == null || !owner.isRunning() || others.size() < 3) {
      return;
    }
    Machine sleeper = chance.oneOf(others);
    List<Machine> rest = nodes.stream().filter(node -> node != sleeper).toList();
    long busy = 30 * SECOND;
    long idle = 20 * SECOND;
    long asleep = mishaps.lasting(busy + idle + 70 * SECOND) - busy - idle;
    simulation.story().tell("node %d idles and sleeps, then the owner dies", sleeper.node());
    crowd(List.of(sleeper));
    after(busy, () -> crowd(rest));
    after(
        busy + idle,
        () -> {
          if (sleeper.isRunning() && asleep > 0) {
            sleeper.freeze(asleep, true);
            after(asleep - 15 * SECOND, () -> crowd(List.of(owner)));
            after(asleep + chance.between(SECOND / 2, 2 * SECOND), () -> dies(owner));
          }
        });
  }

  private void crowd(List<Machine> onto) {
    if (onto.stream().allMatch(Machine::isRunning)) {
      simulation.crowd(onto);
    }
  }

  private void dies(Machine node) {
    if (node.isAlive() && !node.isLeaving()) {
      mishaps.kill(node);
    }
  }

  private void after(long delay, Runnable what) {
    simulation.time().after(delay, what);
  }

  private void apart(List<Integer> here, List<Integer> there, long duration) {
    for (int one : here) {
      there.forEach(other -> mishaps.apart(one, other, duration));
    }
  }

  /**
   * Two halves do not hear each other, each with an owner of its own, and a node between them hears
   * both: it goes with the first owner, and then turns to the other, so that its vote is what
   * either needs.
   */
  void waver() {
    List<Machine> nodes = mishaps.running();
    Machine owner = machines.get(simulation.grid().ownerSeenBy(nodes.getFirst()));
    List<Machine> others = nodes.stream().filter(node -> node != owner).toList();
    if (owner == null || !owner.isRunning() || others.size() < 4) {
      return;
    }
    split(nodes, others.getFirst(), others.subList(1, 1 + others.size() / 2));
  }

  /** Answers after how long the node between turns to the other owner. */
  private long split(List<Machine> nodes, Machine between, List<Machine> far) {
    long duration = mishaps.lasting(chance.between(30 * SECOND, 90 * SECOND));
    simulation
        .story()
        .tell("nodes %s are cut off from all but node %d", numbers(far), between.node());
    for (Machine here : nodes) {
      if (here != between && !far.contains(here)) {
        far.forEach(there -> mishaps.apart(here.node(), there.node(), duration - 3 * SECOND));
      }
    }
    Machine rival = far.getFirst();
    simulation
        .time()
        .after(
            chance.between(7 * SECOND, 15 * SECOND), () -> far.forEach(node -> turns(node, rival)));
    long turning = chance.between(16 * SECOND, 25 * SECOND);
    simulation.time().after(turning, () -> turns(between, rival));
    return turning;
  }

  private void silence(List<Machine> nodes, Machine listener) {
    nodes.stream()
        .filter(node -> node != listener)
        .forEach(node -> network.cut(node.node(), listener.node(), SECOND));
  }

  /**
   * The same, after the far half had all sessions for a while; the cut sends them to the others.
   */
  void crowd() {
    List<Machine> nodes = mishaps.running();
    Machine owner = machines.get(simulation.grid().ownerSeenBy(nodes.getFirst()));
    List<Machine> others = nodes.stream().filter(node -> node != owner).toList();
    if (owner == null || !owner.isRunning() || others.size() < 4) {
      return;
    }
    List<Machine> far = others.subList(1, 1 + others.size() / 2);
    simulation.story().tell("all sessions go to nodes %s", numbers(far));
    simulation.crowd(far.subList(1, far.size()));
    simulation
        .time()
        .after(
            chance.between(40 * SECOND, 50 * SECOND),
            () -> {
              if (nodes.stream().allMatch(Machine::isRunning)) {
                long turning = split(nodes, others.getFirst(), far);
                // What they have told the rival by then is all that it hears before it opens.
                simulation
                    .time()
                    .after(
                        turning + chance.between(SECOND / 4, SECOND / 2),
                        () -> silence(far, far.getFirst()));
                simulation.crowd(nodes.stream().filter(node -> !far.contains(node)).toList());
              }
            });
  }

  private void turns(Machine node, Machine to) {
    if (node.isRunning() && to.isRunning()) {
      simulation.story().tell("node %d turns to node %d", node.node(), to.node());
      simulation.grid().mistake(node, to);
    }
  }

  /**
   * The ledger is handed over while a cut comes that keeps some nodes from following; then all who
   * followed die at once, and come back with nothing in mind, or nothing at all.
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
            () -> {
              List<Machine> doomed = near.stream().filter(Machine::isAlive).toList();
              doomed.forEach(mishaps::kill);
              if (chance.happens(0.5)) {
                doomed.forEach(node -> simulation.forget(node.node()));
              }
            });
  }

  private static List<Integer> numbers(List<Machine> nodes) {
    return numbers(nodes.stream());
  }

  private static List<Integer> numbers(Stream<Machine> nodes) {
    return nodes.map(Machine::node).toList();
  }
}
