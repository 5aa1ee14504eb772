package io.dragoman.pipeline;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dragoman.openai.ApiResult;
import io.dragoman.openai.OpenAi;
import io.dragoman.openai.RateLimitHeaders;
import io.dragoman.openai.Usage;
import io.dragoman.pipeline.Caption.Role;
import io.dragoman.pipeline.CaptionPlan.Stability;
import io.dragoman.quota.Delay.Bound;
import io.dragoman.quota.Delay.Cause;
import io.dragoman.quota.Evidence;
import io.dragoman.quota.QuotaRequest.Priority;
import io.dragoman.speech.SpeechEvent;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** How captions wait in line for their permits, and what becomes of those. */
@Timeout(180)
class TurnsTest {
  private static final PipelineConfig CONFIG =
      new PipelineConfig(
          "model",
          4,
          Duration.ZERO,
          Duration.ofMillis(1),
          Duration.ofMillis(5),
          Duration.ofMinutes(1),
          2);

  private final FakeOpenAi openAi = new FakeOpenAi();
  private final FakeGate gate = new FakeGate();
  private final MeterRegistry meters = new SimpleMeterRegistry();
  private final PipelineMetrics metrics = new PipelineMetrics(meters);
  private final Captions captions = new Captions();
  private final CaptionPipeline pipeline =
      new CaptionPipeline(
          new CaptionPlan("en-US", List.of("es"), false, true, Stability.FAST),
          0,
          openAi,
          gate.open(1),
          CONFIG,
          metrics.session("s1"),
          captions);

  /** Whatever a test did, nothing is left at the gate. */
  @AfterEach
  void close() {
    pipeline.close();
    openAi.close();
    await().until(gate::isEmpty);
  }

  @Test
  void aPartialThatWaitsGivesWayToANewerOne() throws Exception {
    gate.shut(Priority.PARTIAL);
    pipeline.heard(interim("one"));
    await().until(() -> gate.asked.size() == 1);
    pipeline.heard(interim("one two"));
    await().until(() -> gate.asked.size() == 2 && gate.waiting() == 1);
    gate.open(Priority.PARTIAL);
    openAi.answer(1);
    await().until(() -> !captions.partials(Role.TRANSLATION).isEmpty());
    assertEquals(List.of("one two"), openAi.asked);
    assertEquals(1, gate.granted.get(), "the older one has no permit");
    assertEquals(1, gate.withdrawn.get(), "and did not wait for its time to pass");
  }

  @Test
  void aPartialThatWaitsGivesWayToAFinal() throws Exception {
    gate.shut(Priority.PARTIAL);
    pipeline.heard(interim("one"));
    await().until(() -> gate.waiting() == 1);
    pipeline.heard(said("one two", 0, 10));
    openAi.answer(1);
    pipeline.finish();
    assertEquals(List.of("one two"), openAi.asked);
    assertEquals(1, gate.withdrawn.get());
  }

  @Test
  void aPartialWhosePermitIsUsedIsNotTakenBack() throws Exception {
    pipeline.heard(interim("one"));
    await().until(() -> openAi.inFlight.get() == 1);
    pipeline.heard(said("one two", 0, 10));
    openAi.answer(2);
    pipeline.finish();
    assertEquals(List.of("one", "one two"), openAi.asked);
    assertEquals(2, gate.arrived.get());
  }

  @Test
  void aFinalKeepsItsTurnWhateverComesAfterIt() throws Exception {
    gate.shut(Priority.FINAL);
    pipeline.heard(said("one", 0, 10));
    await().until(() -> gate.waiting() == 1);
    pipeline.heard(interim("two"));
    pipeline.heard(said("two three", 10, 20));
    gate.open(Priority.FINAL);
    openAi.answer(2);
    pipeline.finish();
    assertEquals(List.of("one", "two three"), openAi.asked);
    assertEquals(2, gate.asked.size(), "each asked once");
  }

  @Test
  void finalsAreDueInTheOrderInWhichTheyWereHeard() throws Exception {
    gate.shut(Priority.FINAL);
    try (CaptionPipeline other = pipeline("s2", List.of("de"), new Captions())) {
      pipeline.heard(said("first", 0, 10));
      await().until(() -> gate.waiting() == 1);
      other.heard(said("second", 0, 10));
      await().until(() -> gate.waiting() == 2);
      openAi.trouble(FakeOpenAi.rateLimited());
      openAi.answer(1);
      // The first one's retry is due before the second, though it asks later.
      gate.pass(1);
      await().until(() -> gate.asked.size() == 3 && gate.waiting() == 2);
      gate.pass(1);
      await().until(() -> openAi.asked.size() == 2);
      assertEquals(List.of("first", "first"), openAi.asked);
      gate.open(Priority.FINAL);
      openAi.answer(2);
      pipeline.finish();
      other.finish();
    }
  }

  @Test
  void aFinalIsDueSoonAfterItWasHeardAndARetrySooner() throws Exception {
    openAi.trouble(FakeOpenAi.rateLimited());
    pipeline.heard(said("one", 0, 10));
    await().until(() -> openAi.inFlight.get() == 1);
    long heard = System.nanoTime();
    await().until(() -> System.nanoTime() - heard > TimeUnit.MILLISECONDS.toNanos(3_100));
    openAi.answer(2);
    pipeline.finish();
    Duration first = gate.asked.getFirst().within();
    assertTrue(first.compareTo(Duration.ofSeconds(3)) <= 0 && first.toMillis() > 2_000, "" + first);
    assertTrue(gate.asked.getLast().within().isNegative(), () -> gate.asked.toString());
  }

  @Test
  void aPartialThatIsWorthNothingAnyMoreIsDropped() throws Exception {
    gate.shut(Priority.PARTIAL);
    pipeline.heard(interim("one"));
    await().until(() -> gate.waiting() == 1);
    await().until(() -> gate.waiting() == 0);
    await().until(() -> metrics.sessions().getFirst().waiting() == 0);
    assertEquals(1, gate.asked.size());
  }

  @Test
  void aRetryTakesAPermitOfItsOwn() throws Exception {
    openAi.trouble(new ApiResult.RateLimited(Duration.ofMillis(7), FakeOpenAi.NO_LIMITS));
    openAi.trouble(new ApiResult.Failed(true, true, "503"));
    openAi.trouble(new ApiResult.Completed("ONE", new Usage(30, 4)));
    pipeline.heard(said("one", 0, 10));
    openAi.answer(3);
    pipeline.finish();
    assertEquals(3, gate.granted.get());
    assertEquals(3, gate.arrived.get());
    assertEquals(0, gate.unspent.get());
    assertEquals(34, gate.used.get(), "what the upstream reported");
    assertEquals(List.of(new Evidence.Refusal(7_000_000)), gate.observed);
  }

  @Test
  void whatHeadersSayCountsHoweverTheAnswerEnds() throws Exception {
    openAi.limits = new RateLimitHeaders(450L, 180_000L, 7L, 900L, null, null);
    openAi.trouble(new ApiResult.Failed(true, true, "the stream broke off"));
    openAi.trouble(new ApiResult.Incomplete("ON", "length"));
    pipeline.heard(said("one", 0, 10));
    openAi.answer(3);
    pipeline.finish();
    Evidence said = UpstreamEvidence.of(openAi.limits).orElseThrow();
    assertEquals(List.of(said, said, said), gate.observed);
  }

  @Test
  void aPermitIsGivenBackWhereNoConnectionIsFree() throws Exception {
    openAi.full = true;
    pipeline.heard(said("one", 0, 10));
    await().until(() -> gate.unspent.get() >= 2);
    openAi.full = false;
    openAi.answer(1);
    pipeline.finish();
    assertEquals(List.of("ONE"), captions.finals(Role.TRANSLATION));
    assertEquals(1, gate.granted.get() - gate.unspent.get());
    assertEquals(1, pipeline.spent().requests());
  }

  @Test
  void aPermitIsGivenBackWhereTheUpstreamBeganToRestMeanwhile() throws Exception {
    gate.shut(Priority.FINAL);
    pipeline.heard(said("one", 0, 10));
    await().until(() -> gate.waiting() == 1);
    rest(Duration.ofSeconds(2));
    gate.open(Priority.FINAL);
    await().until(() -> gate.unspent.get() == 1);
    await().until(() -> captions.statuses.contains("language_model 2000"));
    assertEquals(1, gate.asked.size(), "a rest costs no quota");
    assertEquals(0, gate.held.get());
  }

  @Test
  void nobodyLinesUpForAnUpstreamThatRestsOrRefuses() throws Exception {
    rest(Duration.ofMillis(600));
    pipeline.heard(said("one", 0, 10));
    await().until(() -> captions.statuses.contains("language_model 600"));
    openAi.standing = new OpenAi.Standing.Refusing("invalid_api_key", Duration.ofSeconds(1));
    await().until(() -> captions.failures.contains("invalid_api_key"));
    assertEquals(List.of(), gate.asked);
  }

  @Test
  void oneCallTriesAnUpstreamThatHasRested() throws Exception {
    openAi.standing = new OpenAi.Standing.Refusing("invalid_api_key", Duration.ZERO);
    pipeline.heard(said("one", 0, 10));
    openAi.answer(1);
    pipeline.finish();
    assertEquals(List.of("ONE"), captions.finals(Role.TRANSLATION));
  }

  @Test
  void aSessionThatIsClosedWithdraws() throws Exception {
    gate.shut(Priority.FINAL);
    pipeline.heard(said("one", 0, 10));
    await().until(() -> gate.waiting() == 1);
    pipeline.close();
    assertEquals(0, gate.waiting());
    assertEquals(0, gate.sessions.get());
    gate.open(Priority.FINAL);
    assertEquals(0, gate.granted.get());
    assertEquals(List.of(), openAi.asked);
  }

  @Test
  void aLaneThatMeetsABugLeavesTheLine() throws Exception {
    gate.shut(Priority.FINAL);
    captions.broken = true;
    pipeline.heard(said("one", 0, 10));
    await().until(() -> captions.failures.contains("bug"));
    await().until(() -> gate.waiting() == 0);
    assertEquals(1, gate.sessions.get());
  }

  @Test
  void aCallThatIsAbandonedClosesItsPermitAndDoesNotGiveItBack() throws Exception {
    pipeline.heard(said("one", 0, 10));
    await().until(() -> openAi.inFlight.get() == 1);
    assertEquals(1, gate.held.get());
    pipeline.close();
    await().until(() -> gate.held.get() == 0);
    assertEquals(0, gate.unspent.get(), "it may have arrived");
  }

  @Test
  void aBugInACallClosesItsPermit() throws Exception {
    openAi.breakNext();
    pipeline.heard(said("one", 0, 10));
    await().until(() -> captions.failures.contains("bug"));
    await().until(() -> gate.granted.get() == 1 && gate.held.get() == 0);
  }

  @Test
  void whatAFinalWaitsForIsToldAndToldAgainWhenItChanges() throws Exception {
    gate.shut(Priority.FINAL);
    gate.say(Cause.QUARANTINE, Bound.REQUESTS, Duration.ofSeconds(60));
    pipeline.heard(said("one", 0, 10));
    await().until(() -> captions.statuses.size() == 1);
    gate.say(Cause.UPSTREAM, Bound.TOKENS, Duration.ZERO);
    await().until(() -> captions.statuses.size() == 2);
    gate.say(Cause.CALLS, Bound.TOKENS, Duration.ZERO);
    await().until(() -> captions.statuses.size() == 3);
    gate.open(Priority.FINAL);
    openAi.answer(1);
    pipeline.finish();
    assertEquals(
        List.of("quota.quarantine 60000", "quota.tokens 0", "connections 0", "flowing"),
        captions.statuses);
  }

  @Test
  void whatAllLanesOfASessionWaitForIsToldOnce() throws Exception {
    Captions ofBoth = new Captions();
    try (CaptionPipeline both = pipeline("s2", List.of("es", "de"), ofBoth)) {
      gate.shut(Priority.FINAL);
      gate.say(Cause.GATHERING, Bound.REQUESTS, Duration.ZERO);
      both.heard(said("one", 0, 10));
      await().until(() -> ofBoth.statuses.size() == 1);
      gate.say(Cause.SHARE, Bound.REQUESTS_PER_SECOND, Duration.ofMillis(1_500));
      await().until(() -> ofBoth.statuses.size() == 2);
      await().until(() -> waits("final", "gathering", "requests") == 2);
      gate.pass(1);
      openAi.answer(1);
      await().until(() -> ofBoth.finals(Role.TRANSLATION).size() == 1);
      gate.open(Priority.FINAL);
      openAi.answer(1);
      both.finish();
    }
    assertEquals(
        List.of("quota.gathering 0", "quota.requests_per_second 1500", "flowing"), ofBoth.statuses);
  }

  @Test
  void aWaitThatNobodyNoticesIsNotTold() throws Exception {
    gate.shut(Priority.FINAL);
    pipeline.heard(said("one", 0, 10));
    await().until(() -> waits("final", "share", "requests") == 1);
    gate.open(Priority.FINAL);
    openAi.answer(1);
    pipeline.finish();
    assertEquals(List.of(), captions.statuses);
  }

  @Test
  void waitsAreMeasuredAndCountedOnceForARequest() throws Exception {
    gate.shut(Priority.FINAL);
    gate.say(Cause.NO_MAJORITY, Bound.TOKENS, Duration.ZERO);
    long begun = System.nanoTime();
    pipeline.heard(said("one", 0, 10));
    await().until(() -> System.nanoTime() - begun > TimeUnit.MILLISECONDS.toNanos(2_500));
    assertEquals(1, metrics.sessions().getFirst().waiting(), "who waits is not being made");
    gate.open(Priority.FINAL);
    await().until(() -> openAi.inFlight.get() == 1);
    assertEquals(0, metrics.sessions().getFirst().waiting());
    openAi.answer(1);
    pipeline.finish();
    assertEquals(1, waits("final", "no_majority", "tokens"));
    assertEquals(1, meters.get("dragoman.quota.wait").tag("priority", "final").timer().count());
    assertTrue(millis("dragoman.quota.wait") >= 2_000, "from the question to the permit");
    assertTrue(millis("dragoman.captions.requested") < 2_000, "that is not the node's own delay");
  }

  @Test
  void theTimeOutCountsFromThePermit() throws Exception {
    gate.late(Duration.ofSeconds(7));
    pipeline.heard(said("one", 0, 10));
    openAi.answer(1);
    pipeline.finish();
    long age = System.nanoTime() - openAi.since;
    assertTrue(age >= Duration.ofSeconds(7).toNanos(), Duration.ofNanos(age).toString());
  }

  private void rest(Duration left) {
    openAi.standing = new OpenAi.Standing.Resting(left);
    openAi.full = true;
  }

  private double waits(String priority, String cause, String bound) {
    return meters
        .find("dragoman.quota.waits")
        .tags("priority", priority, "cause", cause, "bound", bound)
        .counters()
        .stream()
        .mapToDouble(counter -> counter.count())
        .sum();
  }

  private double millis(String timer) {
    return meters.get(timer).tag("priority", "final").timer().max(TimeUnit.MILLISECONDS);
  }

  private CaptionPipeline pipeline(String session, List<String> targets, CaptionSink sink) {
    return new CaptionPipeline(
        new CaptionPlan("en-US", targets, false, true, Stability.FAST),
        0,
        openAi,
        gate.open(1),
        CONFIG,
        metrics.session(session),
        sink);
  }

  private static SpeechEvent.Interim interim(String text) {
    return new SpeechEvent.Interim("", text, 100);
  }

  private static SpeechEvent.Final said(String text, long start, long end) {
    return new SpeechEvent.Final(text, List.of(), start, end, end);
  }
}
