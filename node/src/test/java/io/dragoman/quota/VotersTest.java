package io.dragoman.quota;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dragoman.quota.Delay.Cause;
import io.dragoman.quota.QuotaRequest.Priority;
import io.dragoman.quota.Reply.State;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Who may open a ledger: over restarts, lost memories, and changes of the configuration. */
final class VotersTest {
  private final Realm realm = new Realm();
  private Realm.Owner owner = realm.owner(1, 2, 3);

  @BeforeEach
  void begin() {
    realm.start(1, 2, 3);
  }

  @Test
  void theFirstStartNeedsEveryConfiguredNode() {
    realm.run(owner, 30, 1, 2);
    assertEquals(State.GATHERING, realm.state(1));
    assertEquals(3, realm.status(1).majority(), "all of them are needed");
    realm.run(owner, 10, 1, 2, 3);
    assertEquals(State.NORMAL, realm.state(1));
    assertEquals(2, realm.status(1).majority(), "from now on a majority will do");
  }

  @Test
  void whoRemembersItsVotersMayStartWithoutTheOthers() {
    open();
    realm.start(1, 2, 3);
    owner = realm.owner(1, 2, 3);
    realm.run(owner, 10, 1, 2);
    assertEquals(State.QUARANTINE, realm.state(1), "nobody knows what the third one did");
    realm.run(owner, 90, 1, 2);
    assertEquals(State.NORMAL, realm.state(1));
  }

  /** What they sent in the minute before may still count. */
  @Test
  void aClusterThatIsStartedAgainHoldsBackWhatItMayHaveUsed() {
    open();
    realm.start(1, 2, 3);
    owner = realm.owner(1, 2, 3);
    realm.run(owner, 60, 1, 2, 3);
    assertEquals(State.QUARANTINE, realm.state(1));
    assertTrue(owner.ledger().booked().covers(Realm.LIMITS.amount()), "all of it");
    realm.run(owner, 40, 1, 2, 3);
    assertEquals(State.NORMAL, realm.state(1));
  }

  @Test
  void whoHasForgottenAllFollowsAMajorityAndMakesNone() {
    open();
    realm.forget(2);
    realm.start(2);
    realm.run(owner, 20, 1, 2);
    assertEquals(State.NO_MAJORITY, realm.state(1), "the third one may follow somebody else");
    realm.run(owner, 5, 1, 2, 3);
    assertEquals(State.NORMAL, realm.state(1), "two remember, and the other one learns of it");
    realm.run(owner, 10, 1, 2);
    assertEquals(State.NORMAL, realm.state(1));
  }

  @Test
  void aNodeThatRestartsDoesNotGoBackToAnEarlierEpoch() {
    open();
    Realm.Owner other = realm.owner(1, 2, 3);
    realm.run(other, 10, 2, 3);
    assertEquals(State.QUARANTINE, realm.state(2));
    long newer = other.ledger().epoch();
    realm.start(2);
    realm.run(owner, 20, 1, 2);
    assertTrue(owner.ledger().epoch() > newer, "the first owner begins anew after the second");
    assertNotEquals(
        State.NORMAL, realm.state(1), "and holds back what the third may have been granted");
  }

  @Test
  void votersFollowTheConfigurationOfTheOwnerOneAtATime() {
    open();
    owner = realm.handOver(owner, realm.owner(1, 2, 3, 4, 5));
    realm.start(4, 5);
    int voters = 3;
    for (int round = 0; round < 200; round++) {
      realm.run(owner, 0.25, 1, 2, 3, 4, 5);
      int next = owner.ledger().voters.nodes().size();
      assertTrue(next - voters <= 1, () -> "one at a time");
      voters = next;
    }
    assertEquals(List.of(1L, 2L, 3L, 4L, 5L), owner.ledger().voters.nodes());
    assertEquals(State.NORMAL, realm.state(1), "without a quarantine");
  }

  @Test
  void aConfiguredNodeThatIsNotThereIsNoVoterYet() {
    open();
    owner = realm.handOver(owner, realm.owner(1, 2, 3, 4, 5));
    realm.start(4);
    realm.run(owner, 10, 1, 2, 3, 4);
    assertEquals(List.of(1L, 2L, 3L, 4L), owner.ledger().voters.nodes());
  }

  /** Two of three must not become two of four, of which one never learns that it may vote. */
  @Test
  void aNodeThatKnowsNothingYetIsNoVoter() {
    open();
    owner = realm.handOver(owner, realm.owner(1, 2, 3, 4));
    realm.run(owner, 3, 1, 2);
    realm.start(4);
    realm.run(owner, 5, 1, 2, 4);
    assertEquals(List.of(1L, 2L, 3L, 4L), owner.ledger().voters.nodes());
    assertEquals(State.NORMAL, realm.state(1));
  }

  @Test
  void noStepLeavesFewerThanAMajorityOfTheNextVoters() {
    owner = realm.owner(1, 2, 3, 4, 5);
    realm.start(4, 5);
    realm.run(owner, 10, 1, 2, 3, 4, 5);
    owner = realm.handOver(owner, realm.owner(1, 2, 3));
    realm.run(owner, 10, 1, 2, 4);
    assertEquals(List.of(1L, 2L, 3L), owner.ledger().voters.nodes());
    assertEquals(State.NORMAL, realm.state(1), "the fifth was taken off first, as it was gone");
  }

  @Test
  void nobodyIsTakenOffWhileWhoTakesItsPlaceIsStillToCome() {
    open();
    owner = realm.handOver(owner, realm.owner(1, 2, 4));
    realm.run(owner, 10, 1, 2, 3);
    assertEquals(List.of(1L, 2L, 3L), owner.ledger().voters.nodes());
    realm.start(4);
    realm.run(owner, 10, 1, 2, 3, 4);
    assertEquals(List.of(1L, 2L, 4L), owner.ledger().voters.nodes());
  }

  @Test
  void nodesThatAreConfiguredNoMoreAreTakenOffEvenWhenTheyAreGone() {
    open();
    owner = realm.handOver(owner, realm.owner(1, 2));
    realm.run(owner, 10, 1, 2);
    assertEquals(List.of(1L, 2L), owner.ledger().voters.nodes());
    owner = realm.handOver(owner, realm.owner(1));
    realm.run(owner, 10, 1, 2);
    assertEquals(List.of(1L), owner.ledger().voters.nodes());
    realm.run(owner, 10, 1);
    assertEquals(State.NORMAL, realm.state(1), "alone, as configured");
  }

  @Test
  void aNodeThatCountsOnOtherDurationsIsRefused() {
    open();
    Timing longer = Timing.of(5, Duration.ofSeconds(30), Duration.ofSeconds(2));
    Lessee lessee =
        new Lessee(2, 100, HardState.NONE, new Rules(longer), Charge.RESERVED, realm.moment());
    Gate gate = new Gate(lessee, realm.rules, Policy.FAIR, Realm.LIMITS);
    Ticket ticket = gate.await(gate.open(1, 1), Priority.FINAL, 100, realm.now(), realm.moment());
    for (int round = 0; round < 20; round++) {
      realm.pass(0.25);
      gate.replied(owner.hears(gate.refresh(false, realm.moment())), realm.moment());
    }
    assertFalse(lessee.holds(realm.moment()));
    assertEquals(Cause.CONFIGURATION, gate.why(ticket, realm.moment()).cause());
  }

  @Test
  void aLimitThatIsRaisedAgainUncoversNothingOfWhatIsUnknown() {
    open();
    owner.limit(Limits.perMinute(60, 24_000));
    realm.run(owner, 1, 1, 2, 3);
    Ledger copy = owner.copy;
    owner = realm.owner(1, 2, 3);
    owner.copy = copy;
    realm.run(owner, 10, 1, 2);
    assertEquals(State.QUARANTINE, realm.state(1));
    owner.limit(Realm.LIMITS);
    realm.run(owner, 0.25, 1, 2);
    long raised = Realm.LIMITS.amount().requests() - Amount.of(60, 0).requests();
    assertTrue(
        owner.ledger().booked().requests() >= raised,
        () -> "what was allowed before may still count: " + owner.ledger().booked());
  }

  /** Its clock stood still: what seems to be 20 s old may be of hours ago. */
  @Test
  void whoWasSuspendedKnowsNothingForSure() {
    open();
    for (int i = 0; i < 20; i++) {
      realm.run(owner, 0.5, 1, 2, 3);
      for (long number = 1; number <= 3; number++) {
        Lessee node = realm.node(number);
        node.arrived(node.spend(1_000, realm.moment()), realm.moment());
      }
    }
    realm.run(owner, 1, 1, 2, 3);
    Realm.Owner remembering = realm.owner(1, 2, 3);
    realm.run(remembering, 10, 1, 2);
    long known = remembering.ledger().unknown.requests();
    realm.sleep(3_600);
    Realm.Owner suspended = realm.owner(1, 2, 3);
    realm.run(suspended, 10, 1, 2);
    assertEquals(
        Realm.LIMITS.amount().requests(), suspended.ledger().unknown.requests(), "the whole limit");
    assertTrue(
        known < Realm.LIMITS.amount().requests(), () -> "it knew something before: " + known);
  }

  /**
   * Nodes count on it that it does: they are free a twentieth of a second after a vote's length.
   */
  @Test
  void anOwnerThatWasSuspendedForAnInstantCountsNoVoteFromBefore() {
    open();
    realm.sleep(0.019);
    realm.run(owner, 0.25, 1);
    assertEquals(State.NORMAL, realm.state(1));
    realm.sleep(0.021);
    realm.exchange(owner, 1);
    assertEquals(State.NO_MAJORITY, realm.state(1));
    realm.run(owner, 1, 1, 2, 3);
    assertEquals(State.NORMAL, realm.state(1));
  }

  private void open() {
    realm.run(owner, 10, 1, 2, 3);
    assertEquals(State.NORMAL, realm.state(1));
  }
}
