package io.dragoman.quota;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dragoman.quota.Step.Act;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.lifecycle.BeforeTry;

/**
 * The ledger against the truth and against slow, obvious books: whatever is lost, doubled or late,
 * and whoever comes, goes and owns it, all that may count is booked, nothing is granted beyond the
 * limit, one owner grants at a time, and every booking lapses.
 */
final class LedgerKeeperTest {
  private static final long SECOND = 1_000_000_000;
  private static final Amount LIMIT = Amount.of(60, 24_000);

  /** A new one for every try, or test. */
  private LedgerCluster cluster = new LedgerCluster();

  @BeforeTry
  void begin() {
    cluster = new LedgerCluster();
  }

  @Property(tries = 150, edgeCases = EdgeCasesMode.NONE)
  void allThatMayCountIsBooked(@ForAll("schedules") List<Step> steps) {
    cluster.open();
    cluster.play(steps);
  }

  /** What the previous release does not tell, or does not write on, is missed by nobody. */
  @Property(tries = 100, edgeCases = EdgeCasesMode.NONE)
  void allThatMayCountIsBookedBesideThePreviousRelease(
      @ForAll("schedules") List<Step> steps, @ForAll("torn") List<Step> torn) {
    cluster = new LedgerCluster(true);
    cluster.open();
    cluster.play(steps);
    cluster.play(torn);
    cluster.open();
  }

  /** So much of a life is spent in one epoch that its books are compared to the last token. */
  @Property(tries = 100, edgeCases = EdgeCasesMode.NONE)
  void oneOwnersBooksAreExact(@ForAll("calm") List<Step> steps) {
    cluster.open();
    cluster.play(steps);
    assertEquals(1, cluster.epoch());
  }

  @Property(tries = 60, edgeCases = EdgeCasesMode.NONE)
  void oneOwnerGrantsHoweverOftenNodesTurn(@ForAll("torn") List<Step> steps) {
    cluster.open();
    cluster.play(steps);
  }

  @Property(tries = 60, edgeCases = EdgeCasesMode.NONE)
  void everyBookingLapses(@ForAll("schedules") List<Step> steps) {
    cluster.open();
    cluster.play(steps);
    cluster.rest();
    assertEquals(Amount.ZERO, cluster.booked());
  }

  @Property(tries = 60, edgeCases = EdgeCasesMode.NONE)
  void itOpensAgainWhenAllIsQuiet(@ForAll("schedules") List<Step> steps) {
    cluster.open();
    cluster.play(steps);
    cluster.open();
  }

  @Example
  void anOldCopyDoesNotEndAnEpoch() {
    cluster.open();
    long epoch = cluster.epoch();
    cluster.play(List.of(new Step(1, 0, 0, Act.OLD_COPY, 1)));
    cluster.open();
    assertEquals(epoch, cluster.epoch());
  }

  @Example
  void aHandOverInGoodOrderKeepsTheBooksAndTheLeases() {
    cluster.open();
    cluster.play(List.of(new Step(1, 0, 0, Act.SPEND, 500), new Step(1, 0, 0, Act.REFRESH, 1)));
    Amount before = cluster.booked();
    long epoch = cluster.epoch();
    cluster.play(List.of(new Step(1, 0, 0, Act.HAND_OVER, 1)));
    for (int times = 0; times < 3; times++) {
      cluster.round(1);
    }
    assertTrue(cluster.epoch() > epoch, "a new epoch, within a few messages");
    assertTrue(cluster.booked().covers(before), cluster.booked() + " covers " + before);
    assertFalse(before.isZero());
  }

  @Example
  void nothingIsGrantedForAWhileAfterARefusal() {
    cluster.open();
    rounds(20);
    Amount before = cluster.booked();
    cluster.observe(new Evidence.Refusal(3 * SECOND));
    spendAll(8);
    assertTrue(
        before.covers(cluster.booked()),
        cluster.booked() + " after 2.4 s, not more than " + before);
    spendAll(20);
    assertFalse(before.covers(cluster.booked()), "it lapses");
  }

  @Example
  void aLowerLimitThatTheUpstreamNamesCapsForAWindow() {
    cluster.open();
    long all = Long.MAX_VALUE;
    cluster.observe(new Evidence.Headers(Amount.of(6, all), new Amount(all, all), 0));
    rounds(20);
    assertTrue(cluster.booked().requests() <= 6 * Amount.REQUEST, cluster.booked().toString());
    rounds(20);
    assertTrue(cluster.booked().requests() > 6 * Amount.REQUEST, cluster.booked().toString());
    assertTrue(LIMIT.covers(cluster.booked()), "but never above the configured one");
  }

  @Example
  void whatTheUpstreamDidNotNameUncoversNothing() {
    cluster.open();
    spendAll(20);
    long all = Long.MAX_VALUE;
    cluster.observe(new Evidence.Headers(Amount.of(6, 600), new Amount(all, all), 3 * SECOND));
    Amount before = cluster.booked();
    assertTrue(before.covers(new Amount(6 * Amount.REQUEST, 600)), "more than the cap is booked");
    rounds(4);
    assertTrue(before.covers(cluster.booked()), cluster.booked().toString());
  }

  @Example
  void aLowerLimitHoldsAsSoonAsWhatWasBookedHasEnded() {
    cluster.open();
    spendAll(30);
    assertTrue(cluster.booked().requests() > 20 * Amount.REQUEST, cluster.booked().toString());
    cluster.limit(Limits.perMinute(10, 24_000));
    spendAll(40);
    assertTrue(cluster.booked().requests() <= 10 * Amount.REQUEST, cluster.booked().toString());
  }

  @Example
  void quotasSideBySideKnowNothingOfEachOther() {
    LedgerCluster other = new LedgerCluster();
    cluster.open();
    other.open();
    Amount before = other.booked();
    spendAll(10);
    cluster.observe(new Evidence.Refusal(3 * SECOND));
    assertEquals(before, other.booked());
  }

  private void rounds(int times) {
    for (int i = 0; i < times; i++) {
      cluster.round(0);
    }
  }

  private void spendAll(int times) {
    for (int i = 0; i < times; i++) {
      for (int node = 0; node < LedgerCluster.NODES; node++) {
        cluster.play(
            List.of(
                new Step(20, node, 0, Act.SPEND, 100),
                new Step(20, node, 0, Act.ARRIVE, 1),
                new Step(20, node, 0, Act.SPEND, 100),
                new Step(20, node, 0, Act.ARRIVE, 1),
                new Step(20, node, 0, Act.REFRESH, 1)));
      }
    }
  }

  @Provide
  Arbitrary<List<Step>> schedules() {
    // Of 119 acts, five may end an epoch.
    Arbitrary<Act> acts =
        Arbitraries.frequencyOf(
            Tuple.of(114, ordinary()),
            Tuple.of(
                5,
                Arbitraries.of(
                    Act.RESTART, Act.LEAVE, Act.OWNER_RESTART, Act.HAND_OVER, Act.COPY_AS_IT_IS)));
    // Nodes mostly agree on the owner, and are seldom silent for long.
    Arbitrary<Integer> owners = Arbitraries.frequency(Tuple.of(9, 0), Tuple.of(1, 1));
    Arbitrary<Long> pauses =
        Arbitraries.frequencyOf(
            Tuple.of(60, Arbitraries.longs().between(1, 150)),
            Tuple.of(4, Arbitraries.longs().between(150, 1_500)),
            Tuple.of(1, Arbitraries.longs().between(1_500, 9_000)));
    return steps(pauses, owners, acts);
  }

  /** Each node stays with an owner for a while, and then turns to the other. */
  @Provide
  Arbitrary<List<Step>> torn() {
    Arbitrary<Act> acts =
        Arbitraries.frequency(
            Tuple.of(20, Act.REFRESH), Tuple.of(5, Act.SPEND), Tuple.of(1, Act.LOSE_REPLY));
    Arbitrary<List<Step>> stay =
        Combinators.combine(
                Arbitraries.integers().between(0, LedgerCluster.NODES - 1),
                Arbitraries.integers().between(0, 1),
                acts.list().ofMinSize(2).ofMaxSize(8))
            .as(
                (node, owner, what) ->
                    what.stream().map(act -> new Step(30, node, owner, act, 100)).toList());
    return stay.list()
        .ofMinSize(30)
        .ofMaxSize(120)
        .map(stays -> stays.stream().flatMap(List::stream).toList());
  }

  /** Nothing that ends an epoch. */
  @Provide
  Arbitrary<List<Step>> calm() {
    return steps(Arbitraries.longs().between(1, 80), Arbitraries.just(0), ordinary());
  }

  private static Arbitrary<Act> ordinary() {
    return Arbitraries.frequency(
        Tuple.of(40, Act.REFRESH),
        Tuple.of(4, Act.LOSE_REFRESH),
        Tuple.of(4, Act.LOSE_REPLY),
        Tuple.of(3, Act.DELAY),
        Tuple.of(3, Act.DOUBLE),
        Tuple.of(30, Act.SPEND),
        Tuple.of(25, Act.ARRIVE),
        Tuple.of(3, Act.GIVE_BACK),
        Tuple.of(1, Act.RAISE_LIMIT),
        Tuple.of(1, Act.OLD_COPY));
  }

  private static Arbitrary<List<Step>> steps(
      Arbitrary<Long> pauses, Arbitrary<Integer> owners, Arbitrary<Act> acts) {
    return Combinators.combine(
            pauses,
            Arbitraries.integers().between(0, LedgerCluster.NODES - 1),
            owners,
            acts,
            Arbitraries.longs().between(1, 8_000))
        .as(Step::new)
        .list()
        .ofMinSize(50)
        .ofMaxSize(400);
  }
}
