package io.dragoman.quota;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dragoman.quota.Holder.Testimony;
import io.dragoman.quota.Recollection.Aged;
import java.util.List;
import java.util.stream.LongStream;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;

/** What a ledger that gathers makes of what a node remembers. */
class RecollectionTest {
  private static final long SECOND = 1_000_000_000;
  private static final long NOW = 1_000 * SECOND;
  private static final Rules RULES = new Rules(Realm.TIMING);

  /** Whoever opens books later must not read the time of the last grant in them as earlier. */
  @Example
  void allReleasesHoldTheUnknownBackForAsLong() {
    assertEquals(84_408_084_086L, RULES.unknownUntil(0));
  }

  @Property
  void testimonyIsShortAndOfWhatWasSurelyBooked(
      @ForAll @LongRange(min = 0, max = 140 * SECOND) long voteAge,
      @ForAll @LongRange(min = 0, max = 140 * SECOND) long sinceLastGrant) {
    Recollection all = remembering(voteAge);
    Testimony testimony = all.testimony(Amount.of(3, 3), Realm.LIMITS, RULES, NOW, NOW);
    assertTrue(testimony.ending().size() <= 65, () -> testimony.ending().size() + " endings");
    long lastGrant = Math.max(NOW - sinceLastGrant, testimony.votedUntil());
    long latest = NOW + Realm.TIMING.vote();
    long apart = Math.max(0, latest - testimony.votedUntil()) / 64 + 1;
    Amount known = testimony.known(lastGrant);
    Amount most = all.sure(RULES, NOW, Math.min(lastGrant, latest)).plus(Amount.of(3, 3));
    Amount least = all.sure(RULES, NOW, lastGrant + apart).plus(Amount.of(3, 3));
    assertTrue(most.covers(known), () -> known + " of " + most);
    assertTrue(known.covers(least), () -> known + ", and at least " + least);
  }

  /** One request in each grain of time. */
  private static Recollection remembering(long voteAge) {
    List<Aged> proven =
        LongStream.iterate(RULES.memory(), age -> age >= 0, age -> age - History.GRAIN)
            .mapToObj(age -> new Aged(age, Amount.of(1, 1)))
            .toList();
    return new Recollection(1, 1, Amount.of(9, 9), voteAge, voteAge, 1_000 * SECOND, proven);
  }
}
