package io.dragoman.quota;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dragoman.quota.LedgerKeeper.Outcome;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Random;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.jspecify.annotations.Nullable;

/**
 * Two owners of the same name hear the same; one is given everything as it is, and the other only
 * what went through bytes. Whatever happens, both answer the same and publish the same.
 */
class CarriedLedgerTest {
  private static final int NODES = 4;

  /** A realm whose nodes talk to both keepers at once. */
  private static final class Twins {
    final Realm realm = new Realm();
    final Keeper plain = new Keeper(realm.rules);
    final Keeper carried = new Keeper(realm.rules);
    long epochs;
    Amount granted = Amount.ZERO;

    Twins() {
      realm.start(1, 2, 3, 4);
    }

    /** Every node refreshes. */
    void round() {
      for (int node = 1; node <= NODES; node++) {
        refresh(node, false);
      }
      realm.pass(0.25);
    }

    /** A refresh, and its answer. */
    void refresh(long node, boolean leaving) {
      Refresh refresh = realm.tells(node, leaving);
      realm.pass(0.001);
      Reply reply = hears(refresh);
      realm.node(node).replied(through(BinaryForm.REPLY, reply), realm.moment());
    }

    Reply hears(Refresh refresh) {
      Reply one = plain.hears(refresh, realm.moment());
      Reply other = carried.hears(through(BinaryForm.REFRESH, refresh), realm.moment());
      carried.copy = through(BinaryForm.LEDGER, requireNonNull(carried.copy));
      assertEquals(one, other);
      granted = granted.plus(one.granted());
      epochs = Math.max(epochs, one.bond().epoch());
      return other;
    }

    void compare() {
      Ledgers.assertSame(requireNonNull(plain.copy), requireNonNull(carried.copy));
    }
  }

  /** The hand of one owner after another on a ledger. */
  private static final class Keeper {
    private final Rules rules;
    private long name = 100;
    LedgerKeeper keeper;
    @Nullable Ledger copy;

    Keeper(Rules rules) {
      this.rules = rules;
      this.keeper = next();
    }

    private LedgerKeeper next() {
      return new LedgerKeeper(name++, rules, Voters.configured(1, 2, 3, 4), Realm.LIMITS);
    }

    Reply hears(Refresh refresh, Moment now) {
      Outcome outcome = keeper.refresh(copy, refresh, now);
      copy = outcome.ledger();
      return outcome.reply();
    }

    void seal(Moment now) {
      copy = keeper.seal(requireNonNull(copy), now);
    }

    /** Another process goes on from the copy. */
    void handOver() {
      keeper = next();
    }

    void limit(Limits limits, Moment now) {
      copy = keeper.limit(requireNonNull(copy), limits, now);
    }
  }

  @Property(tries = 40, edgeCases = EdgeCasesMode.NONE)
  void bothKeepersDoTheSame(@ForAll Random random) {
    Twins twins = new Twins();
    rounds(twins);
    for (int step = 0; step < 600; step++) {
      play(twins, random);
      if (step % 20 == 0) {
        twins.compare();
      }
    }
    assertTrue(!twins.granted.isZero(), "something was granted");
  }

  @Example
  void anEpochEndsAndASealedOneGoesOn() {
    Twins twins = new Twins();
    rounds(twins);
    twins.plain.seal(twins.realm.moment());
    twins.carried.seal(twins.realm.moment());
    twins.compare();
    handOver(twins);
    Amount before = twins.granted;
    rounds(twins);
    assertTrue(twins.epochs > 1, "a new epoch");
    assertTrue(twins.granted.covers(before.plus(Amount.of(1, 1))), "it grants");
  }

  /** For long enough to open an epoch. */
  private static void rounds(Twins twins) {
    for (int round = 0; round < 40; round++) {
      twins.round();
    }
  }

  private static void play(Twins twins, Random random) {
    Realm realm = twins.realm;
    long node = random.nextLong(NODES) + 1;
    switch (random.nextInt(200)) {
      case 0 -> {
        twins.plain.seal(realm.moment());
        twins.carried.seal(realm.moment());
        handOver(twins);
      }
      case 1 -> handOver(twins);
      case 2 -> realm.start(node);
      case 3 -> realm.pass(random.nextInt(10));
      case 4 -> {
        Limits limits = Limits.perMinute(400 + random.nextInt(400), 160_000);
        twins.plain.limit(limits, realm.moment());
        twins.carried.limit(limits, realm.moment());
      }
      case 5 ->
          realm
              .node(node)
              .observed(
                  new Evidence.Headers(
                      new Amount(Long.MAX_VALUE, 100_000),
                      Amount.of(random.nextInt(600), 50_000),
                      Realm.SECOND),
                  realm.moment());
      case 6 -> realm.node(node).observed(new Evidence.Refusal(Realm.SECOND), realm.moment());
      case 7 -> twins.refresh(node, true);
      default -> {
        long permit = realm.node(node).spend(1 + random.nextInt(800), realm.moment());
        realm.pass(random.nextInt(100) / 1_000.0);
        if (permit >= 0 && random.nextInt(4) > 0) {
          realm.node(node).arrived(permit, realm.moment());
        }
        twins.refresh(node, false);
      }
    }
  }

  private static void handOver(Twins twins) {
    twins.plain.handOver();
    twins.carried.handOver();
  }

  private static <T> T through(BinaryForm<T> form, T value) {
    try {
      return form.read(form.write(value));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
