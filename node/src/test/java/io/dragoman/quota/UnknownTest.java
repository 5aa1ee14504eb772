package io.dragoman.quota;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dragoman.quota.Reply.State;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a new owner holds back since nobody remembers it, and what comes out of that again. */
final class UnknownTest {
  private final Realm realm = new Realm();
  private final Realm.Owner owner = realm.owner(1, 2, 3);

  @BeforeEach
  void open() {
    realm.start(1, 2, 3);
    realm.run(owner, 10, 1, 2, 3);
    assertEquals(State.NORMAL, realm.state(1));
  }

  /** The limit is used up, so nothing else is free. */
  @Test
  void whatEndsAfterTheLastGrantOfADeadOwnerMayBeGrantedAgain() {
    for (int i = 0; i < 7; i++) {
      work(owner, 1, 2, 3);
    }
    Realm.Owner next = realm.owner(1, 2, 3);
    do {
      realm.run(next, 0.25, 1, 2);
    } while (next.ledger().phase == Ledger.Phase.GATHERING);
    double seconds = 0;
    while (realm.node(1).unspent().isZero()) {
      realm.run(next, 0.25, 1, 2);
      seconds += 0.25;
    }
    assertTrue(seconds <= 1.5, seconds + " s after the books were opened");
  }

  /** The ledger heard of it, and the answer was lost; then the next owner hears it again. */
  @Test
  void aPartIsTakenOutOfTheUnknownOnce() {
    work(owner, 1, 2, 3);
    Realm.Owner next = realm.owner(1, 2, 3);
    realm.start(4);
    realm.run(next, 10, 1, 2);
    Amount before = next.ledger().unknown;
    while (next.ledger().unknown.equals(before)) {
      realm.run(next, 0.25, 1, 2);
      Reply answer = next.hears(realm.tells(3, false));
      if (next.ledger().unknown.equals(before)) {
        realm.node(3).replied(answer, realm.moment());
      }
    }
    Amount left = next.ledger().unknown;
    Realm.Owner second = realm.handOver(next, realm.owner(1, 2, 3));
    realm.run(second, 3, 1, 2, 3);
    assertTrue(second.ledger().holder(3).joined());
    assertEquals(left, second.ledger().unknown);
  }

  /** All that it had sent has ended by then, and the ledger has another owner. */
  @Test
  void aPartIsTakenOutOfTheUnknownHoweverLateItsNodeComesBack() {
    Amount sent = requireNonNull(work(owner, 1, 2, 3).get(3L));
    Realm.Owner next = realm.owner(1, 2, 3);
    realm.run(next, 65, 1, 2);
    Realm.Owner second = realm.handOver(next, realm.owner(1, 2, 3));
    realm.run(second, 3, 1, 2);
    Amount before = second.ledger().unknown;
    realm.run(second, 3, 1, 2, 3);
    assertTrue(second.ledger().holder(3).joined());
    assertTrue(sent.requests() >= Amount.of(15, 0).requests(), sent::toString);
    assertEquals(before.minus(sent), second.ledger().unknown);
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

  /** For ten seconds; what each of these nodes has sent then. */
  private Map<Long, Amount> work(Realm.Owner at, long... which) {
    Map<Long, Amount> sent = new HashMap<>();
    for (int i = 0; i < 40; i++) {
      realm.run(at, 0.25, which);
      for (long number : which) {
        Lessee node = realm.node(number);
        long permit = node.spend(1_000, realm.moment());
        if (permit >= 0) {
          node.arrived(permit, realm.moment());
          sent.merge(number, Amount.of(1, 1_000), Amount::plus);
        }
      }
    }
    return sent;
  }
}
