package io.dragoman.cluster;

import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.instance.impl.HazelcastInstanceProxy;
import com.hazelcast.instance.impl.Node;
import com.hazelcast.internal.partition.InternalPartition;
import com.hazelcast.internal.partition.PartitionReplica;
import com.hazelcast.splitbrainprotection.SplitBrainProtectionException;
import org.jspecify.annotations.Nullable;

/**
 * Refuses to change an entry of this member that would not have all its copies.
 *
 * <p>The grid waits for the copies at members that it knows, and passes over the others. But a
 * member that is cut off gives up the others one after another, and has a majority while it still
 * counts one of them. An entry with its copy at one that was given up would then be changed here
 * alone, and who asked would be told that it is done. The grid says nowhere else how many copies
 * were made, so its own table of them is read. Thread-safe.
 */
final class Copies {
  private volatile @Nullable Node node;
  private final String map;

  Copies(String map) {
    this.map = map;
  }

  /** The member has started. Until then it changes nothing. */
  void started(HazelcastInstance hazelcast) {
    node = ((HazelcastInstanceProxy) hazelcast).getOriginal().node;
  }

  /**
   * Checks the entry of a key, if this member keeps the original; a copy follows it.
   *
   * @throws SplitBrainProtectionException when a copy is to be at a member that is gone, or
   *     nowhere: for as long as it takes the grid to make another
   */
  void require(String key) {
    Node here = node;
    if (here == null) {
      throw new SplitBrainProtectionException("this node has just come");
    }
    InternalPartition partition =
        here.getPartitionService()
            .getPartition(here.getPartitionService().getPartitionId(key), false);
    for (int copy = 1; partition.isLocal() && copy <= count(here); copy++) {
      if (!isHere(partition.getReplica(copy), here)) {
        throw new SplitBrainProtectionException(
            "copy %d of %d has no member".formatted(copy, count(here)));
      }
    }
  }

  private int count(Node here) {
    return here.getConfig().findMapConfig(map).getBackupCount();
  }

  private static boolean isHere(@Nullable PartitionReplica copy, Node here) {
    return copy != null && here.getClusterService().getMember(copy.address(), copy.uuid()) != null;
  }
}
