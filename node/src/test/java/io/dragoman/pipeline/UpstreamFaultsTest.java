package io.dragoman.pipeline;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dragoman.openai.OpenAi;
import io.dragoman.openai.OpenAiClient;
import io.dragoman.openai.OpenAiConfig;
import io.dragoman.pipeline.CaptionPlan.Stability;
import io.dragoman.session.Leftovers;
import io.dragoman.speech.SpeechEvent;
import io.dragoman.standin.Clips;
import io.dragoman.standin.Fault;
import io.dragoman.standin.FaultKind;
import io.dragoman.standin.Faults;
import io.dragoman.standin.OpenAiStandIn;
import io.dragoman.standin.OpenAiStandInConfig;
import io.dragoman.standin.OpenAiStandInConfig.Delays;
import io.dragoman.standin.Sentence;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Captions while the language model fails, over real HTTP; docs/testing.md has the table. */
@Timeout(60)
class UpstreamFaultsTest {
  private static final int CONNECTIONS = 2;
  private static final int CALLS = 8;
  private static final Duration TIMEOUT = Duration.ofMillis(600);

  /** As the real ones, and a fifth to a tenth as long. */
  private static final OpenAiConfig.Rests RESTS =
      new OpenAiConfig.Rests(Duration.ofMillis(50), Duration.ofSeconds(1), Duration.ofMillis(700));

  private static final PipelineConfig CAPTIONS =
      new PipelineConfig(
          "gpt-4o-mini",
          256,
          Duration.ofMillis(80),
          Duration.ofMillis(50),
          Duration.ofSeconds(1),
          Duration.ofMinutes(2),
          3);

  private static final long HEAP_SLACK = 2_000_000;

  private static final List<Sentence> SENTENCES =
      Clips.shipped().stream().flatMap(clip -> clip.sentences().stream()).limit(6).toList();
  private final Faults faults = new Faults();
  private final FakeGate gate = new FakeGate();
  private final HttpClient http = HttpClient.newHttpClient();
  private final List<Session> sessions = new ArrayList<>();
  private OpenAiStandIn standIn;
  private OpenAiClient client;

  @BeforeEach
  void start() {
    standIn =
        OpenAiStandIn.start(
            OpenAiStandInConfig.defaults()
                .withDelays(new Delays(Duration.ofMillis(20), 0, Duration.ofMillis(1), 1)),
            SENTENCES,
            faults);
    client =
        new OpenAiClient(
            new OpenAiConfig(
                URI.create("http://127.0.0.1:" + standIn.port() + "/v1"),
                "stand-in",
                CONNECTIONS,
                CALLS,
                Duration.ofSeconds(1),
                TIMEOUT,
                RESTS));
  }

  @AfterEach
  void stop() {
    sessions.forEach(session -> session.pipeline.close());
    client.close();
    standIn.close();
    http.shutdownNow();
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
    Session session = new Session(true);
    session.say(SENTENCES.getFirst());
    session.awaitFinals(1);
    faults.set(Fault.of(kind).withParameter(parameter));
    for (Sentence sentence : SENTENCES.subList(1, SENTENCES.size())) {
      session.say(sentence);
    }
    await().until(() -> faults.struck() >= 2);
    faults.clear();
    session.pipeline.finish();
    session.assertAllMade();
    assertEverythingIsBack();
  }

  @ParameterizedTest
  @CsvSource({"RATE_LIMIT,200", "RESET,2", "FILTERED,2", "HANG,0"})
  void aFaultOfSomeCallsLosesNoFinal(FaultKind kind, int parameter) throws Exception {
    faults.set(Fault.of(kind).withParameter(parameter).withShare(0.3).withCount(20));
    Session session = new Session(true);
    for (Sentence sentence : SENTENCES) {
      session.say(sentence);
    }
    session.pipeline.finish();
    session.assertAllMade();
    // Calls that hang do so until then, though nobody waits for them any more.
    faults.clear();
    assertEverythingIsBack();
  }

  @ParameterizedTest
  @CsvSource({"FILTERED,content_filter", "TRUNCATED,length"})
  void aSentenceThatIsNeverAnsweredWholeIsToldAndTheNextIsMade(FaultKind kind, String reason)
      throws Exception {
    faults.set(Fault.of(kind).withCount(3));
    Session session = new Session(false);
    session.say(SENTENCES.get(0));
    session.say(SENTENCES.get(1));
    session.pipeline.finish();
    assertEquals(List.of("TRANSLATION es: " + reason), session.failures);
    assertEquals(List.of("", spanish(SENTENCES.get(1))), session.translations());
    assertEverythingIsBack();
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
    Session session = new Session(true);
    session.say(SENTENCES.getFirst());
    await().atMost(Duration.ofSeconds(20)).until(() -> session.refusals.contains(code));
    session.pipeline.finish();
    assertTrue(faults.struck() <= 10, faults.struck() + " calls");
    assertEverythingIsBack();
  }

  @Test
  void aRefusalThatPassesLosesNoFinal() throws Exception {
    faults.set(Fault.of(FaultKind.NO_QUOTA).withCount(3));
    Session session = new Session(true);
    session.say(SENTENCES.getFirst());
    session.pipeline.finish();
    assertEquals(List.of(spanish(SENTENCES.getFirst())), session.translations());
    assertEquals(List.of(), session.refusals);
    assertEverythingIsBack();
  }

  @Test
  void aStormIsNotMultipliedByTheSessionsOfANode() throws Exception {
    faults.set(
        Fault.of(FaultKind.RATE_LIMIT).withParameter(100).withDuration(Duration.ofSeconds(1)));
    List<Session> many = IntStream.range(0, 20).mapToObj(i -> new Session(true)).toList();
    for (Session session : many) {
      session.say(SENTENCES.getFirst());
    }
    for (Session session : many) {
      session.pipeline.finish();
      session.assertAllMade();
    }
    // The calls that were under way before the first answer, then one after each rest.
    assertTrue(faults.struck() <= CONNECTIONS * CALLS + 6, faults.struck() + " calls in 1 s");
    assertEverythingIsBack();
  }

  @Test
  void aFaultLeavesNothingBehind() throws Exception {
    leavesNothingBehind(List.of(Fault.of(FaultKind.RESET)));
  }

  @Tag("acceptance")
  @Test
  void noFaultLeavesAnythingBehind() throws Exception {
    leavesNothingBehind(
        List.of(
            Fault.of(FaultKind.RATE_LIMIT).withParameter(300),
            Fault.of(FaultKind.SERVER_ERROR).withParameter(503),
            Fault.of(FaultKind.HANG),
            Fault.of(FaultKind.SLOW_START).withParameter(900),
            Fault.of(FaultKind.TRICKLE).withParameter(80),
            Fault.of(FaultKind.RESET).withParameter(2),
            Fault.of(FaultKind.CUT).withParameter(2),
            Fault.of(FaultKind.FILTERED),
            Fault.of(FaultKind.TRUNCATED),
            Fault.of(FaultKind.NO_QUOTA)));
  }

  /** After each fault the process holds what it held before: threads, descriptors and heap. */
  private void leavesNothingBehind(List<Fault> all) throws Exception {
    // What a fault loads and opens for the first time is not given back.
    for (Fault fault : all) {
      speakThrough(fault);
    }
    Leftovers before = Leftovers.now();
    for (Fault fault : all) {
      speakThrough(fault);
      AtomicReference<Leftovers> after = new AtomicReference<>(before);
      await()
          .until(
              () -> {
                Leftovers now = Leftovers.now();
                after.set(now);
                return now.isBackAt(before, HEAP_SLACK);
              });
      System.out.printf("after %s: %s became %s%n", fault.kind(), before, after.get());
    }
  }

  /** Says all sentences; all but the first while the language model fails. */
  private void speakThrough(Fault fault) throws Exception {
    Session session = new Session(true);
    session.say(SENTENCES.getFirst());
    session.awaitFinals(1);
    faults.set(fault.withCount(4));
    for (Sentence sentence : SENTENCES.subList(1, SENTENCES.size())) {
      session.say(sentence);
    }
    await().until(() -> faults.struck() >= 2);
    faults.clear();
    session.pipeline.finish();
    session.pipeline.close();
    sessions.remove(session);
    assertEverythingIsBack();
  }

  /** Arrivals and permits agree, and no slot, call or permit is left over. */
  private void assertEverythingIsBack() throws Exception {
    for (Session session : sessions) {
      session.pipeline.close();
    }
    await().until(() -> statistic("in_flight") == 0);
    List<OpenAi.Slot> slots = new ArrayList<>();
    await()
        .until(
            () -> {
              Optional<OpenAi.Slot> slot = client.tryReserve();
              while (slot.isPresent()) {
                slots.add(slot.get());
                slot = client.tryReserve();
              }
              boolean all = slots.size() == CONNECTIONS * CALLS;
              // Whatever rests tries one call at a time, so there the slots come one by one.
              return all || client.standing() instanceof OpenAi.Standing.Refusing;
            });
    slots.forEach(OpenAi.Slot::close);
    assertEquals(gate.granted.get() - gate.unspent.get(), statistic("requests"));
  }

  private long statistic(String name) throws IOException, InterruptedException {
    String document =
        http.send(
                HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:" + standIn.port() + "/standin/stats"))
                    .build(),
                BodyHandlers.ofString())
            .body();
    Matcher number = Pattern.compile("\"" + name + "\":(\\d+)").matcher(document);
    assertTrue(number.find(), document);
    return Long.parseLong(number.group(1));
  }

  private static String spanish(Sentence sentence) {
    return sentence.translation("es", sentence.words().size(), 0);
  }

  /** One session's captions. */
  private final class Session implements CaptionSink {
    final List<Caption.Final> finals = new CopyOnWriteArrayList<>();
    final List<String> failures = new CopyOnWriteArrayList<>();
    final List<String> refusals = new CopyOnWriteArrayList<>();
    final List<Sentence> spoken = new ArrayList<>();
    final CaptionPipeline pipeline;
    private long position;

    Session(boolean correct) {
      pipeline =
          new CaptionPipeline(
              new CaptionPlan("en-US", List.of("es"), correct, false, Stability.FAST),
              0,
              client,
              gate,
              CAPTIONS,
              new PipelineMetrics(new SimpleMeterRegistry()).session("session"),
              this);
      sessions.add(this);
    }

    void say(Sentence sentence) throws InterruptedException {
      spoken.add(sentence);
      pipeline.heard(
          new SpeechEvent.Final(sentence.heard(0), List.of(), position, position + 24_000));
      position += 24_000;
    }

    void awaitFinals(int count) {
      await().until(() -> translations().size() >= count);
    }

    List<String> translations() {
      return texts(Caption.Role.TRANSLATION);
    }

    void assertAllMade() {
      assertEquals(spoken.stream().map(s -> spanish(s)).toList(), translations());
      assertEquals(
          spoken.stream().map(s -> s.corrected(0)).toList(), texts(Caption.Role.CORRECTED));
      assertEquals(List.of(), failures);
    }

    private List<String> texts(Caption.Role role) {
      return finals.stream().filter(c -> c.role() == role).map(Caption.Final::text).toList();
    }

    @Override
    public void partial(Caption.Partial caption) {}

    @Override
    public void finished(Caption.Final caption) {
      finals.add(caption);
    }

    @Override
    public void waiting(String reason, Duration about) {}

    @Override
    public void flowing() {}

    @Override
    public void failed(Caption.Role role, String language, String reason) {
      failures.add(role + " " + language + ": " + reason);
    }

    @Override
    public void refused(String code) {
      refusals.add(code);
    }

    @Override
    public void broken(RuntimeException bug) {
      failures.add(bug.toString());
    }
  }
}
