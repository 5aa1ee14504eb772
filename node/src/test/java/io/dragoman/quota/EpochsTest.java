package io.dragoman.quota;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dragoman.quota.Reply.State;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What ends an epoch and what does not, and what goes over from one to the next. */
final class EpochsTest {
  private final Realm realm = new Realm();
  private Realm.Owner owner = realm.owner(1, 2, 3);

  @BeforeEach
  void open() {
    realm.start(1, 2, 3);
    realm.run(owner, 10, 1, 2, 3);
    assertEquals(State.NORMAL, realm.state(1));
  }

  @Test
  void aLateWordOfAFormerLifeTakesNobodysPlace() {
    Refresh late = realm.tells(3, false);
    realm.start(3);
    realm.run(owner, 5, 1, 2, 3);
    long life = owner.ledger().holder(3).incarnation();
    owner.hears(late);
    assertEquals(life, owner.ledger().holder(3).incarnation());
    assertFalse(life == late.incarnation());
  }

  @Test
  void aNewLifeIsNotBelievedWhileTheOtherOneMayStillSpeak() {
    Refresh last = realm.tells(3, false);
    owner.hears(last);
    realm.start(3);
    realm.run(owner, 1, 3);
    assertEquals(last.incarnation(), owner.ledger().holder(3).incarnation());
    realm.run(owner, 1, 3);
    assertTrue(last.incarnation() < owner.ledger().holder(3).incarnation());
  }

  @Test
  void aDoubledWordBringsNobodyBackWhoLeft() {
    Refresh before = realm.tells(3, false);
    owner.hears(before);
    realm.pass(0.1);
    owner.hears(realm.tells(3, true));
    assertFalse(owner.ledger().holder(3).joined());
    realm.pass(0.1);
    owner.hears(before);
    assertFalse(owner.ledger().holder(3).joined());
  }

  @Test
  void aLateWordFromAnEpochOfTheSameNumberEndsNothing() {
    Realm.Owner rival = realm.owner(4, 5);
    realm.start(4, 5);
    realm.run(rival, 10, 4, 5);
    assertEquals(owner.ledger().epoch(), rival.ledger().epoch());
    owner.hears(realm.tells(4, false));
    realm.run(owner, 1, 1, 2, 3);
    assertEquals(1, owner.ledger().epoch());
    assertEquals(State.NORMAL, realm.state(1));
  }

  @Test
  void whoTalksToAnOwnerAndWasInALaterEpochEndsTheEarlier() {
    Realm.Owner later = realm.owner(1, 2, 3);
    realm.run(later, 10, 2, 3);
    assertEquals(2, later.ledger().epoch());
    realm.run(owner, 1, 1, 2);
    assertTrue(owner.ledger().epoch() > 2, () -> "epoch " + owner.ledger().epoch());
  }

  /** It was reckoned with when the unknown was; it only missed a hand-over. */
  @Test
  void aPartThatWasNeverUnknownIsNotTakenOutOfIt() {
    work(owner, 1, 2, 3);
    Realm.Owner next = realm.owner(1, 2, 3);
    realm.start(4);
    realm.run(next, 10, 1, 2, 4);
    work(next, 1, 2, 4);
    Amount unknown = next.ledger().unknown;
    assertTrue(unknown.requests() > 0, "the third one's part");
    Realm.Owner second = realm.handOver(next, realm.owner(1, 2, 3));
    realm.run(second, 3, 1, 2);
    Realm.Owner third = realm.handOver(second, realm.owner(1, 2, 3));
    realm.run(third, 3, 1, 2);
    assertEquals(unknown, third.ledger().unknown);
    realm.run(third, 5, 1, 2, 4);
    assertTrue(third.ledger().holder(4).joined());
    assertEquals(unknown, third.ledger().unknown, "the fourth one's was told before");
    realm.run(third, 5, 1, 2, 3);
    assertTrue(unknown.requests() > third.ledger().unknown.requests(), "the third one's was not");
  }

  private void work(Realm.Owner at, long... which) {
    for (int i = 0; i < 40; i++) {
      realm.run(at, 0.25, which);
      for (long number : which) {
        Lessee node = realm.node(number);
        node.arrived(node.spend(1_000, realm.moment()), realm.moment());
      }
    }
  }

  /** Its former life may have voted for somebody in the moment before it died. */
  @Test
  void aColdStartWaitsForTheLeasesThatTheLastNodesFormerLifeMayHaveGranted() {
    realm.start(1, 2);
    owner = realm.owner(1, 2, 3);
    realm.start(3);
    long started = realm.now();
    while (!realm.node(1).holds(realm.moment())) {
      realm.run(owner, 0.25, 1, 2, 3);
    }
    Timing timing = Realm.TIMING;
    long least = timing.vote() + timing.lease() + timing.network();
    assertTrue(realm.now() - started >= least, () -> realm.now() - started + " ns");
  }
}
