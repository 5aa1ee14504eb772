package io.dragoman.pipeline;

import static java.util.Objects.requireNonNull;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dragoman.openai.ApiResult;
import io.dragoman.openai.Usage;
import io.dragoman.pipeline.CaptionPlan.Stability;
import io.dragoman.quota.Load;
import io.dragoman.speech.SpeechEvent;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a node can tell of its sessions, as they work and afterwards. */
@Timeout(180)
class PipelineMetricsTest {
  private static final long START_MS = 1_700_000_000_000L;
  private static final long HOUR_MS = Duration.ofHours(1).toMillis();
  private static final PipelineConfig CONFIG =
      new PipelineConfig(
          "model",
          4,
          Duration.ZERO,
          Duration.ofMillis(1),
          Duration.ofMillis(5),
          Duration.ofMinutes(2),
          2);

  private final AtomicLong wallMs = new AtomicLong(START_MS);

  /** A monotonic clock may begin anywhere. */
  private final AtomicLong nanos = new AtomicLong(-30_000_000_000L);

  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final PipelineMetrics metrics =
      new PipelineMetrics(registry, () -> Instant.ofEpochMilli(wallMs.get()), nanos::get);
  private final FakeOpenAi openAi = new FakeOpenAi();
  private final FakeGate gate = new FakeGate();

  @AfterEach
  void close() {
    openAi.close();
  }

  @Test
  void aSessionsRequestsAreCountedAndItsQueueIsSeen() throws Exception {
    try (CaptionPipeline pipeline = pipeline("s1")) {
      for (int i = 0; i < 3; i++) {
        pipeline.heard(said("sentence " + i, i));
      }
      await().until(() -> use("s1").inFlight() == 1);
      assertEquals(2, use("s1").waiting());
      assertEquals(2, gauge("dragoman.captions.waiting"));
      assertEquals(1, gauge("dragoman.openai.in.flight"));

      openAi.answer(3);
      pipeline.finish();

      await().until(() -> use("s1").inFlight() == 0);
      SessionUse use = use("s1");
      assertEquals(0, use.waiting());
      assertEquals(3, use.requests());
      assertEquals(3, use.requestsLastMinute());
      assertTrue(use.tokensLastMinute() > 3 * 64, "what the quota is charged: " + use);
      assertEquals(START_MS, use.lastRequestMs());
      assertEquals(new Spent(3, use.tokensLastMinute()), metrics.lastMinute());
    }
  }

  @Test
  void whatWasNeverSentIsTakenBack() throws Exception {
    openAi.trouble(new ApiResult.Failed(false, false, "refused"));
    try (CaptionPipeline pipeline = pipeline("s1")) {
      pipeline.heard(said("one", 0));
      openAi.answer(1);
      pipeline.finish();

      assertEquals(new Spent(0, 0), metrics.lastMinute());
      assertEquals(0, use("s1").requests());
      assertFalse(use("s1").active());
    }
  }

  @Test
  void requestsCountForAMinuteAndSessionsForFive() throws Exception {
    try (CaptionPipeline pipeline = pipeline("s1")) {
      translate(pipeline);
      pass(Duration.ofSeconds(59));
      assertEquals(1, use("s1").requestsLastMinute());
      pass(Duration.ofSeconds(1));
      assertEquals(0, use("s1").requestsLastMinute());
      assertEquals(new Spent(0, 0), metrics.lastMinute());
      assertEquals(1, use("s1").requests());

      pass(Duration.ofSeconds(239));
      assertTrue(use("s1").active());
      pass(Duration.ofSeconds(1));
      assertFalse(use("s1").active());
      assertTrue(use("s1").live());
    }
  }

  @Test
  void aSessionThatHasEndedStaysActiveForAWhileAndIsThenForgotten() throws Exception {
    CaptionPipeline pipeline = pipeline("s1");
    translate(pipeline);
    pipeline.close();

    assertFalse(use("s1").live());
    assertTrue(use("s1").active());
    assertEquals(0, gauge("dragoman.sessions"));
    pass(Duration.ofMinutes(5));
    assertEquals(List.of(), metrics.sessions());
  }

  @Test
  void aSessionThatComesBackIsOneRow() throws Exception {
    CaptionPipeline first = pipeline("s1");
    translate(first);
    first.close();
    try (CaptionPipeline second = pipeline("s1")) {
      translate(second);

      assertEquals(1, metrics.sessions().size());
      assertEquals(2, use("s1").requests());
      assertTrue(use("s1").live());
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 1})
  void aWallClockThatIsSetByAnHourShowsInTimesAndInNoFigure(int hours) {
    SessionMeter meter = metrics.session("s1");
    SessionMeter silent = metrics.session("silent");
    meter.begin(100).close();
    silent.begin(10).close();
    pass(Duration.ofSeconds(20));

    wallMs.addAndGet(hours * HOUR_MS);

    assertEquals(1, use("s1").requestsLastMinute());
    assertEquals(new Spent(2, 110), metrics.lastMinute());
    assertEquals(20_000, requireNonNull(meter.changes()).lastAgeMs());
    meter.begin(1).close();
    assertEquals(2, use("s1").requestsLastMinute());
    assertEquals(new Spent(3, 111), metrics.lastMinute());
    assertEquals(START_MS + 20_000 + hours * HOUR_MS, use("s1").lastRequestMs());
    assertEquals(2, requireNonNull(meter.changes()).minute().parts().size());

    pass(Duration.ofSeconds(40));
    assertEquals(new Spent(1, 1), metrics.lastMinute());
    pass(Duration.ofSeconds(239));
    assertTrue(use("silent").active());
    pass(Duration.ofSeconds(1));
    assertFalse(use("silent").active());
    silent.close();
    pass(Duration.ofMinutes(5));
    assertEquals(List.of("s1"), metrics.sessions().stream().map(SessionUse::session).toList());
  }

  @Test
  void whatASessionDidElsewhereCountsHereForAsLongAsItWouldThere() {
    SessionMeter there = metrics.session("s1");
    there.begin(100).close();
    pass(Duration.ofSeconds(20));
    there.begin(10).close();
    SessionWindow window = requireNonNull(there.changes());
    assertNull(there.changes());
    there.changedStill();
    assertNotNull(there.changes());

    PipelineMetrics other = onClocksAnHourOff();
    SessionMeter here = other.session("s1");
    pass(Duration.ofSeconds(25));
    here.brought(window.later(Duration.ofSeconds(25)));
    assertEquals(START_MS + 20_000 - HOUR_MS, other.sessions().getFirst().lastRequestMs());
    assertTrue(other.sessions().getFirst().active());
    assertEquals(25_000, requireNonNull(here.changes()).lastAgeMs());
    here.begin(1).close();

    SessionUse use = other.sessions().getFirst();
    assertEquals(3, use.requests());
    assertEquals(3, use.requestsLastMinute());
    assertEquals(111, use.tokensLastMinute());
    assertEquals(new Spent(1, 1), other.lastMinute());
    pass(Duration.ofSeconds(16));
    assertEquals(2, other.sessions().getFirst().requestsLastMinute());
    pass(Duration.ofSeconds(20));
    assertEquals(1, other.sessions().getFirst().requestsLastMinute());
    SessionUse both = metrics.sessions().getFirst().plus(other.sessions().getFirst());
    assertEquals(3, both.requests(), "what was brought along is not counted twice");
    assertEquals(0, window.later(Duration.ofSeconds(61)).minute().parts().size());
  }

  @Test
  void whatASessionSpentIsCarriedFromNodeToNode() {
    SessionMeter there = metrics.session("s1");
    try (SessionMeter.Sending sending = there.begin(100)) {
      assertNotNull(there.changes());
      sending.settle(new ApiResult.Failed(true, true, "no answer"));
    }
    SessionWindow window = requireNonNull(there.changes(), "its cost is told once it is known");

    SessionMeter here = new PipelineMetrics(new SimpleMeterRegistry()).session("s1");
    here.brought(window);
    try (SessionMeter.Sending sending = here.begin(10)) {
      sending.settle(new ApiResult.Failed(true, true, "no answer"));
    }

    assertEquals(new Spent(2, 110), here.spent());
    assertEquals(new Spent(2, 110), requireNonNull(here.changes()).spent());
  }

  @Test
  void sessionsThatAskedForNothingLeaveNothingAndTheRestIsBounded() throws Exception {
    pipeline("silent").close();
    assertEquals(List.of(), metrics.sessions());

    for (int i = 0; i < 5_000; i++) {
      SessionMeter meter = metrics.session("s" + i);
      meter.begin(100).close();
      meter.close();
    }

    assertEquals(4_096, metrics.sessions().size());
    assertEquals(5_000, metrics.lastMinute().requests(), "the node's sum forgets nobody");
  }

  @Test
  void reportedTokensAreCounted() throws Exception {
    openAi.trouble(new ApiResult.Completed("ONE", new Usage(30, 4)));
    try (CaptionPipeline pipeline = pipeline("s1")) {
      translate(pipeline);
      assertEquals(
          30, registry.get("dragoman.openai.tokens").tag("of", "prompt").counter().count());
      assertEquals(
          4, registry.get("dragoman.openai.tokens").tag("of", "completion").counter().count());
    }
  }

  @Test
  void aRequestThatEndsLateIsTakenBackFromItsOwnSecond() {
    RollingMinute minute = new RollingMinute();
    minute.add(START_MS, 1, 100);
    minute.add(START_MS + 30_000, 1, 100);
    minute.add(START_MS, -1, -100);
    assertEquals(new Spent(1, 100), minute.sum(START_MS + 30_000));
    assertEquals(new Spent(1, 100), minute.sum(START_MS + 89_000));
    minute.add(START_MS + 100_000, 1, 100);
    minute.add(START_MS + 30_000, -1, -100);
    assertEquals(new Spent(1, 100), minute.sum(START_MS + 100_000));
  }

  private void translate(CaptionPipeline pipeline) throws InterruptedException {
    pipeline.heard(said("one", 0));
    openAi.answer(1);
    pipeline.finish();
  }

  private CaptionPipeline pipeline(String session) {
    return new CaptionPipeline(
        new CaptionPlan("en-US", List.of("es"), false, true, Stability.FAST),
        0,
        openAi,
        gate.open(1),
        CONFIG,
        metrics.session(session),
        new Quiet());
  }

  private SessionUse use(String session) {
    return metrics.sessions().stream()
        .filter(use -> use.session().equals(session))
        .findAny()
        .orElseThrow();
  }

  private double gauge(String name) {
    return registry.get(name).gauge().value();
  }

  private void pass(Duration time) {
    wallMs.addAndGet(time.toMillis());
    nanos.addAndGet(time.toNanos());
  }

  /** Another machine's, whose wall clock is an hour behind. */
  private PipelineMetrics onClocksAnHourOff() {
    return new PipelineMetrics(
        new SimpleMeterRegistry(),
        () -> Instant.ofEpochMilli(wallMs.get() - HOUR_MS),
        () -> nanos.get() + 5_000_000_000_000L);
  }

  private static SpeechEvent.Final said(String text, int second) {
    long end = (second + 1) * 24_000L;
    return new SpeechEvent.Final(text, List.of(), second * 24_000L, end, end);
  }

  /** Nobody listens. */
  private static final class Quiet implements CaptionSink {
    @Override
    public void partial(Caption.Partial caption) {}

    @Override
    public void said(Caption.Final source, long settled) {}

    @Override
    public void finished(Caption.Final caption) {}

    @Override
    public void waiting(String reason, @Nullable Load share, Duration about) {}

    @Override
    public void flowing() {}

    @Override
    public void failed(Caption.Role role, String language, String reason) {}

    @Override
    public void refused(String code) {}

    @Override
    public void broken(RuntimeException bug) {
      throw bug;
    }
  }
}
