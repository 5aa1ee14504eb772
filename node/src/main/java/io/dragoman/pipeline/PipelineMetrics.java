package io.dragoman.pipeline;

import io.dragoman.openai.ApiResult;
import io.dragoman.openai.Usage;
import io.dragoman.quota.Delay;
import io.dragoman.quota.QuotaRequest.Priority;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.LongSupplier;
import java.util.function.ToDoubleFunction;
import java.util.stream.LongStream;

/**
 * What pipelines measure: summed over a node's sessions for the registry, and session by session
 * for whoever asks. Thread-safe.
 *
 * <p>A session that has ended is remembered for as long as it may count as active, but no more than
 * the latest few thousand; the node's own sums do not depend on it.
 */
public final class PipelineMetrics {
  private static final Duration REMEMBERED = Duration.ofMinutes(5);
  private static final int MOST_REMEMBERED = 4_096;

  /** The bounds in milliseconds: from those that nobody notices to those of a quarantine. */
  private static final Duration[] WAITS =
      LongStream.of(1, 10, 100, 250, 500, 1_000, 2_000, 3_000, 5_000, 10_000, 30_000, 100_000)
          .mapToObj(Duration::ofMillis)
          .toArray(Duration[]::new);

  private final MeterRegistry registry;
  private final InstantSource wall;
  private final LongSupplier nanoTime;
  private final long startedNanos;
  private final OwnDelays delays;

  // Guarded by this.
  private final Set<SessionMeter> live = new HashSet<>();
  private final Deque<Ended> ended = new ArrayDeque<>();
  private final RollingMinute minute = new RollingMinute();
  private Asked all = new Asked(0, 0, 0);

  /**
   * What was asked of a node since it began: sessions, requests that were permitted, and the tokens
   * that the quota was charged for those.
   */
  public record Asked(long sessions, long requests, long tokens) {}

  /**
   * @param atMs when it ended, as {@link #nowMs} counts
   */
  private record Ended(long atMs, SessionMeter meter) {}

  public PipelineMetrics(MeterRegistry registry) {
    this(registry, InstantSource.system(), System::nanoTime);
  }

  /**
   * @param wall tells when a request was, for people to read, and nothing else: it may be set while
   *     the node runs
   * @param nanoTime by which requests count for a minute, and sessions are active
   */
  PipelineMetrics(MeterRegistry registry, InstantSource wall, LongSupplier nanoTime) {
    this.registry = registry;
    this.wall = wall;
    this.nanoTime = nanoTime;
    this.startedNanos = nanoTime.getAsLong();
    this.delays = new OwnDelays(registry);
    gauge("dragoman.sessions", "Live sessions", metrics -> metrics.live().size());
    gauge(
        "dragoman.openai.in.flight",
        "Calls to the language model that are under way",
        metrics -> metrics.sessions().stream().mapToInt(SessionUse::inFlight).sum());
    gauge(
        "dragoman.captions.waiting",
        "Utterances that wait to be translated or corrected",
        metrics -> metrics.sessions().stream().mapToInt(SessionUse::waiting).sum());
  }

  private void gauge(String name, String description, ToDoubleFunction<PipelineMetrics> value) {
    Gauge.builder(name, this, value).description(description).register(registry);
  }

  /** What the node itself adds to the delay of captions. */
  public OwnDelays delays() {
    return delays;
  }

  /** A meter for a session that starts now. */
  public SessionMeter session(String id) {
    SessionMeter meter = new SessionMeter(id, this);
    synchronized (this) {
      live.add(meter);
      all = new Asked(all.sessions + 1, all.requests, all.tokens);
    }
    return meter;
  }

  /** The live sessions, and those that ended not long ago; one row for an id, in their order. */
  public List<SessionUse> sessions() {
    long nowMs = nowMs();
    Map<String, SessionUse> rows = new TreeMap<>();
    meters().forEach(meter -> rows.merge(meter.session(), meter.use(nowMs), SessionUse::plus));
    return List.copyOf(rows.values());
  }

  /** The meters of the sessions that are live, or ended not long ago. */
  public synchronized List<SessionMeter> meters() {
    forget(nowMs());
    List<SessionMeter> meters = new ArrayList<>(live);
    ended.forEach(past -> meters.add(past.meter));
    return meters;
  }

  /** What was asked of this node since it began. */
  public synchronized Asked asked() {
    return all;
  }

  /** The requests that were permitted within the last minute, and what the quota was charged. */
  public synchronized Spent lastMinute() {
    return minute.sum(nowMs());
  }

  private synchronized List<SessionMeter> live() {
    return List.copyOf(live);
  }

  /** Milliseconds since this was made, on the monotonic clock. */
  long nowMs() {
    return (nanoTime.getAsLong() - startedNanos) / 1_000_000;
  }

  /** What the wall clock shows, in milliseconds since the epoch. */
  long wallMs() {
    return wall.millis();
  }

  /** A session that began here had begun elsewhere: it is one. */
  synchronized void moved() {
    all = new Asked(all.sessions - 1, all.requests, all.tokens);
  }

  synchronized void count(long atMs, int requests, long tokens) {
    minute.add(atMs, requests, tokens);
    all = new Asked(all.sessions, all.requests + requests, all.tokens + tokens);
  }

  synchronized void closed(SessionMeter meter, boolean asked) {
    long nowMs = nowMs();
    live.remove(meter);
    if (asked) {
      ended.add(new Ended(nowMs, meter));
    }
    forget(nowMs);
  }

  private void forget(long nowMs) {
    while (!ended.isEmpty()
        && (ended.size() > MOST_REMEMBERED || nowMs - ended.peek().atMs >= REMEMBERED.toMillis())) {
      ended.remove();
    }
  }

  void called(Caption.Role role, Priority priority, ApiResult result, Duration took) {
    Timer.builder("dragoman.openai.calls")
        .description("Calls to the language model, from the permit to the end of the answer")
        .tag("role", tag(role))
        .tag("priority", tag(priority))
        .tag("outcome", outcome(result))
        .register(registry)
        .record(took);
    if (result instanceof ApiResult.Completed completed && completed.usage() != null) {
      used(completed.usage());
    }
  }

  private void used(Usage usage) {
    registry.counter("dragoman.openai.tokens", "of", "prompt").increment(usage.promptTokens());
    registry
        .counter("dragoman.openai.tokens", "of", "completion")
        .increment(usage.completionTokens());
  }

  void waits(Priority priority, Delay delay) {
    registry
        .counter(
            "dragoman.quota.waits",
            "priority",
            tag(priority),
            "cause",
            tag(delay.cause()),
            "bound",
            tag(delay.bound()))
        .increment();
  }

  void permitted(Priority priority, Duration waited) {
    Timer.builder("dragoman.quota.wait")
        .description("From the question for a permit to the permit")
        .serviceLevelObjectives(WAITS)
        .tag("priority", tag(priority))
        .register(registry)
        .record(waited);
  }

  private static String outcome(ApiResult result) {
    return switch (result) {
      case ApiResult.Completed completed -> "completed";
      case ApiResult.Incomplete incomplete -> "incomplete";
      case ApiResult.RateLimited limited -> "rate_limited";
      case ApiResult.Refused refused -> "refused";
      case ApiResult.Failed failed -> "failed";
    };
  }

  private static String tag(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }
}
