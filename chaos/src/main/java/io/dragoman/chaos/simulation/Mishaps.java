package io.dragoman.chaos.simulation;

import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** What goes wrong in a scenario, and when. The end of a run is quiet, so that all recovers. */
final class Mishaps {
  private static final long SECOND = Timeline.SECOND;

  private final Simulation simulation;
  private final Timeline time;
  private final Network network;
  private final Map<Integer, Machine> machines;
  private final Chance chance;
  private final long end;
  private final Coincidences coincidences;
  private long busyUntil;

  Mishaps(Simulation simulation, Network network, Map<Integer, Machine> machines, long end) {
    this.simulation = simulation;
    this.time = simulation.time();
    this.network = network;
    this.machines = machines;
    this.chance = simulation.chance().split();
    this.end = end;
    this.coincidences = new Coincidences(simulation, this, network, machines, chance);
  }

  void begin() {
    switch (simulation.scenario().faults()) {
      case NONE -> {}
      case KILLS -> every(90, this::kill);
      case PARTITIONS -> every(60, this::cutAlone);
      case SPLITS -> every(60, this::split);
      case RESTARTS -> every(45, this::inGoodOrder);
      case ALL -> every(45, this::anything);
    }
  }

  private void every(long seconds, Runnable what) {
    every(seconds, chance, what);
  }

  /**
   * Lets something happen again and again, as long as there is time to recover.
   *
   * @param seconds how often in the mean
   * @param when draws the moments
   */
  void every(long seconds, Chance when, Runnable what) {
    time.after(
        when.between(seconds * SECOND / 2, seconds * SECOND * 3 / 2),
        () -> {
          if (time.now() < end) {
            what.run();
            every(seconds, when, what);
          }
        });
  }

  /** One thing after another, as a careful operator does. */
  private void inGoodOrder() {
    if (time.now() < busyUntil) {
      return;
    }
    switch (chance.below(4)) {
      case 0 -> grow();
      case 1 -> roll();
      default -> restart(victim());
    }
  }

  private void split() {
    if (time.now() >= busyUntil) {
      if (chance.happens(0.5)) {
        coincidences.waver();
      } else {
        coincidences.crowd();
      }
    }
  }

  private void anything() {
    switch (chance.below(23)) {
      case 0, 1 -> kill();
      case 2, 3, 4 -> cut();
      case 5, 6, 7 -> freeze();
      case 8 -> restart(victim());
      case 9 -> roll();
      case 10 -> grow();
      case 11 -> setClock();
      case 12 -> coincidences.joinAcrossCut();
      case 13 -> coincidences.waver();
      case 14 -> coincidences.forget();
      case 15 -> coincidences.crowd();
      case 16 -> coincidences.amnesia();
      case 17 -> coincidences.relapse();
      case 18 -> coincidences.wakeToDeath();
      case 19 -> enlarge();
      default -> usurp();
    }
  }

  List<Machine> running() {
    return machines.values().stream()
        .filter(machine -> machine.isRunning() && !machine.isLeaving())
        .toList();
  }

  /** Any node; the ledger's owner is the one that hurts most. */
  private Machine victim() {
    List<Machine> running = running();
    if (running.isEmpty()) {
      throw new IllegalStateException("no node runs");
    }
    Machine owner = machines.get(simulation.grid().ownerSeenBy(running.getFirst()));
    return owner != null && running.contains(owner) && chance.happens(0.4)
        ? owner
        : chance.oneOf(running);
  }

  /** A fault that lasts for a while, at most to the end. */
  long lasting(long duration) {
    long lasts = Math.min(duration, Math.max(SECOND, end - time.now()));
    busyUntil = Math.max(busyUntil, time.now() + lasts + 5 * SECOND);
    simulation.recovery().begins();
    time.after(lasts, simulation.recovery()::ends);
    return lasts;
  }

  boolean isEnough() {
    return running().size() * 2 > simulation.scenario().nodes() + 1;
  }

  private void kill() {
    if (isEnough()) {
      kill(victim());
    }
  }

  void kill(Machine victim) {
    simulation.story().tell("node %d is killed", victim.node());
    victim.kill();
    simulation.grid().died(victim);
    gone(victim, lasting(chance.between(3 * SECOND, 20 * SECOND)));
  }

  private void gone(Machine victim, long duration) {
    simulation.resettle(victim);
    if (chance.happens(simulation.nastiness().diskLost())) {
      simulation.forget(victim.node());
    }
    time.after(duration, () -> simulation.boot(victim.node()));
  }

  private void restart(Machine victim) {
    if (isEnough()) {
      simulation.story().tell("node %d is drained and restarted", victim.node());
      depart(victim);
      time.after(lasting(4 * SECOND), () -> simulation.boot(victim.node()));
    }
  }

  /** It says good-bye, hands on what it owns, and stops. */
  private void depart(Machine leaving) {
    leaving.leave();
    simulation.resettle(leaving);
    time.after(
        300 * Timeline.MILLISECOND,
        () -> {
          simulation.grid().leave(leaving);
          leaving.kill();
          simulation.grid().died(leaving);
        });
  }

  /** All nodes in turn, as in a rolling upgrade. */
  private void roll() {
    simulation.story().tell("a rolling restart begins");
    long at = 0;
    for (Machine machine : running()) {
      time.after(
          at,
          () -> {
            if (machine.isRunning() && !machine.isLeaving()) {
              restart(machine);
            }
          });
      at += 10 * SECOND;
    }
    busyUntil = time.now() + at;
  }

  /** One node more, for a while. */
  private void grow() {
    int node = simulation.scenario().nodes() + 1;
    if (isThere(node)) {
      return;
    }
    simulation.story().tell("node %d joins, for a while", node);
    simulation.boot(node);
    long lasts = lasting(chance.between(20 * SECOND, 60 * SECOND));
    time.after(lasts, () -> departs(node));
  }

  /** One voter more, for a while: nodes learn of it as they are restarted in turn. */
  private void enlarge() {
    int node = simulation.scenario().nodes() + 1;
    long rolling = 10 * SECOND * running().size();
    if (isThere(node) || time.now() + 3 * rolling > end) {
      return;
    }
    simulation.configure(node);
    simulation.boot(node);
    roll();
    time.after(
        rolling,
        () -> {
          simulation.configure(simulation.scenario().nodes());
          roll();
        });
    time.after(lasting(2 * rolling + 10 * SECOND), () -> departs(node));
  }

  private void freeze() {
    Machine victim = victim();
    long duration = lasting(chance.magnitude(SECOND / 200, 120 * SECOND));
    boolean suspended = chance.happens(0.5);
    simulation
        .story()
        .tell(
            "node %d is %s for %.1f s",
            victim.node(), suspended ? "suspended" : "frozen", (double) duration / SECOND);
    victim.freeze(duration, suspended);
  }

  /** Some nodes take another one for the ledger's owner, for no reason that it or they know. */
  private void usurp() {
    Machine usurper = chance.oneOf(running());
    List<Machine> believers =
        running().stream().filter(machine -> machine == usurper || chance.happens(0.6)).toList();
    simulation
        .story()
        .tell("%d nodes take node %d for the owner", believers.size(), usurper.node());
    believers.forEach(machine -> simulation.grid().mistake(machine, usurper));
    simulation.recovery().strikes();
  }

  boolean isThere(int node) {
    Machine machine = machines.get(node);
    return machine != null && machine.isAlive();
  }

  /** A guest leaves for good: where it is a voter, only when the others have taken it off. */
  void departs(int node) {
    Machine guest = machines.get(node);
    if (guest == null || !guest.isAlive() || guest.isLeaving()) {
      return;
    }
    if (guest.isVoter()) {
      if (guest.isRunning()) {
        simulation.grid().handBack(guest);
      }
      time.after(5 * SECOND, () -> departs(node));
    } else if (guest.isRunning()) {
      simulation.story().tell("node %d leaves", node);
      depart(guest);
    }
  }

  void apart(int one, int other, long duration) {
    network.cut(one, other, duration);
    network.cut(other, one, duration);
  }

  private void setClock() {
    Machine victim = victim();
    long by = chance.between(-30 * SECOND, 30 * SECOND);
    simulation
        .story()
        .tell("the wall clock of node %d is set by %.1f s", victim.node(), (double) by / SECOND);
    victim.clock().step(by);
  }

  /** Seldom two at a time. */
  private void cutAlone() {
    if (time.now() >= busyUntil || chance.happens(0.2)) {
      cut();
    }
  }

  private void cut() {
    List<Integer> nodes = machines.keySet().stream().toList();
    int size = chance.happens(0.4) ? 1 : 1 + chance.below(Math.max(1, nodes.size() / 2));
    int first = nodes.indexOf(victim().node());
    List<Integer> side =
        IntStream.range(0, size).mapToObj(i -> nodes.get((first + i) % nodes.size())).toList();
    boolean out = chance.happens(0.85);
    boolean in = !out || chance.happens(0.7);
    long duration = lasting(chance.magnitude(SECOND, 120 * SECOND));
    simulation
        .story()
        .tell(
            "nodes %s are cut off for %.1f s: %s",
            side,
            (double) duration / SECOND,
            out && in ? "both ways" : out ? "nothing comes out" : "nothing comes in");
    for (int here : side) {
      for (int there : nodes) {
        if (!side.contains(there)) {
          if (out) {
            network.cut(here, there, duration);
          }
          if (in) {
            network.cut(there, here, duration);
          }
        }
      }
    }
  }
}
