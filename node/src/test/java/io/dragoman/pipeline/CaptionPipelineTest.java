package io.dragoman.pipeline;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dragoman.openai.ApiResult;
import io.dragoman.pipeline.Caption.Role;
import io.dragoman.pipeline.CaptionPlan.Stability;
import io.dragoman.quota.QuotaRequest.Priority;
import io.dragoman.speech.SpeechEvent;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(180)
class CaptionPipelineTest {
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
  private final Captions captions = new Captions();
  private final CaptionPipeline pipeline =
      new CaptionPipeline(
          new CaptionPlan("en-US", List.of("es"), false, true, Stability.FAST),
          0,
          openAi,
          gate.open(1),
          CONFIG,
          new PipelineMetrics(meters).session("s1"),
          captions);

  @AfterEach
  void close() {
    pipeline.close();
    openAi.close();
  }

  @Test
  void theSourceIsShownAtOnceAndTheTranslationWhenItIsMade() throws Exception {
    pipeline.heard(said("good morning", 0, 24_000));
    assertEquals(List.of("good morning"), captions.finals(Role.SOURCE));
    assertEquals(List.of(), captions.finals(Role.TRANSLATION));
    openAi.answer(1);
    pipeline.finish();
    assertEquals(List.of("GOOD MORNING"), captions.finals(Role.TRANSLATION));
    assertEquals(1, gate.arrived.get());
    assertEquals(1, pipeline.spent().requests());
  }

  @Test
  void theTimeOfAnEarlierCallIsNotTheNodesOwn() throws Exception {
    Duration call = Duration.ofSeconds(2);
    pipeline.heard(said("one", 0, 24_000));
    pipeline.heard(said("two", 24_000, 48_000));
    long begun = System.nanoTime();
    await().until(() -> System.nanoTime() - begun > call.toNanos());
    openAi.answer(2);
    pipeline.finish();
    Timer requested = meters.get("dragoman.captions.requested").tag("priority", "final").timer();
    assertEquals(2, requested.count());
    double longest = requested.max(TimeUnit.MILLISECONDS);
    assertTrue(longest < call.toMillis(), "the second waited for the first");
  }

  @Test
  void aSegmentBeginsWhereTheOneBeforeEnds() throws Exception {
    pipeline.heard(said("one", 4_800, 24_000));
    pipeline.heard(said("two", 30_000, 48_000));
    openAi.answer(2);
    pipeline.finish();
    assertEquals(
        List.of(0L, 24_000L),
        captions.finals.stream()
            .filter(c -> c.role() == Role.TRANSLATION)
            .map(Caption::segment)
            .toList());
  }

  @Test
  void aNewerInterimReplacesTheOneThatWaits() throws Exception {
    pipeline.heard(interim("one"));
    await().until(() -> openAi.asked.contains("one"));
    pipeline.heard(interim("one two"));
    pipeline.heard(interim("one two three"));
    openAi.answer(2);
    await().until(() -> openAi.asked.size() == 2);
    assertEquals(List.of("one", "one two three"), openAi.asked);
    assertEquals(1, openAi.mostInFlight.get(), "one call in flight for a role and language");
  }

  @Test
  void aFinalOvertakesThePartialsThatWait() throws Exception {
    gate.shut(Priority.PARTIAL);
    pipeline.heard(interim("one"));
    pipeline.heard(said("one two", 0, 24_000));
    openAi.answer(1);
    pipeline.finish();
    gate.open(Priority.PARTIAL);
    assertEquals(List.of("one two"), openAi.asked);
  }

  @Test
  void finalsWaitForTheQuotaInOrderAndAreToldSo() throws Exception {
    gate.shut(Priority.FINAL);
    pipeline.heard(said("one", 0, 10));
    pipeline.heard(said("two", 10, 20));
    openAi.answer(2);
    assertEquals(List.of(), captions.finals(Role.TRANSLATION));
    gate.open(Priority.FINAL);
    pipeline.finish();
    assertEquals(List.of("ONE", "TWO"), captions.finals(Role.TRANSLATION));
  }

  @Test
  void whoeverSubmitsIsHeldUpWhileTooManyFinalsWait() throws Exception {
    gate.shut(Priority.FINAL);
    Thread speaker =
        Thread.startVirtualThread(
            () -> {
              try {
                for (int i = 0; i < 10; i++) {
                  pipeline.heard(said("s" + i, i, i + 1));
                }
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            });
    int before = CONFIG.waitingFinals() + 1;
    await().until(() -> captions.finals(Role.SOURCE).size() == before);
    await().until(() -> speaker.getState() == Thread.State.WAITING);
    assertEquals(before, captions.finals(Role.SOURCE).size());
    gate.open(Priority.FINAL);
    openAi.answer(10);
    speaker.join();
    pipeline.finish();
    assertEquals(10, captions.finals(Role.TRANSLATION).size());
  }

  @Test
  void aFinalIsTriedAgainUntilItIsMadeEachTimeWithAPermitOfItsOwn() throws Exception {
    openAi.trouble(FakeOpenAi.rateLimited());
    openAi.trouble(new ApiResult.Failed(true, true, "503"));
    openAi.trouble(new ApiResult.Failed(true, false, "refused"));
    pipeline.heard(said("one", 0, 10));
    openAi.answer(4);
    pipeline.finish();
    assertEquals(List.of("ONE"), captions.finals(Role.TRANSLATION));
    assertEquals(4, gate.granted.get());
    assertEquals(1, gate.unspent.get(), "what was never sent goes back");
    assertEquals(3, pipeline.spent().requests());
  }

  @Test
  void aFinalThatCannotBeMadeIsToldAndDoesNotHoldUpTheNext() throws Exception {
    openAi.trouble(new ApiResult.Incomplete("O", "length"));
    openAi.trouble(new ApiResult.Incomplete("O", "length"));
    pipeline.heard(said("one", 0, 10));
    pipeline.heard(said("two", 10, 20));
    openAi.answer(3);
    pipeline.finish();
    assertEquals(List.of("TRANSLATION length"), captions.failures);
    assertEquals(List.of("", "TWO"), captions.finals(Role.TRANSLATION));
  }

  @Test
  void anAnswerThatWasCutOffIsGivenMoreRoomWhichTheQuotaIsAskedFor() throws Exception {
    openAi.trouble(new ApiResult.Incomplete("O", "length"));
    pipeline.heard(said("one", 0, 10));
    pipeline.heard(said("two", 10, 20));
    openAi.answer(3);
    pipeline.finish();
    assertEquals(List.of("ONE", "TWO"), captions.finals(Role.TRANSLATION));
    int more = openAi.rooms.get(1) - openAi.rooms.get(0);
    assertTrue(more > 0, openAi.rooms::toString);
    assertEquals(openAi.rooms.get(1), openAi.rooms.get(2), "so the next is not cut off");
    assertEquals(gate.asked.get(0).tokens() + more, gate.asked.get(1).tokens());
  }

  @Test
  void partialsThatWereFilteredLeaveTheFinalItsTries() throws Exception {
    for (int partials = 1; partials <= 2; partials++) {
      openAi.trouble(new ApiResult.Incomplete("", "content_filter"));
      int asked = partials;
      pipeline.heard(interim("one".repeat(partials)));
      openAi.answer(1);
      await().until(() -> openAi.asked.size() == asked && openAi.inFlight.get() == 0);
    }
    openAi.trouble(new ApiResult.Incomplete("", "content_filter"));
    pipeline.heard(said("one two", 0, 10));
    openAi.answer(2);
    pipeline.finish();
    assertEquals(List.of("ONE TWO"), captions.finals(Role.TRANSLATION));
  }

  @Test
  void growingSentencesAreLeftAloneWhenSwitchedOff() throws Exception {
    pipeline.growing(false);
    pipeline.heard(interim("one"));
    pipeline.heard(said("one two", 0, 10));
    openAi.answer(1);
    pipeline.finish();
    assertEquals(List.of("one two"), openAi.asked);
    assertTrue(captions.partials.stream().anyMatch(c -> c.role() == Role.SOURCE));
  }

  @Test
  void aBugInACallIsToldAndHangsNothing() throws Exception {
    openAi.breakNext();
    pipeline.heard(said("one", 0, 10));
    pipeline.finish();
    await().until(() -> captions.failures.contains("bug"));
  }

  @Test
  void aPartialThatCannotBeTranslatedYetIsNotShown() throws Exception {
    openAi.trouble(new ApiResult.Completed("", null));
    pipeline.heard(interim("one"));
    openAi.answer(1);
    await().until(() -> openAi.asked.size() == 1 && openAi.inFlight.get() == 0);
    pipeline.heard(interim("one two"));
    openAi.answer(1);
    await().until(() -> captions.partials.stream().anyMatch(c -> c.role() == Role.TRANSLATION));
    assertTrue(
        captions.partials.stream().noneMatch(c -> (c.stable() + c.tentative()).isEmpty()),
        captions.partials::toString);
  }

  @Test
  void partialsRestWhenTheUpstreamRefuses() throws Exception {
    openAi.trouble(new ApiResult.RateLimited(Duration.ofMinutes(5), FakeOpenAi.NO_LIMITS));
    pipeline.heard(interim("one"));
    openAi.answer(2);
    await().until(() -> openAi.asked.size() == 1 && openAi.inFlight.get() == 0);
    pipeline.heard(interim("one two"));
    pipeline.heard(said("one two three", 0, 10));
    pipeline.finish();
    assertEquals(List.of("one", "one two three"), openAi.asked);
  }

  @Test
  void closingAbandonsWhatIsNotMade() throws Exception {
    pipeline.heard(said("one", 0, 10));
    await().until(() -> openAi.inFlight.get() == 1);
    pipeline.close();
    pipeline.finish();
    await().until(() -> openAi.inFlight.get() == 0);
    assertFalse(captions.finals(Role.SOURCE).isEmpty());
    assertEquals(List.of(), captions.finals(Role.TRANSLATION));
  }

  private static SpeechEvent.Interim interim(String text) {
    return new SpeechEvent.Interim("", text, 100);
  }

  private static SpeechEvent.Final said(String text, long start, long end) {
    return new SpeechEvent.Final(text, List.of(), start, end, end);
  }
}
