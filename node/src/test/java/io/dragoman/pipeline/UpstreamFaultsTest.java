package io.dragoman.pipeline;

import static io.dragoman.pipeline.UpstreamTestBed.CALLS;
import static io.dragoman.pipeline.UpstreamTestBed.CONNECTIONS;
import static io.dragoman.pipeline.UpstreamTestBed.SENTENCES;
import static io.dragoman.pipeline.UpstreamTestBed.spanish;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dragoman.pipeline.UpstreamTestBed.Session;
import io.dragoman.standin.Fault;
import io.dragoman.standin.FaultKind;
import io.dragoman.standin.Faults;
import io.dragoman.standin.Sentence;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Captions while the language model fails, over real HTTP; docs/testing.md has the table. */
@Timeout(180)
class UpstreamFaultsTest {
  private final UpstreamTestBed bed = new UpstreamTestBed();
  private final Faults faults = bed.faults;

  @AfterEach
  void close() {
    bed.close();
  }

  @ParameterizedTest
  @CsvSource({
    "RATE_LIMIT,300",
    "SERVER_ERROR,503",
    "HANG,0",
    "SLOW_START,300",
    "SLOW_START,900",
    "TRICKLE,80",
    "RESET,0",
    "CUT,2",
  })
  void aFaultThatPassesLosesNoFinal(FaultKind kind, int parameter) throws Exception {
    Session session = bed.new Session(true);
    session.say(SENTENCES.getFirst());
    session.awaitFinals(1);
    faults.set(Fault.of(kind).withParameter(parameter));
    for (Sentence sentence : SENTENCES.subList(1, SENTENCES.size())) {
      session.say(sentence);
    }
    await().until(() -> faults.struck() >= 2);
    faults.clear();
    session.finish();
    session.assertAllMade();
    bed.assertEverythingIsBack();
  }

  @ParameterizedTest
  @CsvSource({"RATE_LIMIT,200", "RESET,2", "FILTERED,2", "HANG,0"})
  void aFaultOfSomeCallsLosesNoFinal(FaultKind kind, int parameter) throws Exception {
    faults.set(Fault.of(kind).withParameter(parameter).withShare(0.3).withCount(20));
    Session session = bed.new Session(true);
    for (Sentence sentence : SENTENCES) {
      session.say(sentence);
    }
    session.finish();
    session.assertAllMade();
    // Calls that hang do so until then, though nobody waits for them any more.
    faults.clear();
    bed.assertEverythingIsBack();
  }

  @ParameterizedTest
  @CsvSource({"FILTERED,content_filter", "TRUNCATED,length"})
  void aSentenceThatIsNeverAnsweredWholeIsToldAndTheNextIsMade(FaultKind kind, String reason)
      throws Exception {
    faults.set(Fault.of(kind).withCount(3));
    Session session = bed.new Session(false);
    session.say(SENTENCES.get(0));
    session.say(SENTENCES.get(1));
    session.finish();
    assertEquals(List.of("TRANSLATION es: " + reason), session.failures);
    assertEquals(List.of("", spanish(SENTENCES.get(1))), session.translations());
    bed.assertEverythingIsBack();
  }

  /** The three look alike from here on; the client's test tells them apart. */
  @Test
  void aRefusalThatStaysEndsItWithoutAStorm() throws Exception {
    endsWithoutAStorm(FaultKind.NO_QUOTA, "insufficient_quota");
  }

  @Tag("acceptance")
  @ParameterizedTest
  @CsvSource({"INVALID_KEY,invalid_api_key", "NO_MODEL,model_not_found"})
  void anyRefusalThatStaysEndsItWithoutAStorm(FaultKind kind, String code) throws Exception {
    endsWithoutAStorm(kind, code);
  }

  private void endsWithoutAStorm(FaultKind kind, String code) throws Exception {
    faults.set(Fault.of(kind));
    Session session = bed.new Session(true);
    session.say(SENTENCES.getFirst());
    await().atMost(Duration.ofSeconds(20)).until(() -> session.refusals.contains(code));
    session.finish();
    assertTrue(faults.struck() <= 10, faults.struck() + " calls");
    bed.assertEverythingIsBack();
  }

  @Test
  void aRefusalThatPassesLosesNoFinal() throws Exception {
    faults.set(Fault.of(FaultKind.NO_QUOTA).withCount(3));
    Session session = bed.new Session(true);
    session.say(SENTENCES.getFirst());
    session.finish();
    assertEquals(List.of(spanish(SENTENCES.getFirst())), session.translations());
    assertEquals(List.of(), session.refusals);
    bed.assertEverythingIsBack();
  }

  @Test
  void aStormIsNotMultipliedByTheSessionsOfANode() throws Exception {
    faults.set(
        Fault.of(FaultKind.RATE_LIMIT).withParameter(100).withDuration(Duration.ofSeconds(1)));
    List<Session> many = IntStream.range(0, 20).mapToObj(i -> bed.new Session(true)).toList();
    for (Session session : many) {
      session.say(SENTENCES.getFirst());
    }
    for (Session session : many) {
      session.finish();
      session.assertAllMade();
    }
    // The calls that were under way before the first answer, then one after each rest.
    assertTrue(faults.struck() <= CONNECTIONS * CALLS + 6, faults.struck() + " calls in 1 s");
    bed.assertEverythingIsBack();
  }
}
