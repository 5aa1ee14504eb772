package io.dragoman.chaos.simulation;

import io.dragoman.chaos.simulation.Scenario.Faults;

/**
 * How badly networks, grids and machines behave all the time, besides the mishaps: probabilities.
 *
 * @param lost of a message
 * @param doubled of an operation: it runs again, up to a minute later
 * @param slow of a message that takes up to 5 s
 * @param staleBackup of a backup that misses a change
 * @param oldCopy of a merge, or a hand-over, that brings back an old copy
 * @param unsealed of a hand-over to a node that joins without a seal
 * @param silent of a call that arrives and is never answered
 * @param diskLost of a node that is killed and comes back without what it had stored
 * @param driftPpm the most by which a machine's clock is too fast or too slow
 */
record Nastiness(
    double lost,
    double doubled,
    double slow,
    double staleBackup,
    double oldCopy,
    double unsealed,
    double silent,
    double diskLost,
    int driftPpm) {

  static Nastiness of(Faults faults) {
    return switch (faults) {
      case NONE, RESTARTS, SPLITS -> new Nastiness(0, 0, 0, 0, 0, 0, 0, 0, 0);
      case KILLS -> new Nastiness(0, 0, 0, 0.02, 0, 0, 0, 0, 0);
      case PARTITIONS -> new Nastiness(0, 0, 0.002, 0.02, 0.2, 0, 0, 0, 0);
      case ALL -> new Nastiness(0.05, 0.05, 0.02, 0.05, 0.3, 0.5, 0.02, 0.05, 500);
    };
  }
}
