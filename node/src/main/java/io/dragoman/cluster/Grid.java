package io.dragoman.cluster;

import com.hazelcast.cluster.Member;
import com.hazelcast.cluster.MembershipEvent;
import com.hazelcast.cluster.MembershipListener;
import com.hazelcast.config.Config;
import com.hazelcast.config.MapConfig;
import com.hazelcast.config.NetworkConfig;
import com.hazelcast.core.Hazelcast;
import com.hazelcast.core.HazelcastInstance;
import io.dragoman.ops.ClusterView;
import io.dragoman.ops.NodeView;
import io.dragoman.quota.PermitId;
import io.dragoman.quota.QuotaConfig;
import io.dragoman.quota.QuotaGate;
import io.dragoman.quota.QuotaMeter;
import io.dragoman.session.SessionRegistry;
import java.io.IOException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * This node's place in the grid: the cluster's members, and the state they share. Thread-safe.
 *
 * <p>Where the cluster has three nodes or more, what the grid holds can be read and changed only
 * while more than half of them see each other.
 */
public final class Grid implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(Grid.class);

  /** The member attribute that tells the others a node's {@link #node()}. */
  static final String NODE = "node";

  /** The attribute that holds a node's {@code host:port}, as in the list of all members. */
  static final String PLACE = "place";

  private static final Duration SAFE_PAUSE = Duration.ofMillis(50);
  private static final String MAJORITY = "majority";
  private static final String QUOTA = "quota";

  private final String node;
  private final HazelcastInstance hazelcast;
  private final InstantSource clock;

  /** The grid address of every node of the cluster, as configured. */
  private final List<String> members;

  private final GridSessionRegistry sessions;

  /** Counts the permits that any gate of this node has asked for. */
  private final AtomicLong asks = new AtomicLong();

  /** Notified when the members change; guards nothing. */
  private final Object membership = new Object();

  private Grid(
      String node, HazelcastInstance hazelcast, InstantSource clock, List<String> members) {
    this.node = node;
    this.hazelcast = hazelcast;
    this.clock = clock;
    this.members = members;
    this.sessions = new GridSessionRegistry(hazelcast, node);
    hazelcast.getCluster().addMembershipListener(new Changes());
  }

  /**
   * Joins the cluster, or founds it where no other node answers.
   *
   * @throws IOException with a sentence for a human: the configuration is wrong, or the port in use
   */
  public static Grid start(GridConfig config) throws IOException {
    return start(config, InstantSource.system());
  }

  static Grid start(GridConfig config, InstantSource clock) throws IOException {
    String node = config.node() + "-" + UUID.randomUUID().toString().substring(0, 8);
    Config member = GridFile.load(config.file());
    member.setInstanceName(node);
    member.getMemberAttributeConfig().setAttribute(NODE, node);
    member.getMemberAttributeConfig().setAttribute(PLACE, config.host() + ":" + config.port());
    place(member.getNetworkConfig(), config);
    // A "majority" of one node would protect from nothing, and the grid refuses it.
    member
        .getSplitBrainProtectionConfig(MAJORITY)
        .setEnabled(config.majority() > 1)
        .setMinimumClusterSize(Math.max(2, config.majority()));
    // As many as make the copies of an entry a majority of the cluster, so that no majority lacks
    // one.
    int backups = Math.min(MapConfig.MAX_BACKUP_COUNT, config.majority() - 1);
    member.getMapConfig(QUOTA).setBackupCount(backups);
    member.getMapConfig(GridSessionRegistry.MAP).setBackupCount(backups);
    member.addExecutorConfig(GridClusterView.executor());
    GridTypes.register(member.getSerializationConfig(), clock);
    HazelcastInstance hazelcast;
    try {
      hazelcast = Hazelcast.newHazelcastInstance(member);
    } catch (RuntimeException e) {
      throw new IOException(
          "cannot join the grid at %s:%d: %s"
              .formatted(config.host(), config.port(), e.getMessage()),
          e);
    }
    Grid grid = new Grid(node, hazelcast, clock, config.members());
    log.info("joined the grid as {}: {}", node, grid.attendance());
    return grid;
  }

  private static void place(NetworkConfig network, GridConfig config) throws UnknownHostException {
    String address = config.address().getHostAddress();
    network.setPort(config.port()).setPublicAddress(address + ":" + config.port());
    network.getInterfaces().setEnabled(true).clear().addInterface(address);
    network.getJoin().getTcpIpConfig().setMembers(config.members());
  }

  /** This node in this life of its: its name and a tag that no other life has. */
  public String node() {
    return node;
  }

  /** How many nodes are in the cluster now. */
  public int size() {
    return size(hazelcast);
  }

  /** Who is here, for people: {@code 1 of 3 nodes; missing: 10.0.0.2:5701, 10.0.0.3:5701}. */
  public String attendance() {
    List<String> absent = GridClusterView.absent(members, hazelcast.getCluster().getMembers());
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

  /** The gate of the cluster's one quota. Every node must give it the same limits. */
  public QuotaGate quotaGate(QuotaConfig config) {
    return new GridQuotaGate(
        hazelcast.getMap(QUOTA), this::nextPermit, config, clock, System::nanoTime);
  }

  /** Tells how much of the same quota is in use. */
  public QuotaMeter quotaMeter(QuotaConfig config) {
    return new GridQuotaMeter(hazelcast.getMap(QUOTA), config, clock);
  }

  /** Tells the others how this node stands, from now on when they ask, and asks them. */
  public ClusterView clusterView(NodeView here) {
    return new GridClusterView(hazelcast, here, members);
  }

  /** Who carries which session. */
  public SessionRegistry sessions() {
    return sessions;
  }

  /** Leaves the cluster after its share of the state was handed over. */
  public void leave() {
    hazelcast.shutdown();
  }

  /** Leaves as {@link #leave()} does. */
  @Override
  public void close() {
    leave();
  }

  /** Falls out of the cluster without a word, as a killed process does. For tests. */
  void terminate() {
    hazelcast.getLifecycleService().terminate();
  }

  HazelcastInstance hazelcast() {
    return hazelcast;
  }

  private PermitId nextPermit() {
    return new PermitId(node, asks.incrementAndGet());
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
      synchronized (membership) {
        membership.notifyAll();
      }
      sessions.membersChanged();
    }
  }
}
