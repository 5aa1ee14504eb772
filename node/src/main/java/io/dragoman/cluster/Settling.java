package io.dragoman.cluster;

import com.hazelcast.cluster.MembershipEvent;
import com.hazelcast.cluster.MembershipListener;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Knows whether members have come or gone lately. After a split they see each other before their
 * entries are merged, and when several die at once, owners have to bring back what those kept.
 * Thread-safe.
 */
final class Settling implements MembershipListener {

  /** A merge takes some seconds, and an owner renews its entry every 15 s by default. */
  private static final Duration LASTS = Duration.ofSeconds(15);

  /** When members came or went last, on the monotonic clock; null where none has yet. */
  private volatile @Nullable Long changed;

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
