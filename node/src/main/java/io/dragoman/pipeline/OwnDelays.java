package io.dragoman.pipeline;

import io.dragoman.quota.QuotaRequest.Priority;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.DoubleStream;

/** What a node itself adds to the delay of captions, over all its sessions. Thread-safe. */
public final class OwnDelays {

  /** The bounds in milliseconds, fine where a node's own part should lie. */
  private static final Duration[] BOUNDS =
      DoubleStream.of(.25, .5, 1, 1.5, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 50, 100, 300, 1_000)
          .mapToObj(ms -> Duration.ofNanos((long) (ms * 1e6)))
          .toArray(Duration[]::new);

  private final Map<Priority, Timer> requested = new EnumMap<>(Priority.class);
  private final Timer shown;
  private final Timer committed;
  private final Timer sent;

  OwnDelays(MeterRegistry registry) {
    for (Priority priority : Priority.values()) {
      requested.put(
          priority,
          timer(
                  "requested",
                  "From what was heard, or from the end of the lane's call or pause before, to the"
                      + " request's departure, without the time in line for its permit")
              .tag("priority", priority.name().toLowerCase(Locale.ROOT))
              .register(registry));
    }
    shown =
        timer("shown", "From a piece of a streamed answer to its partial, put in order to be sent")
            .register(registry);
    committed =
        timer("committed", "From a final, or an acknowledgement, to its commit by the cluster")
            .register(registry);
    sent =
        timer("sent", "From a caption that is put in order to be sent to its last byte's writing")
            .register(registry);
  }

  private static Timer.Builder timer(String name, String description) {
    return Timer.builder("dragoman.captions." + name)
        .description(description)
        .serviceLevelObjectives(BOUNDS);
  }

  void requested(Priority priority, Duration took) {
    Objects.requireNonNull(requested.get(priority)).record(took);
  }

  void shown(Duration took) {
    shown.record(took);
  }

  /** A final is committed, so long after it was made. */
  public void committed(Duration took) {
    committed.record(took);
  }

  /** A caption is written to its client, so long after it was put in order. */
  public void sent(Duration took) {
    sent.record(took);
  }
}
