package io.dragoman.quota;

import io.dragoman.quota.Refresh.Landing;
import java.util.ArrayList;
import java.util.List;

/** What has landed, and the ledger has not confirmed to know. Not thread-safe. */
final class Landings {

  /** What has landed since the last refresh; ages are kept as moments. */
  private final List<Landing> fresh = new ArrayList<>();

  /** What refreshes told; the ages are moments as well. */
  private final List<Landing> told = new ArrayList<>();

  void add(long at, Amount amount) {
    fresh.add(new Landing(0, at, amount));
  }

  /** All of it, for a refresh that is sent now. */
  List<Landing> tell(long sequence, long now) {
    fresh.forEach(landing -> told.add(new Landing(sequence, landing.age(), landing.amount())));
    fresh.clear();
    return told.stream()
        .map(landing -> new Landing(landing.sequence(), now - landing.age(), landing.amount()))
        .toList();
  }

  /** The ledger knows what was told up to that refresh. */
  void confirmed(long sequence) {
    told.removeIf(landing -> landing.sequence() <= sequence);
  }

  /** Another ledger hears of what was told in another way. */
  void forget() {
    told.clear();
  }
}
