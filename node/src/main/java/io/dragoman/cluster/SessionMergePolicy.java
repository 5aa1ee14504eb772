package io.dragoman.cluster;

import com.hazelcast.nio.ObjectDataInput;
import com.hazelcast.nio.ObjectDataOutput;
import com.hazelcast.spi.merge.MergingValue;
import com.hazelcast.spi.merge.SplitBrainMergePolicy;
import io.dragoman.session.SessionRecord;
import org.jspecify.annotations.Nullable;

/**
 * After a split, keeps the newer record: one that has ended, or the client's newest attempt. Named
 * in {@code hazelcast.yaml}; made by the grid.
 */
final class SessionMergePolicy
    implements SplitBrainMergePolicy<
        SessionRecord, MergingValue<SessionRecord>, @Nullable SessionRecord> {

  @Override
  public @Nullable SessionRecord merge(
      @Nullable MergingValue<SessionRecord> merging,
      @Nullable MergingValue<SessionRecord> existing) {
    SessionRecord one = merging == null ? null : merging.getDeserializedValue();
    SessionRecord other = existing == null ? null : existing.getDeserializedValue();
    if (one == null || other == null) {
      return one == null ? other : one;
    }
    return one.isNewerThan(other) ? one : other;
  }

  @Override
  public void writeData(ObjectDataOutput out) {
    // It holds nothing.
  }

  @Override
  public void readData(ObjectDataInput in) {
    // It holds nothing.
  }
}
