package io.dragoman.quota;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dragoman.quota.Delay.Bound;
import io.dragoman.quota.Delay.Cause;
import io.dragoman.quota.QuotaRequest.Priority;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a request that waits is told while the ledger may not grant: the cause, and its end. */
final class DelayTest {
  private final Realm realm = new Realm();
  private final Realm.Owner owner = realm.owner(1, 2, 3);

  @BeforeEach
  void open() {
    realm.start(1, 2, 3);
    realm.run(owner, 10, 1, 2, 3);
  }

  @Test
  void whileALedgerHoldsBackWhatIsUnknown() {
    realm.run(realm.owner(1, 2, 3), 20, 1, 2);
    assertTold(Cause.QUARANTINE, 60, 80);
  }

  @Test
  void whileTheUpstreamRefuses() {
    realm.node(1).observed(new Evidence.Refusal(30 * Realm.SECOND), realm.moment());
    realm.run(owner, 10, 1, 2, 3);
    assertTold(Cause.REFUSED, 19, 21);
    realm.run(owner, 25, 1, 2, 3);
    assertTold(Cause.SHARE, 0, 0);
  }

  @Test
  void whileAMajorityIsMissing() {
    realm.run(owner, 5, 1);
    assertTold(Cause.NO_MAJORITY, 0, 0);
  }

  @Test
  void whileTheOwnerLeaves() {
    owner.copy = owner.keeper.seal(owner.ledger(), realm.moment());
    realm.run(owner, 1, 1);
    assertTold(Cause.HANDOVER, 0, 0);
  }

  @Test
  void whileOthersUseTheAccount() {
    Amount none = new Amount(Long.MAX_VALUE, Long.MAX_VALUE);
    realm
        .node(1)
        .observed(
            new Evidence.Headers(none, new Amount(none.requests(), 0), 30 * Realm.SECOND),
            realm.moment());
    realm.run(owner, 1, 1, 2, 3);
    assertEquals(Bound.TOKENS, assertTold(Cause.UPSTREAM, 0, 0).bound());
    realm.run(owner, 31, 1, 2, 3);
    assertTold(Cause.SHARE, 0, 0);
  }

  @Test
  void whileTheUpstreamNamesALowerLimit() {
    Amount lower = new Amount(30 * Amount.REQUEST, Long.MAX_VALUE);
    Amount none = new Amount(Long.MAX_VALUE, Long.MAX_VALUE);
    realm.node(1).observed(new Evidence.Headers(lower, none, 0), realm.moment());
    realm.run(owner, 1, 1, 2, 3);
    assertEquals(Bound.REQUESTS, assertTold(Cause.UPSTREAM, 0, 0).bound());
  }

  @Test
  void whileTheUpstreamsLimitIsBelowTheRequest() {
    Amount lower = new Amount(Long.MAX_VALUE, 50);
    Amount none = new Amount(Long.MAX_VALUE, Long.MAX_VALUE);
    realm.node(1).observed(new Evidence.Headers(lower, none, 0), realm.moment());
    realm.run(owner, 1, 1, 2, 3);
    assertEquals(Bound.TOKENS, assertTold(Cause.UPSTREAM, 0, 0).bound());
  }

  @Test
  void whileASecondIsCapped() {
    owner.limit(new Limits(600, 240_000, 2));
    realm.run(owner, 20, 1, 2, 3);
    assertEquals(Bound.REQUESTS_PER_SECOND, assertTold(Cause.SHARE, 0, 0).bound());
  }

  private Delay assertTold(Cause cause, double least, double most) {
    Gate gate = new Gate(realm.node(1), realm.rules, Policy.FAIR, Realm.LIMITS);
    Ticket ticket = gate.await(gate.open(1, 1), Priority.FINAL, 100, realm.now(), realm.moment());
    Delay why = gate.why(ticket, realm.moment());
    assertEquals(cause, why.cause());
    double seconds = (double) why.remaining() / Realm.SECOND;
    assertTrue(seconds >= least && seconds <= most, why.toString());
    return why;
  }
}
