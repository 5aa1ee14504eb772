package io.dragoman.chaos.simulation;

import io.dragoman.quota.FairQueue.Session;
import io.dragoman.quota.Limits;
import io.dragoman.quota.QuotaRequest.Priority;
import io.dragoman.quota.Ticket;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * One session: somebody speaks, and captions are corrected and translated while a sentence grows,
 * and once more when it is complete.
 *
 * <p>The mix is that of a session with one language: in a minute 24 calls for partials, of 100 and
 * 550 tokens by turns, and 20 for finals, of 120 and 625. More demand means more partials; finals
 * stay within what a fair share can carry, since all of them are to be served.
 */
final class Speaker {

  /** How many captions grow at once, at least. */
  private static final int LANES = 6;

  private static final int[] PARTIAL = {100, 550};
  private static final int[] FINAL = {120, 625};
  private static final double PARTIAL_MEAN = 325;
  private static final double FINAL_MEAN = 372.5;
  private static final double PARTIALS = 24;
  private static final double FINALS = 20;

  /** The part of a fair share that finals may take. */
  private static final double MOST_FINALS = 0.6;

  private static final double MINUTE = 60.0 * Timeline.SECOND;
  private static final long DEADLINE = 3 * Timeline.SECOND;

  private final Simulation simulation;
  private final int number;
  private final Chance chance;
  private final double partialEvery;
  private final double finalEvery;

  /** A newer partial replaces the one of its lane that waits. */
  private final @Nullable Ticket[] lanes;

  private int turn;

  private @Nullable Machine machine;
  private @Nullable Session session;

  Speaker(Simulation simulation, int number, Chance chance) {
    this.simulation = simulation;
    this.number = number;
    this.chance = chance;
    Scenario scenario = simulation.scenario();
    Limits limits = simulation.limits();
    double fair = simulation.terms().part(number, scenario.sessions());
    double wanted = scenario.demand() * simulation.terms().inflation() * fair * factor();
    double finalCost = cost(FINAL_MEAN, limits);
    double partialCost = cost(PARTIAL_MEAN, limits);
    double part = FINALS * finalCost / (FINALS * finalCost + PARTIALS * partialCost);
    double finals =
        switch (scenario.skew()) {
          case TALKERS -> number % 2 == 0 ? wanted : 0;
          default -> Math.min(wanted * part, MOST_FINALS * fair);
        };
    // Enough of them to want all of two seconds' fair share at once.
    lanes = new Ticket[Math.max(LANES, 2 * (int) (fair / partialCost / 60))];
    finalEvery = MINUTE * finalCost / finals;
    partialEvery = MINUTE * partialCost / (wanted - finals);
  }

  private double factor() {
    return switch (simulation.scenario().skew()) {
      case LADDER -> Math.pow(3, number % 3);
      case GREEDY -> number == 0 ? 100 : 1;
      default -> 1;
    };
  }

  /** The mean dominant share of a request. */
  private static double cost(double tokens, Limits limits) {
    return Math.max(1.0 / limits.requests(), tokens / limits.tokens());
  }

  int number() {
    return number;
  }

  void begin() {
    again(finalEvery, this::askFinal);
    again(partialEvery, this::askPartial);
  }

  /** Goes on on another node; what waited on the last one is lost with its connection. */
  void settle(Machine to) {
    if (machine != null && session != null) {
      machine.close(this, session);
    }
    Arrays.fill(lanes, null);
    machine = to;
    session = to.open(this);
  }

  private void again(double every, Runnable what) {
    if (every < Long.MAX_VALUE / 1_000.0) {
      simulation.time().after(chance.exponential(every), what);
    }
  }

  private void askFinal() {
    again(finalEvery, this::askFinal);
    if (canAsk()) {
      ask(Priority.FINAL, FINAL[chance.below(2)]);
    }
  }

  private void askPartial() {
    again(partialEvery, this::askPartial);
    if (!canAsk()) {
      return;
    }
    int lane = turn++ % lanes.length;
    Ticket waiting = lanes[lane];
    if (waiting != null && waiting.state() == Ticket.State.WAITING && machine != null) {
      machine.cancel(this, waiting);
    }
    lanes[lane] = ask(Priority.PARTIAL, PARTIAL[lane % 2]);
  }

  private @Nullable Ticket ask(Priority priority, int tokens) {
    return machine == null || session == null
        ? null
        : machine.ask(this, session, priority, tokens, DEADLINE);
  }

  private boolean canAsk() {
    return machine != null && machine.isRunning() && !isAsleep();
  }

  boolean isWaiting() {
    return session != null && session.waiting() > 0;
  }

  boolean isAsleep() {
    return switch (simulation.scenario().skew()) {
      case SLEEPERS -> number % 2 == 1 && simulation.time().now() / (2 * (long) MINUTE) % 2 == 0;
      case TIDE -> simulation.time().now() / (3 * (long) MINUTE / 2) % 2 == 1;
      default -> false;
    };
  }
}
