package io.dragoman.chaos.simulation;

import io.dragoman.quota.Amount;
import io.dragoman.quota.Charge;
import io.dragoman.quota.HardState;
import io.dragoman.quota.Moment;
import io.dragoman.quota.Rules;
import io.dragoman.quota.Timing;
import io.dragoman.quota.Voters;

/** The quota's rules, each time with one guard taken away. */
final class BrokenRules {
  private static final Amount MUCH = new Amount(Long.MAX_VALUE / 4, Long.MAX_VALUE / 4);

  private BrokenRules() {}

  static final class FromPermit extends Rules {
    FromPermit(Timing timing) {
      super(timing);
    }

    @Override
    public long proofAge(long sinceFirstByte, long sincePermit) {
      return sincePermit;
    }
  }

  static final class ExpiresEarly extends Rules {
    ExpiresEarly(Timing timing) {
      super(timing);
    }

    @Override
    public long silentUntil(long leaseEnd) {
      return leaseEnd - timing().lease();
    }
  }

  static final class NoVotes extends Rules {
    NoVotes(Timing timing) {
      super(timing);
    }

    @Override
    public boolean majority(int votes, Voters voters) {
      return true;
    }
  }

  static final class VotesFromReceipt extends Rules {
    VotesFromReceipt(Timing timing) {
      super(timing);
    }

    @Override
    public long votedFrom(long stamp, long receipt) {
      return receipt;
    }
  }

  static final class SwitchesVotes extends Rules {
    SwitchesVotes(Timing timing) {
      super(timing);
    }

    @Override
    public long boundFor(long sinceLastVote) {
      return 0;
    }
  }

  static final class NoQuarantine extends Rules {
    NoQuarantine(Timing timing) {
      super(timing);
    }

    @Override
    public Amount unknown(Amount booked, Amount known) {
      return Amount.ZERO;
    }
  }

  static final class Ageless extends Rules {
    Ageless(Timing timing) {
      super(timing);
    }

    @Override
    public long surelyBookedUntil(long told, long proofAge) {
      return Long.MAX_VALUE;
    }
  }

  static final class LongAgo extends Rules {
    LongAgo(Timing timing) {
      super(timing);
    }

    @Override
    public long lastGrant(long unknownUntil) {
      return Long.MIN_VALUE / 2;
    }
  }

  static final class FewWitnesses extends Rules {
    FewWitnesses(Timing timing) {
      super(timing);
    }

    @Override
    public boolean witnessed(int witnesses, Voters voters) {
      return true;
    }
  }

  static final class BelievesSeals extends Rules {
    BelievesSeals(Timing timing) {
      super(timing);
    }

    @Override
    public boolean complete(int remembering, Voters voters) {
      return true;
    }
  }

  static final class NoTtl extends Rules {
    NoTtl(Timing timing) {
      super(timing);
    }

    @Override
    public boolean leaseHolds(long sent, long received, long lease, long now) {
      return lease > 0;
    }
  }

  static final class Twice extends Rules {
    Twice(Timing timing) {
      super(timing);
    }

    @Override
    public boolean duplicate(long sequence, long processed) {
      return false;
    }
  }

  static final class LeaseFromReceipt extends Rules {
    LeaseFromReceipt(Timing timing) {
      super(timing);
    }

    @Override
    public boolean leaseHolds(long sent, long received, long lease, long now) {
      return now - received < lease;
    }
  }

  static final class NoDriftCheck extends Rules {
    NoDriftCheck(Timing timing) {
      super(timing);
    }

    @Override
    public boolean voidsLease(Moment renewed, Moment now) {
      return false;
    }
  }

  static final class VotesAfterSleep extends Rules {
    VotesAfterSleep(Timing timing) {
      super(timing);
    }

    @Override
    public boolean voidsVotes(Moment before, Moment now) {
      return false;
    }
  }

  static final class StaleBackups extends Rules {
    StaleBackups(Timing timing) {
      super(timing);
    }

    @Override
    public boolean trusts(boolean sealed) {
      return true;
    }
  }

  static final class OldCopies extends Rules {
    OldCopies(Timing timing) {
      super(timing);
    }

    @Override
    public boolean rolledBack(long version, long remembered) {
      return false;
    }
  }

  static final class ManyChanges extends Rules {
    ManyChanges(Timing timing) {
      super(timing);
    }

    @Override
    public boolean mayChangeVoters(int informed, Voters voters) {
      return true;
    }
  }

  static final class StrangersCount extends Rules {
    StrangersCount(Timing timing) {
      super(timing);
    }

    @Override
    public boolean knows(HardState remembered) {
      return true;
    }
  }

  static final class AgesAfterSleep extends Rules {
    AgesAfterSleep(Timing timing) {
      super(timing);
    }

    @Override
    public boolean voidsAges(Moment before, Moment now) {
      return false;
    }
  }

  static final class NoPacing extends Rules {
    NoPacing(Timing timing) {
      super(timing);
    }

    @Override
    public Amount paced(Amount limit, long since) {
      return MUCH;
    }
  }

  static final class NoRepayment extends Rules {
    NoRepayment(Timing timing) {
      super(timing);
    }

    @Override
    public long repaid(long counter, long cost, boolean ahead) {
      return ahead ? counter : counter + cost;
    }
  }

  static final class NotLifted extends Rules {
    NotLifted(Timing timing) {
      super(timing);
    }

    @Override
    public long lifted(long counter, long floor) {
      return counter;
    }
  }

  static final class RequestsOnly extends Rules {
    RequestsOnly(Timing timing) {
      super(timing);
    }

    @Override
    public Amount room(Amount ceiling, Amount booked) {
      return new Amount(ceiling.requests() - booked.requests(), MUCH.tokens());
    }
  }

  static final class SettlesDown extends Rules {
    SettlesDown(Timing timing) {
      super(timing);
    }

    @Override
    public long charged(Charge charge, long reserved, long used) {
      return Math.min(reserved, used);
    }
  }

  static final class SettlesEarly extends Rules {
    SettlesEarly(Timing timing) {
      super(timing);
    }

    @Override
    public boolean isKnownAtOnce(Charge charge) {
      return true;
    }
  }

  static final class HearsNoRefusal extends Rules {
    HearsNoRefusal(Timing timing) {
      super(timing);
    }

    @Override
    public boolean refuses(long until, long now) {
      return false;
    }
  }
}
