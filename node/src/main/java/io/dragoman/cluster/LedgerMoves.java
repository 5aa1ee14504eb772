package io.dragoman.cluster;

import com.hazelcast.cluster.Member;
import com.hazelcast.partition.MigrationListener;
import com.hazelcast.partition.MigrationState;
import com.hazelcast.partition.ReplicaMigrationEvent;
import org.jspecify.annotations.Nullable;

/**
 * Tells when the grid takes a ledger away from this node and gives it to another one. Thread-safe.
 *
 * <p>It is part of the configuration with which a node joins: added later, it would be told to
 * every member in turn, and one that does not answer would fail the node's start.
 */
final class LedgerMoves implements MigrationListener {

  private record Watch(int partition, Runnable moved) {}

  private volatile @Nullable Watch watch;

  /**
   * From now on.
   *
   * @param partition the ledger's
   * @param moved is run by a thread of the grid's, and must not wait
   */
  void watch(int partition, Runnable moved) {
    watch = new Watch(partition, moved);
  }

  @Override
  public void replicaMigrationCompleted(ReplicaMigrationEvent move) {
    Watch now = watch;
    Member source = move.getSource();
    if (now != null
        && move.getReplicaIndex() == 0
        && move.getPartitionId() == now.partition()
        && source != null
        && source.localMember()) {
      now.moved().run();
    }
  }

  @Override
  public void replicaMigrationFailed(ReplicaMigrationEvent move) {
    // The ledger stays where it is.
  }

  @Override
  public void migrationStarted(MigrationState all) {
    // Of no concern: a single partition is.
  }

  @Override
  public void migrationFinished(MigrationState all) {
    // Likewise.
  }
}
