package io.dragoman.cluster;

import com.hazelcast.map.EntryProcessor;
import io.dragoman.quota.Load;
import io.dragoman.quota.PermitId;
import io.dragoman.quota.QuotaConfig;
import io.dragoman.quota.QuotaRequest;
import io.dragoman.quota.RollingWindow;
import io.dragoman.quota.RollingWindow.Answer;
import io.dragoman.quota.RollingWindow.Booked;
import java.time.InstantSource;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An atomic change of the quota's window, made on the node that owns it. The time is read once,
 * there; the backups get the outcome and compute nothing. Used by one thread at a time.
 */
abstract sealed class WindowOperation<R> implements EntryProcessor<String, RollingWindow, R> {

  final InstantSource clock;

  /** What the backups are to hold; null where nothing changed, so that a refusal costs none. */
  private @Nullable RollingWindow changed;

  private WindowOperation(InstantSource clock) {
    this.clock = clock;
  }

  abstract Change<R> change(RollingWindow window, long nowMs);

  record Change<R>(RollingWindow window, R answer) {}

  /** A window that did not change is the same object. */
  @Override
  @SuppressWarnings("ReferenceEquality")
  public final R process(Map.Entry<String, RollingWindow> entry) {
    RollingWindow before = entry.getValue() == null ? RollingWindow.EMPTY : entry.getValue();
    Change<R> change = change(before, clock.millis());
    changed = null;
    if (change.window != before) {
      changed = change.window;
      entry.setValue(changed);
    }
    return change.answer;
  }

  @Override
  public final @Nullable EntryProcessor<String, RollingWindow, R> getBackupProcessor() {
    return changed == null ? null : new Store<>(changed);
  }

  /** Asks for a permit. */
  static final class Ask extends WindowOperation<Answer> {
    final PermitId id;
    final QuotaConfig config;
    final QuotaRequest request;

    Ask(InstantSource clock, PermitId id, QuotaConfig config, QuotaRequest request) {
      super(clock);
      this.id = id;
      this.config = config;
      this.request = request;
    }

    @Override
    Change<Answer> change(RollingWindow window, long nowMs) {
      Booked booked = window.book(nowMs, id, request, config);
      return new Change<>(booked.window(), booked.answer());
    }
  }

  /** Says how a permit ended; answers whether that was news. */
  static final class Settle extends WindowOperation<Boolean> {
    final PermitId id;
    final QuotaConfig config;

    /** True where the request has arrived, false where it was never sent. */
    final boolean arrived;

    Settle(InstantSource clock, PermitId id, QuotaConfig config, boolean arrived) {
      super(clock);
      this.id = id;
      this.config = config;
      this.arrived = arrived;
    }

    @Override
    @SuppressWarnings("ReferenceEquality")
    Change<Boolean> change(RollingWindow window, long nowMs) {
      RollingWindow after =
          arrived ? window.arrived(nowMs, id, config) : window.unspent(nowMs, id, config);
      return new Change<>(after, after != window);
    }
  }

  /** Asks what is booked; changes nothing. */
  static final class Look extends WindowOperation<Load> {
    Look(InstantSource clock) {
      super(clock);
    }

    @Override
    Change<Load> change(RollingWindow window, long nowMs) {
      return new Change<>(window, window.booked(nowMs));
    }
  }

  /** Brings an outcome to a backup. */
  record Store<R>(RollingWindow window) implements EntryProcessor<String, RollingWindow, R> {
    @Override
    public @Nullable R process(Map.Entry<String, RollingWindow> entry) {
      entry.setValue(window);
      return null;
    }
  }
}
