package io.dragoman.quota;

import static java.util.Objects.requireNonNull;

import io.dragoman.quota.LedgerKeeper.Outcome;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Nodes and processes that own their ledger, on one clock: a test says who talks to whom, who
 * starts anew, and who forgets.
 */
final class Realm {
  static final long MILLISECOND = 1_000_000;
  static final long SECOND = 1_000 * MILLISECOND;
  static final Timing TIMING = Timing.of(5, Duration.ofSeconds(20), Duration.ofSeconds(2));
  static final Limits LIMITS = Limits.perMinute(600, 240_000);

  private static final Wants SOME =
      new Wants(
          new Wants.Group(Amount.of(4, 4_000), FairShare.WHOLE / 20),
          Wants.Group.NONE,
          Amount.of(2, 2_000),
          1);

  /** A process that takes itself for the owner. */
  final class Owner {
    final LedgerKeeper keeper;
    @Nullable Ledger copy;

    Owner(long... configured) {
      keeper = new LedgerKeeper(++names, rules, Voters.configured(configured), LIMITS);
    }

    Ledger ledger() {
      return requireNonNull(copy);
    }

    /** A message comes, whenever it was sent. */
    Reply hears(Refresh refresh) {
      Outcome outcome = keeper.refresh(copy, refresh, moment());
      copy = outcome.ledger();
      return outcome.reply();
    }

    void limit(Limits limits) {
      copy = keeper.limit(ledger(), limits, moment());
    }
  }

  final Rules rules = new Rules(TIMING);
  private final Map<Long, Lessee> nodes = new TreeMap<>();
  private final Map<Long, HardState> disks = new HashMap<>();
  private final Map<Long, Reply> replies = new HashMap<>();
  private long names;
  private long now = SECOND;
  private long slept;

  long now() {
    return now;
  }

  Moment moment() {
    return new Moment(now, now + slept);
  }

  void pass(double seconds) {
    now += (long) (seconds * SECOND);
  }

  /** All machines sleep: their monotonic clocks stand still. */
  void sleep(double seconds) {
    slept += (long) (seconds * SECOND);
  }

  Owner owner(long... configured) {
    return new Owner(configured);
  }

  /** The ledger goes to another owner in good order. */
  Owner handOver(Owner from, Owner to) {
    to.copy = from.keeper.seal(from.ledger(), moment());
    return to;
  }

  /** The nodes begin a new life. */
  void start(long... which) {
    for (long node : which) {
      HardState disk = disks.getOrDefault(node, HardState.NONE);
      nodes.put(node, new Lessee(node, ++names, disk, rules, Charge.RESERVED, moment()));
    }
  }

  /** What a node has stored is lost. */
  void forget(long node) {
    disks.remove(node);
  }

  Lessee node(long node) {
    return requireNonNull(nodes.get(node));
  }

  Reply.State state(long node) {
    return status(node).state();
  }

  Reply.Status status(long node) {
    return requireNonNull(replies.get(node)).status();
  }

  /** Lets these nodes refresh at an owner for so many seconds. */
  void run(Owner at, double seconds, long... which) {
    long end = now + (long) (seconds * SECOND);
    while (now < end) {
      now += TIMING.refresh();
      for (long node : Arrays.stream(which).toArray()) {
        exchange(at, node);
      }
    }
  }

  /** A node refreshes, and is answered. */
  void exchange(Owner at, long node) {
    Refresh refresh = tells(node, false);
    now += MILLISECOND;
    Reply reply = at.hears(refresh);
    node(node).replied(reply, moment());
    replies.put(node, reply);
  }

  /** What a node says now; a test may deliver it late, twice, or never. */
  Refresh tells(long node, boolean leaving) {
    Refresh refresh = node(node).refresh(leaving ? Wants.NOTHING : SOME, leaving, moment());
    disks.put(node, refresh.remembered());
    return refresh;
  }
}
