package io.dragoman.cluster;

import com.hazelcast.cluster.Member;
import com.hazelcast.cluster.MembershipEvent;
import com.hazelcast.cluster.MembershipListener;
import com.hazelcast.config.Config;
import com.hazelcast.config.ListenerConfig;
import com.hazelcast.core.Hazelcast;
import com.hazelcast.core.HazelcastInstance;
import io.dragoman.cluster.NodeMemory.Remembered;
import io.dragoman.ops.ClusterView;
import io.dragoman.ops.NodeView;
import io.dragoman.ops.Totals;
import io.dragoman.pipeline.PipelineMetrics;
import io.dragoman.quota.HardState;
import io.dragoman.quota.QuotaConfig;
import io.dragoman.session.SessionRegistry;
import io.dragoman.session.SessionWindows;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * This node's place in the grid: the cluster's members, and the state they share. Thread-safe.
 *
 * <p>Where the cluster has three nodes or more, its sessions can be read and changed only while
 * more than half of them see each other; the quota has votes of its own.
 */
public final class Grid implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(Grid.class);

  /** The member attribute that tells the others a node's {@link #node()}. */
  static final String NODE = "node";

  /** The attribute that holds a node's {@code host:port}, as in the list of all members. */
  static final String PLACE = "place";

  /** How long a step of leaving may take. */
  private static final Duration GOOD_BYE = Duration.ofSeconds(1);

  private static final Duration SAFE_PAUSE = Duration.ofMillis(50);

  private final String node;
  private final HazelcastInstance hazelcast;
  private final GridConfig config;
  private final QuotaConfig quotaConfig;
  private final LedgerOwners owners;
  private final LedgerMoves moves;
  private final Copies copies;
  private final NodeMemory memory;
  private final Remembered remembered;

  /** Null until it is opened, as the others are. */
  private volatile @Nullable GridQuota quota;

  private volatile @Nullable GridSessionWindows windows;
  private volatile @Nullable GridTotals totals;

  /** Notified when the members change; guards nothing. */
  private final Object membership = new Object();

  private Grid(
      String node,
      HazelcastInstance hazelcast,
      GridConfig config,
      QuotaConfig quotaConfig,
      LedgerOwners owners,
      LedgerMoves moves,
      Copies copies,
      NodeMemory memory,
      Remembered remembered) {
    this.node = node;
    this.hazelcast = hazelcast;
    this.config = config;
    this.quotaConfig = quotaConfig;
    this.owners = owners;
    this.moves = moves;
    this.copies = copies;
    this.memory = memory;
    this.remembered = remembered;
    hazelcast.getCluster().addMembershipListener(new Changes());
  }

  /**
   * Joins the cluster, or founds it where no other node answers.
   *
   * @throws IOException with a sentence for a human: the configuration is wrong or not that of the
   *     others, or the port in use
   */
  public static Grid start(GridConfig config, QuotaConfig quota) throws IOException {
    NodeMemory memory = NodeMemory.open(config.memory());
    try {
      Remembered remembered = memory.load();
      if (remembered.state().equals(HardState.NONE)) {
        log.info(
            "node.data: nothing is remembered in {}, as at a first start; if this node ran before,"
                + " give it the folder of then",
            config.memory());
      }
      return start(config, quota, memory, remembered);
    } catch (IOException | RuntimeException e) {
      memory.close();
      throw e;
    }
  }

  private static Grid start(
      GridConfig config, QuotaConfig quota, NodeMemory memory, Remembered remembered)
      throws IOException {
    String node = config.node() + "-" + UUID.randomUUID().toString().substring(0, 8);
    Config member = GridFile.member(config, quota, node);
    LedgerOwners owners =
        new LedgerOwners(
            new SecureRandom().nextLong(),
            NodeIds.voters(config.all()),
            config.size(),
            Map.of(GridQuota.NAME, quota),
            new SystemMoments());
    Copies copies = new Copies(GridSessionRegistry.MAP);
    GridTypes.register(member.getSerializationConfig(), owners, copies);
    LedgerMoves moves = new LedgerMoves();
    member.addListenerConfig(new ListenerConfig(moves));
    HazelcastInstance hazelcast;
    try {
      hazelcast = Hazelcast.newHazelcastInstance(member);
    } catch (RuntimeException e) {
      throw new IOException(
          "cannot join the grid at %s:%d: %s"
              .formatted(config.host(), config.port(), e.getMessage()),
          e);
    }
    List<String> differences = Terms.differences(quota, hazelcast.getCluster().getMembers());
    if (!differences.isEmpty()) {
      hazelcast.shutdown();
      throw new IOException(
          "cannot join the grid: %s, and all nodes must have the same; to change it, stop all, wait 90 s, and start them"
              .formatted(String.join(", ", differences)));
    }
    owners.open();
    copies.started(hazelcast);
    Grid grid = new Grid(node, hazelcast, config, quota, owners, moves, copies, memory, remembered);
    log.info("joined the grid as {}: {}", node, grid.attendance());
    return grid;
  }

  /** This node in this life of its: its name and a tag that no other life has. */
  public String node() {
    return node;
  }

  /** How many nodes are in the cluster now. */
  public int size() {
    return size(hazelcast);
  }

  /** Whether more than half of the cluster's nodes are here, so that sessions can be changed. */
  public boolean hasMajority() {
    return size() >= config.majority();
  }

  /** Who is here, for people: {@code 1 of 3 nodes; missing: 10.0.0.2:5701, 10.0.0.3:5701}. */
  public String attendance() {
    List<String> absent =
        GridClusterView.absent(config.members(), hazelcast.getCluster().getMembers());
    int all = size() + absent.size();
    return "%d of %d %s%s"
        .formatted(
            size(),
            all,
            all == 1 ? "node" : "nodes",
            absent.isEmpty() ? "" : "; missing: " + String.join(", ", absent));
  }

  /** Waits until the cluster has so many nodes; false where it has not after that time. */
  public boolean awaitSize(int members, Duration longest) throws InterruptedException {
    long deadline = System.nanoTime() + longest.toNanos();
    synchronized (membership) {
      while (size() < members) {
        long leftMs = (deadline - System.nanoTime()) / 1_000_000;
        if (leftMs <= 0) {
          return false;
        }
        membership.wait(leftMs);
      }
    }
    return true;
  }

  /** Waits until all that this node owns has its copies; false where it has not after that time. */
  public boolean awaitSafe(Duration longest) throws InterruptedException {
    long deadline = System.nanoTime() + longest.toNanos();
    while (!hazelcast.getPartitionService().isLocalMemberSafe()) {
      if (System.nanoTime() > deadline) {
        return false;
      }
      Thread.sleep(SAFE_PAUSE);
    }
    return true;
  }

  /** Takes part in the cluster's quota. Once only. */
  public GridQuota openQuota(DispatchConfig dispatch) {
    GridQuota opened =
        new GridQuota(
            hazelcast,
            owners,
            moves,
            NodeIds.of(config.place()),
            config.size(),
            quotaConfig,
            dispatch,
            memory,
            remembered);
    quota = opened;
    return opened;
  }

  /** Tells the others how this node stands, from now on when they ask, and asks them. */
  public ClusterView clusterView(NodeView here) {
    return new GridClusterView(hazelcast, here, config.members(), this::totals);
  }

  /** What all nodes were asked together, as of a second ago. */
  public Totals totals() {
    GridTotals opened = totals;
    return opened == null ? Totals.NONE : opened.last();
  }

  /** Keeps what sessions ask for, for the nodes that they move to, and adds it up. Once only. */
  public SessionWindows openWindows(PipelineMetrics pipelines) {
    long refresh = quotaConfig.timing(config.size()).refresh();
    GridSessionWindows opened = new GridSessionWindows(hazelcast, pipelines, refresh);
    windows = opened;
    totals = new GridTotals(hazelcast, pipelines);
    return opened;
  }

  /**
   * The records of all sessions.
   *
   * @param resumable for how long an interrupted session may be resumed; the same on all nodes
   * @param transcript for how long what was said is kept from then on; the same on all nodes
   */
  public SessionRegistry sessions(Duration resumable, Duration transcript) {
    return new GridSessionRegistry(
        hazelcast,
        resumable,
        transcript,
        this::hasMajority,
        copies,
        new Settling(config.size() > 1));
  }

  /** Leaves the cluster after its share of the state was handed over. */
  public void leave() {
    GridTotals added = totals;
    if (added != null) {
      added.leave(GOOD_BYE);
    }
    GridSessionWindows kept = windows;
    if (kept != null) {
      kept.leave(GOOD_BYE);
    }
    GridQuota opened = quota;
    if (opened != null) {
      opened.leave();
    }
    hazelcast.shutdown();
    forget();
  }

  /** Another process of this node may start. */
  private void forget() {
    try {
      memory.close();
    } catch (IOException e) {
      log.warn("the node's memory cannot be closed: {}", e.toString());
    }
  }

  /** Leaves as {@link #leave()} does. */
  @Override
  public void close() {
    leave();
  }

  /** Falls out of the cluster without a word, as a killed process does. For tests. */
  void terminate() {
    GridTotals added = totals;
    if (added != null) {
      added.stop();
    }
    GridSessionWindows kept = windows;
    if (kept != null) {
      kept.stop();
    }
    GridQuota opened = quota;
    if (opened != null) {
      opened.stop();
    }
    hazelcast.getLifecycleService().terminate();
    forget();
  }

  HazelcastInstance hazelcast() {
    return hazelcast;
  }

  private static int size(HazelcastInstance hazelcast) {
    return hazelcast.getCluster().getMembers().size();
  }

  private final class Changes implements MembershipListener {
    @Override
    public void memberAdded(MembershipEvent event) {
      changed("joined", event.getMember());
    }

    @Override
    public void memberRemoved(MembershipEvent event) {
      changed("left", event.getMember());
    }

    private void changed(String what, Member member) {
      log.info("{} {}: {}", member.getAttribute(NODE), what, attendance());
      Terms.differences(quotaConfig, Set.of(member))
          .forEach(
              it -> log.error("{}, and all nodes must have the same: stop one of the two", it));
      synchronized (membership) {
        membership.notifyAll();
      }
    }
  }
}
