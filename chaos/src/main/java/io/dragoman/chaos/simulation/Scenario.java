package io.dragoman.chaos.simulation;

import io.dragoman.quota.Limits;
import io.dragoman.quota.Policy;
import io.dragoman.quota.Timing;
import java.time.Duration;

/**
 * What is simulated. Immutable.
 *
 * @param minutes how long, in simulated time
 * @param demand how many times the limit the sessions ask for together, before a {@link Skew}
 * @param latencyMs the median of the time to the first response byte, which is log-normal
 */
public record Scenario(
    int nodes,
    int sessions,
    int minutes,
    double demand,
    int latencyMs,
    Faults faults,
    Limits limits,
    Policy policy,
    Skew skew) {

  /** What goes wrong. */
  public enum Faults {
    NONE,
    /** A kill every 90 s, with a restart. */
    KILLS,
    /** One- and two-way cuts of 1 to 120 s. */
    PARTITIONS,
    /** Two halves, each with an owner, and a node between them that turns from one to the other. */
    SPLITS,
    /** Nodes are drained and restarted in good order, and others join and leave. */
    RESTARTS,
    /**
     * All of it, and freezes, suspensions, loss, doubling, delays, drift and wrong clocks; on terms
     * of each run's own.
     */
    ALL
  }

  /** Who asks for more than others. */
  public enum Skew {
    EVEN,
    /** One, three and nine times as much, by turns. */
    LADDER,
    /** All sessions are on one node. */
    ONE_NODE,
    /** One asks for a hundred times as much. */
    GREEDY,
    /** Every other session has only finals, the others only partials. */
    TALKERS,
    /** Every other session sleeps for two minutes, and speaks for two. */
    SLEEPERS,
    /** All sleep for a minute and a half, and speak for a minute and a half. */
    TIDE
  }

  /** The total time-out of a call, and what a message may take beyond it. */
  private static final Duration CALL = Duration.ofSeconds(20);

  private static final Duration NETWORK = Duration.ofSeconds(2);

  public Scenario {
    within("nodes", nodes, 1, 2_000);
    within("sessions", sessions, 1, 2_000_000);
    within("minutes", minutes, 1, 1_440);
    within("latency", latencyMs, 1, 20_000);
    if (!(demand > 0 && demand <= 1_000)) {
      throw new IllegalArgumentException(
          "demand: " + demand + " is not more than 0 and at most 1000");
    }
  }

  /** Five nodes and 120 sessions that ask for three times of what there is, for ten minutes. */
  public static Scenario defaults() {
    return new Scenario(
        5,
        120,
        10,
        3,
        300,
        Faults.NONE,
        Limits.perMinute(4_500, 1_800_000),
        Policy.FAIR,
        Skew.EVEN);
  }

  public Scenario with(Faults other) {
    return new Scenario(nodes, sessions, minutes, demand, latencyMs, other, limits, policy, skew);
  }

  public Scenario with(Skew other) {
    return new Scenario(nodes, sessions, minutes, demand, latencyMs, faults, limits, policy, other);
  }

  public Scenario with(Limits other) {
    return new Scenario(nodes, sessions, minutes, demand, latencyMs, faults, other, policy, skew);
  }

  public Scenario withNodes(int other) {
    return new Scenario(other, sessions, minutes, demand, latencyMs, faults, limits, policy, skew);
  }

  public Scenario withSessions(int other) {
    return new Scenario(nodes, other, minutes, demand, latencyMs, faults, limits, policy, skew);
  }

  public Scenario withMinutes(int other) {
    return new Scenario(nodes, sessions, other, demand, latencyMs, faults, limits, policy, skew);
  }

  public Scenario withDemand(double other) {
    return new Scenario(nodes, sessions, minutes, other, latencyMs, faults, limits, policy, skew);
  }

  public Scenario withLatencyMs(int other) {
    return new Scenario(nodes, sessions, minutes, demand, other, faults, limits, policy, skew);
  }

  /** The durations that a cluster of this size works with. */
  public Timing timing() {
    return Timing.of(nodes, CALL, NETWORK);
  }

  private static void within(String what, long value, long least, long most) {
    if (value < least || value > most) {
      throw new IllegalArgumentException(
          "%s: %d is not in %d..%d".formatted(what, value, least, most));
    }
  }
}
