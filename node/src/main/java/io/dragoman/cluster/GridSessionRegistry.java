package io.dragoman.cluster;

import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.map.IMap;
import io.dragoman.session.SessionAnswer;
import io.dragoman.session.SessionChange;
import io.dragoman.session.SessionRecord;
import io.dragoman.session.SessionRegistry;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** The records of all sessions, in a distributed map by session id. */
final class GridSessionRegistry implements SessionRegistry {
  static final String MAP = "records";

  private final HazelcastInstance hazelcast;
  private final IMap<String, SessionRecord> records;
  private final int resumableS;
  private final int transcriptS;
  private final BooleanSupplier majority;
  private final Copies copies;
  private final Settling settling;

  /**
   * @param resumable for how long an interrupted session may be resumed
   * @param transcript for how long what was said is kept from then on
   * @param majority whether the grid takes changes, as far as this node knows
   * @param copies of its records
   * @param settling of a member that has just joined
   */
  GridSessionRegistry(
      HazelcastInstance hazelcast,
      Duration resumable,
      Duration transcript,
      BooleanSupplier majority,
      Copies copies,
      Settling settling) {
    this.hazelcast = hazelcast;
    this.copies = copies;
    this.settling = settling;
    this.majority = majority;
    this.records = hazelcast.getMap(MAP);
    this.resumableS = (int) resumable.toSeconds();
    this.transcriptS = (int) transcript.toSeconds();
    hazelcast.getCluster().addMembershipListener(settling);
  }

  @Override
  public CompletionStage<SessionAnswer> change(String sid, SessionChange change) {
    // An owner that dies is not heard to: until it would have renewed, the time is not yet running.
    int keptS = change instanceof SessionChange.Leave ? resumableS : resumableS + resumableS / 2;
    try {
      return records.submitToKey(
          sid,
          new SessionOperation(
              copies, change, nowMs() + TimeUnit.SECONDS.toMillis(keptS), keptS, transcriptS));
    } catch (RuntimeException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  @Override
  public long nowMs() {
    return hazelcast.getCluster().getClusterTime();
  }

  @Override
  public boolean hasMajority() {
    return majority.getAsBoolean();
  }

  @Override
  public boolean isSettled() {
    return settling.isOver();
  }
}
