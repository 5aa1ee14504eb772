package io.dragoman.standin;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A fault that is set, and what it has done. Thread-safe. */
final class ActiveFault {
  /** So that numbers that follow each other draw from seeds far apart. */
  private static final long STRIDE = 0x9E3779B97F4A7C15L;

  private final Fault fault;
  private final long beganNanos = System.nanoTime();
  private final CountDownLatch lifted = new CountDownLatch(1);

  // Guarded by this.
  private long calls;
  private long struck;

  ActiveFault(Fault fault) {
    this.fault = fault;
  }

  Fault fault() {
    return fault;
  }

  /** Whether the next call meets it; each call asks once. */
  synchronized boolean strikes() {
    if (isOver()) {
      return false;
    }
    calls++;
    if (new SplittableRandom(fault.seed() + calls * STRIDE).nextDouble() >= fault.share()) {
      return false;
    }
    struck++;
    return true;
  }

  synchronized long struck() {
    return struck;
  }

  /** Whether it strikes no further call. */
  synchronized boolean isOver() {
    Duration left = left();
    return lifted.getCount() == 0
        || (left != null && !left.isPositive())
        || (fault.count() != null && struck >= fault.count());
  }

  void lift() {
    lifted.countDown();
  }

  /** Waits until it was lifted, or its time is over. */
  void awaitEnd() throws InterruptedException {
    Duration left = left();
    if (left == null) {
      lifted.await();
    } else if (lifted.await(left.toNanos(), TimeUnit.NANOSECONDS)) {
      return;
    }
  }

  synchronized ObjectNode toJson() {
    ObjectNode document = fault.toJson().put("calls", calls).put("struck", struck);
    Duration left = left();
    return left == null ? document : document.put("left_ms", Math.max(0, left.toMillis()));
  }

  private @Nullable Duration left() {
    Duration lasts = fault.lasts();
    return lasts == null ? null : lasts.minusNanos(System.nanoTime() - beganNanos);
  }
}
