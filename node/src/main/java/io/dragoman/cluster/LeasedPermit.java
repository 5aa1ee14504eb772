package io.dragoman.cluster;

import io.dragoman.quota.Evidence;
import io.dragoman.quota.Lessee;
import io.dragoman.quota.Moment;
import io.dragoman.quota.Permit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.Lock;
import java.util.function.Supplier;

/** A permit of a {@link LeasedGate}, and the place of its call. Thread-safe. */
final class LeasedPermit implements Permit {
  private final Lessee lessee;
  private final long id;
  private final long since;
  private final Supplier<Moment> clock;
  private final Lock lock;
  private final Runnable vacate;

  /** Given back when it is closed, which takes the lock anyway. */
  private final AtomicBoolean unspent = new AtomicBoolean();

  /** Guarded by lock. */
  private boolean closed;

  /**
   * @param id the lessee's
   * @param lock of the gate, which guards the lessee
   * @param vacate gives the place of the call back, under the lock
   */
  LeasedPermit(
      Lessee lessee, long id, long since, Supplier<Moment> clock, Lock lock, Runnable vacate) {
    this.lessee = lessee;
    this.id = id;
    this.since = since;
    this.clock = clock;
    this.lock = lock;
    this.vacate = vacate;
  }

  @Override
  public long since() {
    return since;
  }

  @Override
  public void arrived() {
    locked(() -> lessee.arrived(id, clock.get()));
  }

  @Override
  public void completed(long used) {
    locked(() -> lessee.completed(id, used, clock.get()));
  }

  @Override
  public void observed(Evidence evidence) {
    locked(() -> lessee.observed(evidence, clock.get()));
  }

  @Override
  public void unspent() {
    unspent.setRelease(true);
  }

  @Override
  public void close() {
    locked(
        () -> {
          if (!closed) {
            closed = true;
            if (unspent.getAcquire()) {
              lessee.giveBack(id);
            }
            vacate.run();
          }
        });
  }

  private void locked(Runnable work) {
    lock.lock();
    try {
      work.run();
    } finally {
      lock.unlock();
    }
  }
}
