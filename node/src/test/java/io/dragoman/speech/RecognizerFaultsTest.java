package io.dragoman.speech;

import static java.util.Objects.requireNonNull;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dragoman.session.Leftovers;
import io.dragoman.speech.SpeechEvent.Failure;
import io.dragoman.speech.SpeechEvent.Final;
import io.dragoman.speech.SpeechEvent.Interrupted;
import io.dragoman.standin.Clip;
import io.dragoman.standin.Clips;
import io.dragoman.standin.Fault;
import io.dragoman.standin.FaultKind;
import io.dragoman.standin.Faults;
import io.dragoman.standin.Sentence;
import io.dragoman.standin.SpeechStandIn;
import io.dragoman.standin.SpeechStandInConfig;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Streams while Google Speech fails, over real gRPC; docs/testing.md has the table. */
@Timeout(180)
class RecognizerFaultsTest {
  private static final Clip CLIP = Clips.shipped().getFirst();
  private static final List<Sentence> SENTENCES = CLIP.sentences().subList(0, 3);

  /** Until the last sentence has ended. */
  private static final byte[] PCM =
      Arrays.copyOf(
          CLIP.pcm(0), 2 * (int) (SENTENCES.getLast().words().getLast().endSample() + 24_000));

  private static final SpeechRequest REQUEST =
      new SpeechRequest(List.of("en-US"), Clip.SAMPLE_RATE, 0);

  private static final long HEAP_SLACK = 2_000_000;

  /** Threads that gRPC's pools start as they need them; a leak of each stream would be 32. */
  private static final int POOLED = 8;

  /**
   * How long silent calls are borne where they are what a test is about. A machine under load may
   * keep a sound one waiting for a second or more.
   */
  private static final Duration SHORT = Duration.ofSeconds(3);

  private final Faults faults = new Faults();
  private final HeardEvents heard = new HeardEvents();
  private @Nullable SpeechStandIn standIn;
  private @Nullable GoogleRecognizer recognizer;
  private Duration patience = Duration.ofSeconds(20);

  @AfterEach
  void stop() {
    requireNonNull(recognizer).close();
    requireNonNull(standIn).close();
  }

  @ParameterizedTest
  @CsvSource({
    "SPEECH_CUT,1000,ABORTED",
    "SPEECH_UNAVAILABLE,0,UNAVAILABLE",
    "SPEECH_UNAVAILABLE,700,UNAVAILABLE",
    "SPEECH_INTERNAL,700,INTERNAL",
    "SPEECH_EXHAUSTED,0,RESOURCE_EXHAUSTED",
    "SPEECH_SILENT,0,DEADLINE_EXCEEDED",
  })
  void whatPassesLosesNoWord(FaultKind kind, int parameter, String code) {
    faults.set(Fault.of(kind).withParameter(parameter).withCount(2));
    patience = kind == FaultKind.SPEECH_SILENT ? SHORT : patience;
    SpeechStream stream = open(Duration.ofSeconds(20));
    assertTrue(stream.offer(PCM));
    if (kind == FaultKind.SPEECH_SILENT) {
      // The end of the audio would be asked for at once; a stream that goes on is not.
      heard.await("the second break", () -> heard.all(Interrupted.class).size() >= 2);
    }
    stream.finish();

    assertNull(heard.awaitEnd().failure());
    assertEquals(sentences(), texts());
    assertEquals(2, faults.struck());
    assertEquals(Optional.empty(), requireNonNull(recognizer).trouble());
    assertTrue(
        heard.all(Interrupted.class).stream().allMatch(each -> each.reason().equals(code)),
        () -> heard.all(Interrupted.class).toString());
  }

  @Test
  void aStreamThatFallsSilentInTheMiddleIsHeardAgain() {
    patience = SHORT;
    SpeechStream stream = open(Duration.ofSeconds(20));
    int half = PCM.length / 4 * 2;
    assertTrue(stream.offer(Arrays.copyOf(PCM, half)));
    heard.await("a final", () -> !heard.all(Final.class).isEmpty());
    faults.set(Fault.of(FaultKind.SPEECH_SILENT).withCount(1));
    assertTrue(stream.offer(Arrays.copyOfRange(PCM, half, PCM.length)));
    heard.await("a break", () -> !heard.all(Interrupted.class).isEmpty());
    stream.finish();

    assertNull(heard.awaitEnd().failure());
    assertEquals(sentences(), texts());
  }

  @ParameterizedTest
  @CsvSource({
    "SPEECH_UNAVAILABLE,UNAVAILABLE",
    "SPEECH_EXHAUSTED,RESOURCE_EXHAUSTED",
    "SPEECH_SILENT,DEADLINE_EXCEEDED",
  })
  void whatStaysIsGivenUpAfterItsTime(FaultKind kind, String code) {
    faults.set(Fault.of(kind));
    patience = kind == FaultKind.SPEECH_SILENT ? SHORT : patience;
    SpeechStream stream = open(Duration.ofSeconds(2));
    assertTrue(stream.offer(PCM));

    Failure failure = requireNonNull(heard.awaitEnd().failure());
    assertEquals(code, failure.code());
    assertFalse(heard.all(Interrupted.class).isEmpty());
    assertTrue(
        heard.all(Interrupted.class).stream()
            .allMatch(each -> each.enduring().compareTo(Duration.ofSeconds(2)) <= 0),
        () -> heard.all(Interrupted.class).toString());
    Trouble trouble = requireNonNull(recognizer).trouble().orElseThrow();
    assertFalse(trouble.refused());
    assertTrue(trouble.reason().startsWith(code + ", "), trouble.reason());
    assertTrue(faults.struck() <= 20, faults.struck() + " calls");
  }

  @Test
  void howLongItMayLastIsTheRoomForAudioAndFromItsEndOnTheTimeToFinish() {
    faults.set(Fault.of(FaultKind.SPEECH_UNAVAILABLE));
    SpeechStream stream = open(Duration.ofMinutes(5));
    assertTrue(stream.offer(PCM));
    heard.await("a break", () -> !heard.all(Interrupted.class).isEmpty());
    Duration audio = Duration.ofMillis(PCM.length / 2 * 1_000L / Clip.SAMPLE_RATE);
    assertEquals(
        Duration.ofSeconds(60).minus(audio).toSeconds(),
        heard.all(Interrupted.class).getFirst().enduring().toSeconds());
    stream.finish();
    heard.await(
        "less time",
        () ->
            heard.all(Interrupted.class).getLast().enduring().compareTo(Duration.ofSeconds(40))
                <= 0);
    stream.close();
  }

  @ParameterizedTest
  @CsvSource({
    "SPEECH_UNAUTHENTICATED,UNAUTHENTICATED",
    "SPEECH_DENIED,PERMISSION_DENIED",
    "SPEECH_INVALID,INVALID_ARGUMENT",
  })
  void whatIsRefusedIsNotTriedAgain(FaultKind kind, String code) {
    faults.set(Fault.of(kind));
    SpeechStream stream = open(Duration.ofSeconds(20));
    assertTrue(stream.offer(PCM));

    assertEquals(code, requireNonNull(heard.awaitEnd().failure()).code());
    assertEquals(1, faults.struck());
    assertEquals(List.of(), heard.all(Interrupted.class));
    // A client may be to blame for what is invalid.
    assertEquals(
        kind != FaultKind.SPEECH_INVALID,
        requireNonNull(recognizer).trouble().filter(Trouble::refused).isPresent());
  }

  @Test
  void aFaultLeavesNothingBehind() {
    leavesNothingBehind(List.of(Fault.of(FaultKind.SPEECH_UNAVAILABLE).withParameter(700)));
  }

  @Tag("acceptance")
  @Test
  void noFaultLeavesAnythingBehind() {
    patience = SHORT;
    leavesNothingBehind(
        List.of(
            Fault.of(FaultKind.SPEECH_CUT).withParameter(1_000),
            Fault.of(FaultKind.SPEECH_UNAVAILABLE),
            Fault.of(FaultKind.SPEECH_INTERNAL).withParameter(700),
            Fault.of(FaultKind.SPEECH_EXHAUSTED),
            Fault.of(FaultKind.SPEECH_SILENT),
            Fault.of(FaultKind.SPEECH_UNAUTHENTICATED),
            Fault.of(FaultKind.SPEECH_DENIED),
            Fault.of(FaultKind.SPEECH_INVALID)));
  }

  /** After each fault the process holds what it held before: threads, descriptors and heap. */
  private void leavesNothingBehind(List<Fault> all) {
    GoogleRecognizer service = connect(Duration.ofSeconds(20));
    // What a fault loads and opens for the first time is not given back.
    all.forEach(fault -> speakThrough(service, fault));
    Leftovers before = Leftovers.now();
    for (Fault fault : all) {
      speakThrough(service, fault);
      AtomicReference<Leftovers> after = new AtomicReference<>(before);
      await()
          .until(
              () -> after.updateAndGet(_ -> Leftovers.now()).isBackAt(before, HEAP_SLACK, POOLED));
      System.out.printf("after %s: %s became %s%n", fault.kind(), before, after.get());
    }
  }

  /** Four streams that say all the sentences, and each ends as it has to. */
  private void speakThrough(GoogleRecognizer service, Fault fault) {
    long before = faults.struck();
    faults.set(fault.withCount(4));
    List<HeardEvents> all = Stream.generate(HeardEvents::new).limit(4).toList();
    List<SpeechStream> streams = all.stream().map(one -> service.open(REQUEST, one)).toList();
    streams.forEach(stream -> stream.offer(PCM));
    await().until(() -> faults.struck() == before + 4);
    faults.clear();
    streams.forEach(SpeechStream::finish);
    all.forEach(HeardEvents::awaitEnd);
  }

  private SpeechStream open(Duration giveUpAfter) {
    return connect(giveUpAfter).open(REQUEST, heard);
  }

  private GoogleRecognizer connect(Duration giveUpAfter) {
    try {
      SpeechStandIn service = SpeechStandIn.start(SpeechStandInConfig.defaults(), faults);
      standIn = service;
      GoogleRecognizer opened =
          GoogleRecognizer.connect(
              new SpeechConfig(
                  "127.0.0.1:" + service.port(),
                  true,
                  "local",
                  "global",
                  "_",
                  "long",
                  10,
                  Duration.ofSeconds(60),
                  10,
                  Duration.ofSeconds(5),
                  Duration.ofSeconds(5),
                  Duration.ofMinutes(4),
                  Duration.ofSeconds(285),
                  patience,
                  Duration.ofSeconds(40),
                  Duration.ofMillis(100),
                  Duration.ofSeconds(1),
                  giveUpAfter));
      recognizer = opened;
      return opened;
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static List<String> sentences() {
    return SENTENCES.stream().map(sentence -> sentence.heard(0)).toList();
  }

  private List<String> texts() {
    return List.of(
        String.join(" ", heard.all(Final.class).stream().map(Final::text).toList())
            .split("(?<=[.?!]) "));
  }
}
