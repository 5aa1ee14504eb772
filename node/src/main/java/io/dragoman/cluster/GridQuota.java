package io.dragoman.cluster;

import com.hazelcast.cluster.Member;
import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.core.HazelcastInstanceNotActiveException;
import com.hazelcast.map.IMap;
import com.hazelcast.partition.Partition;
import io.dragoman.cluster.LedgerOperation.Adopt;
import io.dragoman.cluster.LedgerOperation.Ask;
import io.dragoman.cluster.LedgerOperation.Seal;
import io.dragoman.cluster.NodeMemory.Remembered;
import io.dragoman.quota.Dispatch;
import io.dragoman.quota.Gate;
import io.dragoman.quota.Ledger;
import io.dragoman.quota.Lessee;
import io.dragoman.quota.LimitsControl;
import io.dragoman.quota.NodeQuota;
import io.dragoman.quota.QuotaConfig;
import io.dragoman.quota.QuotaGate;
import io.dragoman.quota.QuotaMeter;
import io.dragoman.quota.Rules;
import io.dragoman.quota.Timing;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
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
  private final GridLimits limits;
  private final LeaseRenewal renewal;
  private final ScheduledThreadPoolExecutor renewing = thread("quota-lease");
  private final ScheduledThreadPoolExecutor pacing = thread("quota-gate");

  /**
   * @param moves of ledgers, as this member is told
   * @param node its lasting number
   * @param nodes how many the cluster has
   * @param dispatch how many calls the node makes at once
   */
  GridQuota(
      HazelcastInstance hazelcast,
      LedgerOwners owners,
      LedgerMoves moves,
      long node,
      int nodes,
      QuotaConfig config,
      DispatchConfig dispatch,
      NodeMemory memory,
      Remembered remembered) {
    Timing timing = config.timing(nodes);
    Rules rules = new Rules(timing);
    SystemMoments clock = new SystemMoments();
    // Unlike any other life's, of this node or another.
    long incarnation = new SecureRandom().nextLong();
    Lessee lessee =
        new Lessee(node, incarnation, remembered.state(), rules, config.charge(), clock.get());
    this.hazelcast = hazelcast;
    this.ledgers = hazelcast.getMap(MAP);
    this.owners = owners;
    this.memory = memory;
    this.standing = new QuotaStanding(config.limits(), timing, System::nanoTime);
    this.limits = new GridLimits(change -> ledgers.submitToKey(NAME, change), owners, standing);
    Gate pure = new Gate(lessee, rules, config.policy(), config.limits());
    this.gate = new LeasedGate(lessee, pure, dispatch, clock, pacing);
    this.renewal =
        new LeaseRenewal(
            gate,
            refresh -> ledgers.submitToKey(NAME, new Ask(owners, refresh)),
            memory,
            remembered.state(),
            standing,
            rules,
            clock,
            renewing);
    if (remembered.sealed() != null) {
      ledgers.putIfAbsent(NAME, remembered.sealed());
    }
    moves.watch(ledger().getPartitionId(), this::moved);
    renewal.start();
  }

  /** The door that every request passes. */
  public QuotaGate gate() {
    return gate;
  }

  /** How many calls this node makes at once. */
  public Dispatch dispatch() {
    return gate.dispatch();
  }

  /** How the quota stands. */
  public QuotaMeter meter() {
    return standing;
  }

  /** This node's part in it. */
  public NodeQuota here() {
    return gate.use(isOwner());
  }

  /** The quota's limits, which may be set while it runs. */
  public LimitsControl limits() {
    return limits;
  }

  /** Waits until permits may be granted; false where none may after that time. */
  public boolean awaitGranting(Duration longest) throws InterruptedException {
    return standing.awaitGranting(longest);
  }

  /** Whether the grid takes this node for the ledger's owner. */
  public boolean isOwner() {
    try {
      Member owner = ledger().getOwner();
      return owner != null && owner.localMember();
    } catch (HazelcastInstanceNotActiveException e) {
      return false;
    }
  }

  /**
   * Where the grid takes the ledger away from this node and gives it to another one, that one has
   * no reason to believe the copy that it got, until this one has sealed it.
   */
  private void moved() {
    if (!renewing.isShutdown()) {
      renewing.execute(this::handOver);
    }
  }

  private void handOver() {
    try {
      Ledger sealed = owners.seal(NAME);
      if (sealed != null) {
        log.info("the ledger is sealed here, since the grid has moved it to another node");
        ledgers.submitToKey(NAME, new Adopt(owners, sealed)).whenComplete(GridQuota::handedOver);
      }
    } catch (RuntimeException bug) {
      log.error("the ledger could not be handed over", bug);
    }
  }

  private static void handedOver(@Nullable Boolean done, @Nullable Throwable failure) {
    if (failure == null) {
      log.info("the sealed ledger is handed over, for its new owner to go on with");
    } else {
      log.warn(
          "the sealed ledger could not be handed over, so its new owner begins anew: {}",
          failure.toString());
    }
  }

  private Partition ledger() {
    return hazelcast.getPartitionService().getPartition(NAME);
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
      owners.retire();
      stop();
    }
  }

  /** Stops in the middle of everything. */
  void stop() {
    pacing.shutdownNow();
    renewing.shutdownNow();
    try {
      // It may be about to store something.
      if (!renewing.awaitTermination(GOOD_BYE.toMillis(), TimeUnit.MILLISECONDS)) {
        log.warn("the renewal of the lease does not stop");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static ScheduledThreadPoolExecutor thread(String name) {
    ScheduledThreadPoolExecutor thread =
        new ScheduledThreadPoolExecutor(1, Thread.ofPlatform().daemon().name(name).factory());
    thread.setRemoveOnCancelPolicy(true);
    thread.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    return thread;
  }
}
