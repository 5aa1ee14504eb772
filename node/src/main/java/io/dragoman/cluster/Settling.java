package io.dragoman.cluster;

import com.hazelcast.cluster.MembershipEvent;
import com.hazelcast.cluster.MembershipListener;
import io.dragoman.session.SessionRegistry;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Knows whether members have come or gone lately, this one too. After a split they see each other
 * before their entries are merged, and when several die at once, owners have to bring back what
 * those kept. Thread-safe.
 */
final class Settling implements MembershipListener {

  /** Within it every owner renews its entry, and has some seconds for it, as a merge needs. */
  private static final Duration LASTS = SessionRegistry.RENEWAL.plusSeconds(5);

  /** When members came or went last, on the monotonic clock; null where there were no others. */
  private volatile @Nullable Long changed;

  /**
   * @param others whether the cluster has other members, who may know what this one does not
   */
  Settling(boolean others) {
    changed = others ? System.nanoTime() : null;
  }

  boolean isOver() {
    Long last = changed;
    return last == null || System.nanoTime() - last > LASTS.toNanos();
  }

  @Override
  public void memberAdded(MembershipEvent event) {
    changed = System.nanoTime();
  }

  @Override
  public void memberRemoved(MembershipEvent event) {
    changed = System.nanoTime();
  }
}
