package io.dragoman.chaos.simulation;

import io.dragoman.chaos.simulation.Scenario.Faults;
import io.dragoman.quota.Charge;
import io.dragoman.quota.Limits;

/**
 * On what terms a run's account with the upstream is used. Immutable.
 *
 * @param charge what the upstream counts of a request's tokens
 * @param heaviest sessions weigh 1, 2, and so on to this, by turns
 * @param capped whether there is a cap for a second, below what the limit allows
 * @param speaks whether the upstream tells what it thinks of the quota, and refuses requests
 */
record Terms(Charge charge, int heaviest, boolean capped, boolean speaks) {

  /** What a request is reserved counts, all sessions weigh the same, and the upstream is silent. */
  static final Terms PLAIN = new Terms(Charge.RESERVED, 1, false, false);

  /** Two thirds of what the limit allows in a second. */
  private static final int CAPPED_SECOND = 60 * 3 / 2;

  /** Where only what was used is charged, the limit of tokens is so much lower that it binds. */
  private static final int FEWER_TOKENS = 2;

  /** Room for two large requests. */
  private static final int FEWEST_TOKENS = 1_250;

  /** In percent of what is reserved; it is all of that at most. */
  private static final int LEAST_USE = 25;

  private static final double MEAN_USE = (1 + LEAST_USE / 100.0) / 2;

  /** The terms of a run: plain ones, but for runs with all faults, which draw theirs. */
  static Terms of(Scenario scenario, long seed) {
    return scenario.faults() == Faults.ALL ? drawn(Chance.aside(seed)) : PLAIN;
  }

  /** A cap leaves the limit unused, which hides what goes over it: so there is seldom one. */
  private static Terms drawn(Chance chance) {
    return new Terms(
        chance.happens(0.5) ? Charge.USAGE : Charge.RESERVED,
        chance.happens(0.5) ? 3 : 1,
        chance.happens(0.25),
        chance.happens(0.5));
  }

  /** The limits that they leave of those of a scenario. */
  Limits limits(Limits given) {
    return new Limits(
        given.requests(),
        charge == Charge.USAGE ? fewer(given.tokens()) : given.tokens(),
        capped ? Math.max(1, given.requests() / CAPPED_SECOND) : given.requestsPerSecond());
  }

  private static long fewer(long tokens) {
    return Math.max(Math.min(tokens, FEWEST_TOKENS), tokens / FEWER_TOKENS);
  }

  @Override
  public String toString() {
    return "charged: %s; weights: 1 to %d; %s cap for a second; the upstream %s"
        .formatted(
            charge == Charge.USAGE ? "what is used" : "what is reserved",
            heaviest,
            capped ? "a" : "no",
            speaks ? "speaks" : "is silent");
  }

  /** By how much more has to be asked for, so that what is charged is as much as on plain terms. */
  double inflation() {
    return charge == Charge.USAGE ? 1 / MEAN_USE : 1;
  }

  /** What is used of so many tokens that were reserved. */
  static int used(int reserved, Chance chance) {
    return (int) chance.between(reserved * LEAST_USE / 100, reserved);
  }

  /** What a session weighs. */
  int weight(int session) {
    return 1 + session % heaviest;
  }

  /** A session's part of the weight of all. */
  double part(int session, int sessions) {
    long whole = sessions / heaviest;
    long rest = sessions % heaviest;
    long all = whole * heaviest * (heaviest + 1) / 2 + rest * (rest + 1) / 2;
    return (double) weight(session) / all;
  }
}
