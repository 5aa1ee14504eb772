package io.dragoman.cluster;

import io.dragoman.quota.Ledger;
import io.dragoman.quota.LedgerKeeper;
import io.dragoman.quota.LedgerKeeper.Outcome;
import io.dragoman.quota.Limits;
import io.dragoman.quota.Moment;
import io.dragoman.quota.QuotaConfig;
import io.dragoman.quota.Refresh;
import io.dragoman.quota.Refresh.Bond;
import io.dragoman.quota.Reply;
import io.dragoman.quota.Rules;
import io.dragoman.quota.Voters;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What this process does with ledgers that the grid lets it own: a {@link LedgerKeeper} for each,
 * which remembers what it published last. Thread-safe.
 */
final class LedgerOwners {
  private static final Logger log = LoggerFactory.getLogger(LedgerOwners.class);

  private final long process;
  private final Voters voters;
  private final int nodes;
  private final Supplier<Moment> clock;

  // Guarded by this.
  private final Map<String, LedgerKeeper> keepers = new HashMap<>();
  private final Map<String, QuotaConfig> quotas;

  /** What was told last of a ledger that this process owns. */
  private record Told(long epoch, boolean gathering) {}

  // Guarded by this.
  private final Map<String, Told> told = new HashMap<>();

  /** Guarded by this. */
  private boolean open;

  /**
   * @param process names this process, unlike any other's at any time
   * @param voters of a cluster that begins
   * @param nodes how many the cluster has
   * @param quotas by name
   */
  LedgerOwners(
      long process,
      Voters voters,
      int nodes,
      Map<String, QuotaConfig> quotas,
      Supplier<Moment> clock) {
    this.process = process;
    this.voters = voters;
    this.nodes = nodes;
    this.quotas = Map.copyOf(quotas);
    this.clock = clock;
  }

  long process() {
    return process;
  }

  /** This process may own ledgers: it keeps their books as the other nodes do. */
  synchronized void open() {
    open = true;
  }

  /** Answers a refresh; null where this process is not open, knows no such quota, or leaves. */
  synchronized @Nullable Outcome refresh(String quota, @Nullable Ledger copy, Refresh refresh) {
    LedgerKeeper keeper = keeper(quota);
    if (!open || keeper == null || !keeper.answers(copy)) {
      return null;
    }
    Outcome outcome = keeper.refresh(copy, refresh, clock.get());
    tell(quota, outcome.reply());
    if (keeper.drift() != 0) {
      log.warn(
          "the votes for this node as the ledger's owner are void until they are renewed: {}",
          SystemMoments.told(keeper.drift()));
    }
    return outcome;
  }

  /** Puts a line into the log where an epoch has begun here, and where its books were opened. */
  private void tell(String quota, Reply reply) {
    long epoch = reply.stamp().bond().epoch();
    Told now = new Told(epoch, reply.status().state() == Reply.State.GATHERING);
    Told before = told.put(quota, now);
    boolean begins = before == null || before.epoch != epoch;
    if (begins) {
      Bond continues = reply.continues();
      log.info(
          "this node is the ledger's owner now: epoch {} begins {}",
          epoch,
          continues.equals(Bond.NONE)
              ? "with what nodes remember"
              : "with the sealed books of epoch " + continues.epoch());
    }
    if (!now.gathering && (begins || before.gathering)) {
      log.info("the ledger's epoch {} is open here, with {} votes", epoch, reply.status().votes());
    }
  }

  /** Closes the books of a quota that this process owns; otherwise the copy stays. */
  synchronized Ledger seal(String quota, Ledger copy) {
    LedgerKeeper keeper = keeper(quota);
    return keeper == null ? copy : keeper.seal(copy, clock.get());
  }

  /**
   * Closes the books that the grid has taken away from this process; null if they were not open.
   */
  synchronized @Nullable Ledger seal(String quota) {
    LedgerKeeper keeper = keeper(quota);
    return keeper == null ? null : keeper.seal(clock.get());
  }

  /** This process leaves: it takes no ledger over any more. */
  synchronized void retire() {
    quotas.keySet().stream()
        .map(this::keeper)
        .filter(Objects::nonNull)
        .forEach(LedgerKeeper::retire);
  }

  /**
   * What an operation on the limits leaves.
   *
   * @param ledger to publish; null where it stays
   */
  record Limited(LimitsAnswer answer, @Nullable Ledger ledger) {}

  /** Sets new limits of a quota that this process owns, if the old ones are still those. */
  synchronized Limited limit(String quota, @Nullable Ledger copy, Limits from, Limits to) {
    LedgerKeeper keeper = keeper(quota);
    if (keeper == null) {
      return new Limited(LimitsAnswer.UNKNOWN, null);
    }
    Limits now = copy == null ? null : keeper.limits(copy);
    if (copy == null || now == null) {
      return new Limited(LimitsAnswer.CLOSED, null);
    }
    if (!now.equals(from) || now.equals(to)) {
      return new Limited(LimitsAnswer.hold(now), null);
    }
    return new Limited(LimitsAnswer.hold(to), keeper.limit(copy, to, clock.get()));
  }

  private @Nullable LedgerKeeper keeper(String quota) {
    QuotaConfig config = quotas.get(quota);
    return config == null
        ? null
        : keepers.computeIfAbsent(
            quota,
            name ->
                new LedgerKeeper(
                    process, new Rules(config.timing(nodes)), voters, config.limits()));
  }
}
