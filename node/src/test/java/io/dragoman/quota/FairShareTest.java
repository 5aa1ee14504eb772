package io.dragoman.quota;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Water-filling of dominant shares, with every session on a node of its own. */
class FairShareTest {
  private static final Amount LIMIT = Amount.of(4_500, 1_800_000);

  /** One session: what it wants, and its weight. */
  record Want(int requests, int tokensEach, int weight) {
    Amount amount() {
      return Amount.of(requests, (long) requests * tokensEach);
    }
  }

  @Provide
  Arbitrary<List<Want>> wants() {
    return Combinators.combine(
            Arbitraries.integers().between(1, 2_000),
            Arbitraries.integers().between(1, 4_000),
            Arbitraries.integers().between(1, 20))
        .as(Want::new)
        .list()
        .ofMinSize(1)
        .ofMaxSize(12);
  }

  @Provide
  Arbitrary<Amount> pools() {
    return Combinators.combine(
            Arbitraries.longs().between(1, 4_500), Arbitraries.longs().between(1_000, 1_800_000))
        .as(Amount::of);
  }

  @Property(tries = 400, edgeCases = EdgeCasesMode.NONE)
  void noMoreIsSharedOutThanThereIs(
      @ForAll("wants") List<Want> wants, @ForAll("pools") Amount pool) {
    List<Holder> holders = holders(wants);
    Amount given = FairShare.credited(holders, rise(holders, pool));
    assertTrue(pool.plus(rounding(wants)).covers(given), pool + " for " + given);
  }

  @Property(tries = 400, edgeCases = EdgeCasesMode.NONE)
  void nothingIsWastedWhileSomebodyWants(
      @ForAll("wants") List<Want> wants, @ForAll("pools") Amount pool) {
    List<Holder> holders = holders(wants);
    long level = rise(holders, pool);
    boolean satisfied =
        holders.stream().allMatch(holder -> holder.credit(level).equals(holder.wants().waiting()));
    Amount more = FairShare.credited(holders, level + level / 1_000 + 1_000_000);
    assertTrue(
        satisfied || !pool.covers(more.plus(rounding(wants))), pool + " would allow " + more);
  }

  @Property(tries = 400, edgeCases = EdgeCasesMode.NONE)
  void nobodyWhoWantsMoreHasLessThanAnother(
      @ForAll("wants") List<Want> wants, @ForAll("pools") Amount pool) {
    List<Holder> holders = holders(wants);
    long level = rise(holders, pool);
    for (int unmet = 0; unmet < wants.size(); unmet++) {
      Holder poor = holders.get(unmet);
      if (poor.credit(level).equals(poor.wants().waiting())) {
        continue;
      }
      double least = share(poor.credit(level), wants.get(unmet));
      for (int other = 0; other < wants.size(); other++) {
        double share = share(holders.get(other).credit(level), wants.get(other));
        assertTrue(share <= least * 1.001 + 1e-6, wants.get(unmet) + " has " + least);
      }
    }
  }

  @Property(tries = 200, edgeCases = EdgeCasesMode.NONE)
  void theOrderOfNodesDoesNotMatter(
      @ForAll("wants") List<Want> wants, @ForAll("pools") Amount pool, @ForAll long seed) {
    List<Want> shuffled = new ArrayList<>(wants);
    Collections.shuffle(shuffled, new Random(seed));
    assertEquals(rise(holders(wants), pool), rise(holders(shuffled), pool));
  }

  @Property(tries = 200, edgeCases = EdgeCasesMode.NONE)
  void whatIsSharedOutInStepsIsWhatIsSharedOutAtOnce(
      @ForAll("wants") List<Want> wants, @ForAll("pools") Amount pool) {
    List<Holder> holders = holders(wants);
    long level = 0;
    Amount left = pool;
    for (int step = 4; step > 0; step--) {
      Amount before = FairShare.credited(holders, level);
      level = FairShare.rise(holders, level, before, left.times(1, step));
      left = left.minus(FairShare.credited(holders, level).minus(before));
    }
    long atOnce = rise(holders, pool);
    assertTrue(Math.abs(level - atOnce) <= atOnce / 100 + 10_000, level + " and " + atOnce);
  }

  /** Every amount is rounded to a thousandth of a request and a token. */
  private static Amount rounding(List<Want> wants) {
    return new Amount(2L * wants.size(), 2L * wants.size());
  }

  private static long rise(List<Holder> holders, Amount pool) {
    return FairShare.rise(holders, 0, Amount.ZERO, pool);
  }

  private static double share(Amount amount, Want want) {
    return Math.max(
            (double) amount.requests() / LIMIT.requests(),
            (double) amount.tokens() / LIMIT.tokens())
        / want.weight();
  }

  private static List<Holder> holders(List<Want> wants) {
    List<Holder> holders = new ArrayList<>();
    for (Want want : wants) {
      Wants.Sum sum = new Wants.Sum(LIMIT, Long.MAX_VALUE);
      sum.add(want.amount(), Amount.ZERO, want.weight(), Amount.of(1, want.tokensEach()));
      holders.add(Holder.heard(holders.size(), 1).wanting(sum.with(Amount.ZERO, 1, 1, 1), 0));
    }
    return holders;
  }
}
