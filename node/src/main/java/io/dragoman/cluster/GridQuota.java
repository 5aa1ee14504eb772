package io.dragoman.cluster;

import com.hazelcast.cluster.Member;
import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.core.HazelcastInstanceNotActiveException;
import com.hazelcast.map.IMap;
import io.dragoman.cluster.LedgerOperation.Ask;
import io.dragoman.cluster.LedgerOperation.Seal;
import io.dragoman.quota.Gate;
import io.dragoman.quota.HardState;
import io.dragoman.quota.Ledger;
import io.dragoman.quota.Lessee;
import io.dragoman.quota.QuotaConfig;
import io.dragoman.quota.QuotaGate;
import io.dragoman.quota.QuotaMeter;
import io.dragoman.quota.Rules;
import io.dragoman.quota.Timing;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * This node's part in one quota of the cluster: its lease, the gate that spends it, and what it
 * tells of how the quota stands. Thread-safe.
 */
public final class GridQuota {
  private static final Logger log = LoggerFactory.getLogger(GridQuota.class);

  /** The map of ledgers, by the names of quotas. */
  static final String MAP = "quota";

  /** The only quota so far: one upstream account and model. */
  static final String NAME = "global";

  private static final Duration GOOD_BYE = Duration.ofSeconds(1);

  private final HazelcastInstance hazelcast;
  private final IMap<String, Ledger> ledgers;
  private final LedgerOwners owners;
  private final NodeMemory memory;
  private final QuotaStanding standing;
  private final LeasedGate gate;
  private final LeaseRenewal renewal;
  private final ScheduledThreadPoolExecutor renewing = thread("quota-lease");
  private final ScheduledThreadPoolExecutor pacing = thread("quota-gate");

  /**
   * @param node its lasting number
   * @param nodes how many the cluster has
   * @param places how many calls the node makes at once
   * @throws IOException with a sentence for a human: what the node remembers cannot be read
   */
  GridQuota(
      HazelcastInstance hazelcast,
      LedgerOwners owners,
      long node,
      int nodes,
      QuotaConfig config,
      int places,
      NodeMemory memory)
      throws IOException {
    Timing timing = config.timing(nodes);
    Rules rules = new Rules(timing);
    SystemMoments clock = new SystemMoments();
    HardState remembered = memory.load();
    // Unlike any other life's, of this node or another.
    long incarnation = ThreadLocalRandom.current().nextLong();
    Lessee lessee = new Lessee(node, incarnation, remembered, rules, config.charge(), clock.get());
    this.hazelcast = hazelcast;
    this.ledgers = hazelcast.getMap(MAP);
    this.owners = owners;
    this.memory = memory;
    this.standing = new QuotaStanding(config.limits(), timing, System::nanoTime);
    Gate pure = new Gate(lessee, rules, config.policy(), config.limits());
    this.gate = new LeasedGate(lessee, pure, places, clock, pacing);
    this.renewal =
        new LeaseRenewal(
            gate,
            refresh -> ledgers.submitToKey(NAME, new Ask(owners, refresh)),
            memory,
            remembered,
            standing,
            timing,
            renewing);
    Ledger sealed = memory.takeLedger();
    if (sealed != null) {
      ledgers.putIfAbsent(NAME, sealed);
    }
    renewal.start();
  }

  /** The door that every request passes. */
  public QuotaGate gate() {
    return gate;
  }

  /** How the quota stands. */
  public QuotaMeter meter() {
    return standing;
  }

  /** Waits until permits may be granted; false where none may after that time. */
  public boolean awaitGranting(Duration longest) throws InterruptedException {
    return standing.awaitGranting(longest);
  }

  /** Whether the grid takes this node for the ledger's owner. */
  public boolean isOwner() {
    try {
      Member owner = hazelcast.getPartitionService().getPartition(NAME).getOwner();
      return owner != null && owner.localMember();
    } catch (HazelcastInstanceNotActiveException e) {
      return false;
    }
  }

  /**
   * Gives the lease back, and closes the books if this process keeps them, so that the next owner
   * can go on at once.
   */
  void leave() {
    try {
      if (!renewal.leave(GOOD_BYE)) {
        log.info("the lease could not be given back; what it held counts for a while");
      }
      boolean sealed =
          ledgers
              .submitToKey(NAME, new Seal(owners, owners.process()))
              .toCompletableFuture()
              .get(GOOD_BYE.toMillis(), TimeUnit.MILLISECONDS);
      if (sealed) {
        Ledger ledger = ledgers.get(NAME);
        if (ledger != null) {
          memory.store(ledger);
        }
        log.info("the ledger is sealed, for another node to go on with");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException | IOException | RuntimeException e) {
      log.info("the ledger could not be sealed: {}", e.toString());
    } finally {
      stop();
    }
  }

  /** Stops in the middle of everything. */
  void stop() {
    renewing.shutdownNow();
    pacing.shutdownNow();
  }

  private static ScheduledThreadPoolExecutor thread(String name) {
    ScheduledThreadPoolExecutor thread =
        new ScheduledThreadPoolExecutor(1, Thread.ofPlatform().daemon().name(name).factory());
    thread.setRemoveOnCancelPolicy(true);
    thread.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    return thread;
  }
}
