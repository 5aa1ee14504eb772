package io.dragoman.quota;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dragoman.quota.LedgerKeeper.Outcome;
import io.dragoman.quota.Refresh.Bond;
import java.util.HashSet;
import java.util.Set;

/** What must hold whenever a ledger answers. */
final class Judge {
  private final SlowBooks slow;
  private final Set<Bond> past = new HashSet<>();
  private Bond first = Bond.NONE;
  private Bond granting = Bond.NONE;

  Judge(Timing timing) {
    slow = new SlowBooks(timing);
  }

  /** The books of the first epoch agree with slow, obvious ones, to the last token. */
  void exact(Refresh refresh, Outcome outcome, long now) {
    Ledger ledger = outcome.ledger();
    Reply reply = outcome.reply();
    if (first.equals(Bond.NONE)) {
      first = reply.bond();
    }
    if (first.equals(reply.bond()) && ledger.phase == Ledger.Phase.OPEN) {
      int at = ledger.find(refresh.node());
      boolean met = at >= 0 && ledger.holders.get(at).incarnation() == refresh.incarnation();
      slow.answered(refresh, met, reply, now);
      assertEquals(slow.booked(now), ledger.booked().minus(ledger.foreign));
    }
  }

  /**
   * An owner has granted something.
   *
   * @param truth what counts, or may
   */
  void granted(Outcome outcome, Amount limit, Amount truth) {
    Amount booked = outcome.ledger().booked();
    Amount granted = outcome.reply().granted();
    assertTrue(
        (granted.requests() == 0 || booked.requests() <= limit.requests())
            && (granted.tokens() == 0 || booked.tokens() <= limit.tokens()),
        () -> "granted " + granted + " beyond the limit, of which is booked " + booked);
    assertTrue(booked.covers(truth), () -> booked + " is booked, may count " + truth);
    Bond bond = outcome.reply().bond();
    if (!bond.equals(granting)) {
      past.add(granting);
      assertFalse(past.contains(bond), () -> bond + " grants, after another has");
      granting = bond;
    }
  }
}
