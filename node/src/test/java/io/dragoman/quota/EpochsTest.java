package io.dragoman.quota;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
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
    realm.run(owner, 0.75, 3);
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

  @Test
  void aNodeIsAwaitedFromTheMomentAtWhichItsLastVoteHasLapsed() {
    Realm.Owner next = realm.owner(1, 2, 3);
    realm.run(next, 1.25, 1, 2);
    exchange(next, 1);
    long bound = realm.node(1).awaitedIn(realm.moment()).orElseThrow();
    assertTrue(bound > 0 && bound < 0.6 * Realm.SECOND, () -> bound + " ns");
    realm.pass((bound - 10) / 1e9);
    assertEquals(owner.ledger().bond(), realm.tells(1, false).joined(), "it is not free yet");
    realm.pass(0.02);
    exchange(next, 1, 2, 1);
    assertEquals(State.QUARANTINE, realm.state(1));
    assertTrue(realm.node(1).holds(realm.moment()));
  }

  private void exchange(Realm.Owner at, long... nodes) {
    for (long node : nodes) {
      realm.exchange(at, node);
    }
  }

  /** It asks again and again, and only what it asks soon after an answer is a vote. */
  @Test
  void aNodeThatNobodyAnswersIsSoonFree() {
    for (int i = 0; i < 9; i++) {
      realm.pass(0.25);
      realm.tells(1, false);
      realm.tells(2, false);
    }
    assertEquals(0, realm.tells(1, false).vote());
    Realm.Owner next = realm.owner(1, 2, 3);
    exchange(next, 1, 2, 1, 2, 1, 2, 1);
    assertEquals(State.QUARANTINE, realm.state(1));
  }

  @Test
  void whoAsksAgainTakesNoVoteBack() {
    realm.pass(0.25);
    owner.hears(realm.tells(1, false));
    owner.hears(realm.tells(2, false));
    realm.pass(0.45);
    owner.hears(realm.tells(2, false));
    Reply answer = owner.hears(realm.tells(1, false));
    assertEquals(3, answer.status().votes());
    assertEquals(State.NORMAL, answer.status().state());
  }

  /** An upstream whose limit is used up says so to whoever gathers, too. */
  @Test
  void whatTheClusterUsedItselfIsNotTakenForTheUseOfOthers() {
    Realm.Owner next = realm.owner(1, 2, 3);
    Amount limit = Realm.LIMITS.amount();
    exchange(next, 1, 2);
    for (int i = 0; next.ledger().phase == Ledger.Phase.GATHERING && i < 20; i++) {
      realm.pass(0.25);
      realm
          .node(1)
          .observed(new Evidence.Headers(limit, Amount.ZERO, 60 * Realm.SECOND), realm.moment());
      exchange(next, 1);
      assertEquals(Amount.ZERO, next.ledger().foreign);
      exchange(next, 2);
    }
    assertEquals(State.QUARANTINE, realm.state(2));
  }

  @Test
  void anAnswerThatIsDoubledIsGrantedOnce() {
    realm.pass(0.25);
    Reply reply = owner.hears(realm.tells(1, false));
    assertFalse(reply.granted().isZero());
    realm.node(1).replied(reply, realm.moment());
    Amount once = realm.node(1).unspent();
    realm.node(1).replied(reply, realm.moment());
    assertEquals(once, realm.node(1).unspent());
  }

  @Test
  void anAnswerToAFormerLifeIsNone() {
    realm.pass(0.25);
    realm.start(1);
    Reply reply = owner.hears(realm.tells(1, false));
    realm.start(1);
    realm.tells(1, false);
    realm.node(1).replied(reply, realm.moment());
    assertNull(realm.node(1).last());
  }

  @Test
  void aProcessThatIsNotTheOwnerSetsNoLimit() {
    Realm.Owner other = realm.owner(1, 2, 3);
    other.copy = owner.copy;
    other.limit(Limits.perMinute(10, 4_000));
    assertEquals(owner.copy, other.copy);
  }

  /** The first one to ask was cut off with it, and knows nothing of the other epoch. */
  @Test
  void limitsThatWereSetUnderALaterOwnerHoldOnWhereTheEarlierOneIsBack() {
    Limits lower = Limits.perMinute(60, 24_000);
    Realm.Owner later = realm.owner(1, 2, 3);
    later.copy = owner.copy;
    realm.run(later, 10, 2, 3);
    later.limit(lower);
    realm.run(later, 1, 2, 3);
    owner.copy = later.copy;
    realm.run(owner, 10, 1, 2, 3);
    assertTrue(owner.ledger().epoch() > later.ledger().epoch());
    assertTrue(realm.node(1).holds(realm.moment()));
    assertEquals(lower, owner.ledger().limits);
  }

  /** A few nodes behind a cut may get a new owner, whose epoch no node joins. */
  @Test
  void limitsOfAnEpochThatNoNodeWasInChangeNothing() {
    Limits lower = Limits.perMinute(60, 24_000);
    Realm.Owner few = realm.owner(1, 2, 3);
    few.copy = owner.copy;
    few.hears(realm.tells(3, false));
    owner.limit(lower);
    owner.copy = few.copy;
    realm.run(owner, 10, 1, 2, 3);
    assertEquals(1, owner.ledger().epoch());
    assertEquals(lower, owner.ledger().limits);
  }

  @Test
  void whatTheUpstreamSaidBetweenARefreshAndItsAnswerIsToldWithTheNext() {
    Refresh refresh = realm.tells(1, false);
    Evidence refusal = new Evidence.Refusal(Realm.SECOND);
    realm.node(1).observed(refusal, realm.moment());
    realm
        .node(1)
        .observed(new Evidence.Headers(Amount.of(1, 1), Amount.of(1, 1), 0), realm.moment());
    realm.node(1).replied(owner.hears(refresh), realm.moment());
    assertEquals(refusal, realm.tells(1, false).evidence(), "and a refusal goes first");
    realm.node(1).replied(owner.hears(realm.tells(1, false)), realm.moment());
    assertNull(realm.tells(1, false).evidence());
  }

  @Test
  void theRefusalThatEndsLastIsTold() {
    Evidence longer = new Evidence.Refusal(30 * Realm.SECOND);
    Evidence shorter = new Evidence.Refusal(28 * Realm.SECOND);
    realm.node(1).observed(longer, realm.moment());
    realm.node(1).observed(shorter, realm.moment());
    assertEquals(longer, realm.tells(1, false).evidence());
    realm.pass(3);
    realm.node(1).observed(shorter, realm.moment());
    assertEquals(shorter, realm.tells(1, false).evidence(), "nothing has confirmed the first");
  }

  /** Its former life may have voted for somebody in the moment before it died. */
  @Test
  void aColdStartWaitsForTheLeasesThatTheLastNodesFormerLifeMayHaveGranted() {
    realm.forget(1);
    realm.forget(2);
    realm.forget(3);
    realm.start(1, 2);
    owner = realm.owner(1, 2, 3);
    realm.run(owner, 5, 1, 2);
    realm.start(3);
    long started = realm.now();
    while (!realm.node(1).holds(realm.moment())) {
      realm.run(owner, 0.25, 1, 2, 3);
    }
    Timing timing = Realm.TIMING;
    long least = timing.vote() + timing.lease() + timing.network();
    assertTrue(realm.now() - started >= least, () -> realm.now() - started + " ns");
  }

  @Test
  void aClusterThatStartsAgainGoesOnFromSealedBooks() {
    Amount booked = owner.ledger().booked();
    Realm.Owner next = realm.handOver(owner, realm.owner(1, 2, 3));
    realm.start(1, 2, 3);
    realm.run(next, 3, 1, 2, 3);
    assertEquals(State.NORMAL, realm.state(1));
    assertEquals(owner.ledger().bond(), next.ledger().continues);
    assertTrue(next.ledger().booked().covers(booked), "what its former life held still counts");
  }

  @Test
  void oneThatHasForgottenToWhomItWasBoundDoesNot() {
    Realm.Owner next = realm.handOver(owner, realm.owner(1, 2, 3));
    realm.forget(1);
    realm.forget(2);
    realm.start(1, 2, 3);
    realm.run(next, 10, 1, 2, 3);
    assertEquals(State.QUARANTINE, realm.state(1));
  }

  @Test
  void sealedBooksThatOthersHaveGoneOnFromAreOfNoUse() {
    Realm.Owner old = realm.owner(1, 2, 3);
    Realm.Owner second = realm.handOver(owner, realm.owner(1, 2, 3));
    old.copy = second.copy;
    realm.run(second, 3, 1, 2, 3);
    assertEquals(State.NORMAL, realm.state(1));
    realm.start(1, 2, 3);
    realm.run(old, 10, 1, 2, 3);
    assertEquals(State.QUARANTINE, realm.state(1));
  }

  @Test
  void whatIsSealedOnceTheGridHasMovedItIsGoneOnWith() {
    Realm.Owner next = realm.owner(1, 2, 3);
    next.copy = owner.copy;
    realm.run(next, 0.2, 1);
    assertEquals(State.GATHERING, realm.state(1), "it has no reason to believe the copy");
    next.copy = owner.keeper.seal(realm.moment());
    realm.run(next, 1, 1, 2, 3);
    assertEquals(State.NORMAL, realm.state(1));
  }

  @Test
  void anOwnerThatHasRetiredAnswersOnlyForWhatItSealed() {
    assertTrue(owner.keeper.answers(owner.copy));
    owner.copy = owner.keeper.seal(owner.ledger(), realm.moment());
    owner.keeper.retire();
    realm.run(owner, 10, 1, 2, 3);
    assertEquals(State.SEALED, realm.state(1), "it does not go on with its own books");
    assertTrue(owner.keeper.answers(owner.copy));
    Realm.Owner next = realm.owner(1, 2, 3);
    next.copy = owner.copy;
    realm.run(next, 3, 1, 2, 3);
    assertEquals(State.NORMAL, realm.state(1));
    assertFalse(owner.keeper.answers(next.copy));
  }
}
