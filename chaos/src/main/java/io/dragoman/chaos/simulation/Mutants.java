package io.dragoman.chaos.simulation;

import io.dragoman.chaos.simulation.Scenario.Faults;
import io.dragoman.chaos.simulation.Scenario.Skew;
import io.dragoman.quota.Amount;
import io.dragoman.quota.Charge;
import io.dragoman.quota.HardState;
import io.dragoman.quota.Limits;
import io.dragoman.quota.Moment;
import io.dragoman.quota.Rules;
import io.dragoman.quota.Timing;
import io.dragoman.quota.Voters;
import java.util.List;

/** Every guard of the quota, taken away in turn. */
final class Mutants {
  private static final Amount MUCH = new Amount(Long.MAX_VALUE / 4, Long.MAX_VALUE / 4);

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
          Mutant.of("booked from the permit, not from the proof of arrival", SLOW, FromPermit::new),
          Mutant.of(
              "what a silent node held expires from its last refresh on",
              KILLS.withLatencyMs(8_000),
              ExpiresEarly::new),
          Mutant.of("no votes", CUTS, NoVotes::new),
          Mutant.of("votes counted from receipt", ALL, VotesFromReceipt::new),
          Mutant.of("votes switched before they lapsed", SPLITS, SwitchesVotes::new),
          Mutant.of("no quarantine", KILLS, NoQuarantine::new),
          Mutant.of("quarantine with ages taken at their latest", SPLITS, Ageless::new),
          Mutant.of(
              "what a minority remembers taken for all", ALL.with(Skew.TIDE), FewWitnesses::new),
          Mutant.of("sealed ledger not checked for completeness", ALL, BelievesSeals::new),
          Mutant.of("no ttl", CUTS.with(Skew.TIDE), NoTtl::new),
          Mutant.of("no duplicate detection", ALL.with(Skew.TIDE).withLatencyMs(4_000), Twice::new),
          Mutant.of("lease counted from receipt", ALL, LeaseFromReceipt::new),
          Mutant.of("no drift check of leases", ALL.withDemand(0.7), NoDriftCheck::new),
          Mutant.of("votes not void after suspension", ALL, VotesAfterSleep::new),
          Mutant.of("stale backup accepted", ALL, StaleBackups::new),
          Mutant.of("merge of an old copy accepted", ALL, OldCopies::new),
          Mutant.of("membership changed by two at once", ALL, ManyChanges::new),
          Mutant.of("who has forgotten all makes a majority", ALL, StrangersCount::new),
          Mutant.of("ages trusted after a suspension", ALL, AgesAfterSleep::new),
          new Mutant(
              "no pacing",
              CALM,
              NoPacing::new,
              f -> "no permit for %.1f s".formatted(f.maxGapS()),
              f -> f.maxGapS() > 1),
          new Mutant(
              "finals first without repayment",
              CALM.with(Skew.TALKERS),
              NoRepayment::new,
              f -> "Jain's index is %.3f".formatted(f.jain()),
              f -> f.jain() < 0.99),
          new Mutant(
              "idle counter not lifted",
              WAKING,
              NotLifted::new,
              f -> "who wakes misses its half by %d permits".formatted(f.wakingGap()),
              f -> f.wakingGap() > 3),
          Mutant.of("one dimension ignored", TIGHT_TOKENS, RequestsOnly::new),
          Mutant.of("charge settled down under reserved", TIGHT_TOKENS, SettlesDown::new));

  private Mutants() {}

  private static final class FromPermit extends Rules {
    FromPermit(Timing timing) {
      super(timing);
    }

    @Override
    public long proofAge(long sinceFirstByte, long sincePermit) {
      return sincePermit;
    }
  }

  private static final class ExpiresEarly extends Rules {
    ExpiresEarly(Timing timing) {
      super(timing);
    }

    @Override
    public long silentUntil(long leaseEnd) {
      return leaseEnd - timing().lease();
    }
  }

  private static final class NoVotes extends Rules {
    NoVotes(Timing timing) {
      super(timing);
    }

    @Override
    public boolean majority(int votes, Voters voters) {
      return true;
    }
  }

  private static final class VotesFromReceipt extends Rules {
    VotesFromReceipt(Timing timing) {
      super(timing);
    }

    @Override
    public long votedFrom(long stamp, long receipt) {
      return receipt;
    }
  }

  private static final class SwitchesVotes extends Rules {
    SwitchesVotes(Timing timing) {
      super(timing);
    }

    @Override
    public boolean mayVoteAnew(long sinceLastVote) {
      return true;
    }
  }

  private static final class NoQuarantine extends Rules {
    NoQuarantine(Timing timing) {
      super(timing);
    }

    @Override
    public Amount unknown(Amount booked, Amount known) {
      return Amount.ZERO;
    }
  }

  private static final class Ageless extends Rules {
    Ageless(Timing timing) {
      super(timing);
    }

    @Override
    public boolean surelyBooked(long proofAge) {
      return true;
    }
  }

  private static final class FewWitnesses extends Rules {
    FewWitnesses(Timing timing) {
      super(timing);
    }

    @Override
    public boolean witnessed(int witnesses, Voters voters) {
      return true;
    }
  }

  private static final class BelievesSeals extends Rules {
    BelievesSeals(Timing timing) {
      super(timing);
    }

    @Override
    public boolean complete(int remembering, Voters voters) {
      return true;
    }
  }

  private static final class NoTtl extends Rules {
    NoTtl(Timing timing) {
      super(timing);
    }

    @Override
    public boolean leaseHolds(long sent, long received, long lease, long now) {
      return lease > 0;
    }
  }

  private static final class Twice extends Rules {
    Twice(Timing timing) {
      super(timing);
    }

    @Override
    public boolean duplicate(long sequence, long processed) {
      return false;
    }
  }

  private static final class LeaseFromReceipt extends Rules {
    LeaseFromReceipt(Timing timing) {
      super(timing);
    }

    @Override
    public boolean leaseHolds(long sent, long received, long lease, long now) {
      return now - received < lease;
    }
  }

  private static final class NoDriftCheck extends Rules {
    NoDriftCheck(Timing timing) {
      super(timing);
    }

    @Override
    public boolean voidsLease(Moment renewed, Moment now) {
      return false;
    }
  }

  private static final class VotesAfterSleep extends Rules {
    VotesAfterSleep(Timing timing) {
      super(timing);
    }

    @Override
    public boolean voidsVotes(Moment before, Moment now) {
      return false;
    }
  }

  private static final class StaleBackups extends Rules {
    StaleBackups(Timing timing) {
      super(timing);
    }

    @Override
    public boolean trusts(boolean sealed) {
      return true;
    }
  }

  private static final class OldCopies extends Rules {
    OldCopies(Timing timing) {
      super(timing);
    }

    @Override
    public boolean rolledBack(long version, long remembered) {
      return false;
    }
  }

  private static final class ManyChanges extends Rules {
    ManyChanges(Timing timing) {
      super(timing);
    }

    @Override
    public boolean mayChangeVoters(int informed, Voters voters) {
      return true;
    }
  }

  private static final class StrangersCount extends Rules {
    StrangersCount(Timing timing) {
      super(timing);
    }

    @Override
    public boolean knows(HardState remembered) {
      return true;
    }
  }

  private static final class AgesAfterSleep extends Rules {
    AgesAfterSleep(Timing timing) {
      super(timing);
    }

    @Override
    public boolean voidsAges(Moment before, Moment now) {
      return false;
    }
  }

  private static final class NoPacing extends Rules {
    NoPacing(Timing timing) {
      super(timing);
    }

    @Override
    public Amount paced(Amount limit, long since) {
      return MUCH;
    }
  }

  private static final class NoRepayment extends Rules {
    NoRepayment(Timing timing) {
      super(timing);
    }

    @Override
    public long repaid(long counter, long cost, boolean ahead) {
      return ahead ? counter : counter + cost;
    }
  }

  private static final class NotLifted extends Rules {
    NotLifted(Timing timing) {
      super(timing);
    }

    @Override
    public long lifted(long counter, long floor) {
      return counter;
    }
  }

  private static final class RequestsOnly extends Rules {
    RequestsOnly(Timing timing) {
      super(timing);
    }

    @Override
    public Amount room(Amount ceiling, Amount booked) {
      return new Amount(ceiling.requests() - booked.requests(), MUCH.tokens());
    }
  }

  private static final class SettlesDown extends Rules {
    SettlesDown(Timing timing) {
      super(timing);
    }

    @Override
    public long charged(Charge charge, long reserved, long used) {
      return Math.min(reserved, used);
    }
  }
}
