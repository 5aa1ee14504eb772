package io.dragoman.pipeline;

import io.dragoman.quota.Amount;
import io.dragoman.quota.Delay;
import io.dragoman.quota.Load;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/**
 * Tells a session why its finals wait, as long as any does: what the lane waits for that began
 * first, and again when that changes. Thread-safe.
 */
final class Waiting {

  /** Shorter waits are nobody's concern. */
  private static final Duration WORTH_SAYING = Duration.ofMillis(500);

  private static final String CONNECTIONS = "connections";

  private final CaptionSink sink;

  // Guarded by this.
  private final SequencedMap<Lane, Wait> lanes = new LinkedHashMap<>();
  private @Nullable String told;

  private record Wait(String reason, @Nullable Load share, Duration about) {}

  Waiting(CaptionSink sink) {
    this.sink = sink;
  }

  /** A final has waited for its permit for long enough to say so. */
  void forPermit(Lane lane, Delay delay) {
    begin(lane, new Wait(reason(delay), share(delay), Duration.ofNanos(delay.remaining())));
  }

  /** A final has its permit and found no connection. */
  void forConnection(Lane lane, long heardAt) {
    if (System.nanoTime() - heardAt >= WORTH_SAYING.toNanos()) {
      begin(lane, new Wait(CONNECTIONS, null, Duration.ZERO));
    }
  }

  /** A final waits for so long since the language model fails. */
  void forUpstream(Lane lane, Duration about) {
    if (about.compareTo(WORTH_SAYING) >= 0) {
      begin(lane, new Wait("language_model", null, about));
    }
  }

  private synchronized void begin(Lane lane, Wait wait) {
    lanes.put(lane, wait);
    tell();
  }

  synchronized void end(Lane lane) {
    if (lanes.remove(lane) != null) {
      tell();
    }
  }

  private void tell() {
    Map.Entry<Lane, Wait> first = lanes.firstEntry();
    if (first == null) {
      told = null;
      sink.flowing();
    } else if (!first.getValue().reason.equals(told)) {
      Wait wait = first.getValue();
      told = wait.reason;
      sink.waiting(told, wait.share, wait.about);
    }
  }

  static String reason(Delay delay) {
    return switch (delay.cause()) {
      case SHARE, UPSTREAM -> "quota." + word(delay.bound());
      case LEASE, GATHERING, QUARANTINE, REFUSED, NO_MAJORITY, HANDOVER, CONFIGURATION ->
          "quota." + word(delay.cause());
      case CALLS -> CONNECTIONS;
    };
  }

  private static @Nullable Load share(Delay delay) {
    return switch (delay.cause()) {
      case SHARE, UPSTREAM ->
          delay.share().isZero()
              ? null
              : new Load(delay.share().requests() / Amount.REQUEST, delay.share().tokens());
      case LEASE, GATHERING, QUARANTINE, REFUSED, NO_MAJORITY, HANDOVER, CONFIGURATION, CALLS ->
          null;
    };
  }

  private static String word(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }
}
