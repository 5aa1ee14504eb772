package io.dragoman.chaos.simulation;

import io.dragoman.quota.Charge;
import io.dragoman.quota.Evidence;
import io.dragoman.quota.Lessee;
import org.jspecify.annotations.Nullable;

/** The calls of one life of a node, under way to the upstream and back. */
final class Calls {

  /** The median time from an answer's first byte to its last. */
  private static final double ANSWERING = Timeline.SECOND;

  private final Simulation simulation;
  private final Timeline time;
  private final Machine machine;
  private final Lessee lessee;
  private final Chance chance;
  private final long longest;

  /**
   * @param chance the machine's
   */
  Calls(Simulation simulation, Machine machine, Lessee lessee, Chance chance) {
    this.simulation = simulation;
    this.time = simulation.time();
    this.machine = machine;
    this.lessee = lessee;
    this.chance = chance;
    this.longest = simulation.rules().timing().call();
  }

  /** Sends a call, which arrives at some time before its answer, or its time-out. */
  void send(long permit, int tokens) {
    long latency = chance.logNormal(simulation.scenario().latencyMs() * 1e6, 0.5);
    boolean silent = latency >= longest || isLost();
    long arrives = chance.between(0, silent ? longest : latency);
    time.after(arrives, () -> simulation.checker().arrived(tokens));
    time.after(silent ? arrives : latency, () -> simulation.checker().proven(tokens));
    if (!silent) {
      long permitted = time.now();
      time.after(latency, () -> answer(permit, permitted));
    }
    if (simulation.terms().charge() == Charge.USAGE) {
      complete(permit, tokens, silent ? longest : latency);
    }
  }

  private boolean isLost() {
    return chance.happens(simulation.nastiness().silent());
  }

  /** The first byte of an answer. */
  private void answer(long permit, long permitted) {
    Evidence said = simulation.voice().said();
    machine.whenRunning(() -> answered(permit, permitted, said));
  }

  private void answered(long permit, long permitted, @Nullable Evidence said) {
    simulation.flow().proven(time.now() - permitted);
    lessee.arrived(permit, machine.clock().now());
    if (said != null) {
      lessee.observed(said, machine.clock().now());
    }
  }

  /**
   * The last byte of an answer, which tells what was used. One that does not come in time has used
   * all that was reserved, for all that anybody knows.
   */
  private void complete(long permit, int tokens, long answered) {
    long completes = answered + chance.logNormal(ANSWERING, 0.5);
    boolean lost = completes >= longest || isLost();
    int used = lost ? tokens : Terms.used(tokens, chance);
    time.after(
        lost ? longest : completes,
        () -> {
          simulation.checker().completed(tokens, used);
          if (!lost) {
            machine.whenRunning(() -> lessee.completed(permit, used, machine.clock().now()));
          }
        });
  }
}
