package io.dragoman.chaos.simulation;

import io.dragoman.quota.Ledger;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The copies of the ledger that lie about on nodes, and old ones that may turn up again. */
final class Copies {
  private static final int OLD = 120;

  private final Timeline time;
  private final Chance chance;
  private final Map<Integer, Ledger> byNode = new HashMap<>();

  /** One of each second. */
  private final List<Ledger> old = new ArrayList<>();

  private long lastKept = Long.MIN_VALUE / 2;

  Copies(Timeline time, Chance chance) {
    this.time = time;
    this.chance = chance;
  }

  @Nullable Ledger of(int node) {
    return byNode.get(node);
  }

  void put(int node, Ledger ledger) {
    byNode.put(node, ledger);
    if (time.now() - lastKept > Timeline.SECOND) {
      keep(ledger);
    }
  }

  /** Keeps a copy that may turn up again. */
  void keep(Ledger ledger) {
    lastKept = time.now();
    old.add(ledger);
    if (old.size() > OLD) {
      old.removeFirst();
    }
  }

  void remove(int node) {
    byNode.remove(node);
  }

  /** The newest of what these nodes hold. */
  @Nullable Ledger newest(Collection<Integer> nodes) {
    Ledger newest = null;
    for (int node : nodes) {
      Ledger copy = byNode.get(node);
      if (copy != null && (newest == null || isNewer(copy, newest))) {
        newest = copy;
      }
    }
    return newest;
  }

  /** Any that somebody holds, or once held. */
  @Nullable Ledger anyOld() {
    return old.isEmpty() ? null : chance.oneOf(old);
  }

  private static boolean isNewer(Ledger a, Ledger b) {
    return a.epoch() != b.epoch() ? a.epoch() > b.epoch() : a.version() > b.version();
  }
}
