package io.dragoman.chaos.simulation;

import io.dragoman.chaos.simulation.Scenario.Faults;
import io.dragoman.chaos.simulation.Scenario.Skew;
import io.dragoman.quota.Limits;
import java.util.List;

/** Every guard of the quota, taken away in turn. */
final class Mutants {
  private static final Scenario CALM = Scenario.defaults().withMinutes(5);
  private static final Scenario SLOW = CALM.withLatencyMs(4_000);
  private static final Scenario TIGHT_TOKENS = CALM.with(Limits.perMinute(100_000, 180_000));
  private static final Scenario WAKING =
      CALM.withNodes(1)
          .withSessions(2)
          .withDemand(9)
          .with(Limits.perMinute(450, 180_000))
          .with(Skew.SLEEPERS);
  private static final Scenario KILLS = Scenario.defaults().with(Faults.KILLS);
  private static final Scenario CUTS = Scenario.defaults().with(Faults.PARTITIONS);
  private static final Scenario SPLITS = Scenario.defaults().with(Faults.SPLITS);
  private static final Scenario ALL = Scenario.defaults().with(Faults.ALL);

  /** In the order in which a request meets them. */
  static final List<Mutant> EVERY =
      List.of(
          Mutant.of(
              "booked from the permit, not from the proof of arrival",
              SLOW,
              BrokenRules.FromPermit::new),
          Mutant.of(
              "what a silent node held expires from its last refresh on",
              KILLS.withLatencyMs(8_000),
              BrokenRules.ExpiresEarly::new),
          Mutant.of("no votes", CUTS, BrokenRules.NoVotes::new),
          Mutant.of("votes counted from receipt", ALL, BrokenRules.VotesFromReceipt::new),
          Mutant.of("votes switched before they lapsed", SPLITS, BrokenRules.SwitchesVotes::new),
          Mutant.of("no quarantine", KILLS, BrokenRules.NoQuarantine::new),
          Mutant.of("quarantine with ages taken at their latest", SPLITS, BrokenRules.Ageless::new),
          Mutant.of("quarantine ended by what counted no longer", SPLITS, BrokenRules.LongAgo::new),
          Mutant.of(
              "what a minority remembers taken for all",
              ALL.with(Skew.TIDE),
              BrokenRules.FewWitnesses::new),
          Mutant.of(
              "sealed ledger not checked for completeness", ALL, BrokenRules.BelievesSeals::new),
          Mutant.of("no ttl", CUTS.with(Skew.TIDE), BrokenRules.NoTtl::new),
          Mutant.of(
              "no duplicate detection",
              ALL.with(Skew.TIDE).withLatencyMs(4_000),
              BrokenRules.Twice::new),
          Mutant.of("lease counted from receipt", ALL, BrokenRules.LeaseFromReceipt::new),
          Mutant.of("no drift check of leases", ALL.withDemand(0.7), BrokenRules.NoDriftCheck::new),
          Mutant.of("votes not void after suspension", ALL, BrokenRules.VotesAfterSleep::new),
          Mutant.of("stale backup accepted", ALL, BrokenRules.StaleBackups::new),
          Mutant.of("merge of an old copy accepted", ALL, BrokenRules.OldCopies::new),
          Mutant.of("membership changed by two at once", ALL, BrokenRules.ManyChanges::new),
          Mutant.of("who has forgotten all makes a majority", ALL, BrokenRules.StrangersCount::new),
          Mutant.of("ages trusted after a suspension", ALL, BrokenRules.AgesAfterSleep::new),
          new Mutant(
              "no pacing",
              CALM,
              BrokenRules.NoPacing::new,
              f -> "no permit for %.1f s".formatted(f.maxGapS()),
              f -> f.maxGapS() > 1),
          new Mutant(
              "finals first without repayment",
              CALM.with(Skew.TALKERS),
              BrokenRules.NoRepayment::new,
              f -> "Jain's index is %.3f".formatted(f.jain()),
              f -> f.jain() < 0.99),
          new Mutant(
              "idle counter not lifted",
              WAKING,
              BrokenRules.NotLifted::new,
              f -> "who wakes misses its half by %d permits".formatted(f.wakingGap()),
              f -> f.wakingGap() > 3),
          Mutant.of("one dimension ignored", TIGHT_TOKENS, BrokenRules.RequestsOnly::new),
          Mutant.of(
              "charge settled down under reserved", TIGHT_TOKENS, BrokenRules.SettlesDown::new),
          Mutant.of(
              "usage settled before the answer is complete", ALL, BrokenRules.SettlesEarly::new),
          Mutant.of("a refusal ignored", ALL, BrokenRules.HearsNoRefusal::new));

  private Mutants() {}
}
