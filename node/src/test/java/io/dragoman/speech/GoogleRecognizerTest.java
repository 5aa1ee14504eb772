package io.dragoman.speech;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.cloud.speech.v2.ExplicitDecodingConfig.AudioEncoding;
import io.dragoman.speech.SpeechEvent.Activity;
import io.dragoman.speech.SpeechEvent.Failure;
import io.dragoman.speech.SpeechEvent.Final;
import io.dragoman.speech.SpeechEvent.Interim;
import io.dragoman.speech.SpeechEvent.Interrupted;
import io.dragoman.speech.SpeechEvent.Word;
import io.grpc.Status;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class GoogleRecognizerTest {
  private static final long FROM = 1_000;

  private final HeardEvents heard = new HeardEvents();
  private final Speech speech = new Speech(FROM);
  private FakeGoogle google;
  private @Nullable GoogleRecognizer recognizer;

  // What a test may change before it opens a stream.
  private int maxStreams = 10;
  private Duration buffer = Duration.ofSeconds(30);
  private Duration lead = Duration.ofMinutes(5);
  private Duration idleFillAfter = Duration.ofSeconds(20);
  private Duration rotateAfter = Duration.ofMinutes(4);
  private Duration rotateAtLatest = Duration.ofSeconds(285);
  private Duration patience = Duration.ofSeconds(20);
  private Duration finishWithin = Duration.ofSeconds(20);
  private Duration retryFirst = Duration.ofMillis(10);
  private Duration giveUpAfter = Duration.ofSeconds(20);

  @BeforeEach
  void start() throws IOException {
    google = new FakeGoogle();
  }

  @AfterEach
  void stop() {
    if (recognizer != null) {
      recognizer.close();
    }
    google.close();
  }

  @Test
  void hearsAStreamToItsEnd() {
    speech.silence(300).sentences(3, 4, 600).words(2);
    SpeechStream stream = open();
    say(stream);
    stream.finish();

    assertNull(heard.awaitEnd().failure());
    assertHeardOnce();
    assertEquals(4, heard.all(Final.class).size());
    assertFalse(heard.all(Interim.class).isEmpty());
    assertEquals(
        List.of(true, false),
        heard.all(Activity.class).stream().map(Activity::speaking).limit(2).toList());
    assertEquals(1, google.calls().size());
  }

  @Test
  void saysFirstWhatItWants() {
    SpeechStream stream = open();
    say(stream, speech.words(1));
    stream.finish();
    heard.awaitEnd();

    var first = google.calls().getFirst().configuration();
    assertEquals("projects/local/locations/global/recognizers/_", first.getRecognizer());
    var config = first.getStreamingConfig().getConfig();
    assertEquals("long", config.getModel());
    assertEquals(List.of("en-US", "en-GB"), config.getLanguageCodesList());
    assertEquals(AudioEncoding.LINEAR16, config.getExplicitDecodingConfig().getEncoding());
    assertEquals(Speech.RATE, config.getExplicitDecodingConfig().getSampleRateHertz());
    assertEquals(1, config.getExplicitDecodingConfig().getAudioChannelCount());
    assertTrue(config.getFeatures().getEnableWordTimeOffsets());
    assertTrue(first.getStreamingConfig().getStreamingFeatures().getInterimResults());
    assertTrue(first.getStreamingConfig().getStreamingFeatures().getEnableVoiceActivityEvents());
  }

  @Test
  void opensNoCallBeforeThereIsAudio() {
    SpeechStream stream = open();
    stream.flush();
    stream.finish();

    assertNull(heard.awaitEnd().failure());
    assertEquals(1, heard.all().size());
    assertEquals(0, google.calls().size());
  }

  @Test
  void sendsAtMost100MillisecondsAtOnce() {
    SpeechStream stream = open();
    assertTrue(stream.offer(speech.sentences(2, 10, 600).pcm()));
    stream.finish();

    assertNull(heard.awaitEnd().failure());
    assertHeardOnce();
  }

  @Test
  void renewsACallWhileNobodySpeaks() {
    rotateAfter = Duration.ofSeconds(3);
    speech.sentences(12, 6, 900);
    SpeechStream stream = open();
    say(stream);
    stream.finish();

    assertNull(heard.awaitEnd().failure());
    assertHeardOnce();
    assertTrue(google.calls().size() > 2, google.calls().size() + " calls");
    assertTrue(heard.all(Interrupted.class).isEmpty());
  }

  @Test
  void renewsACallInTheMiddleOfAWordWhenItMust() {
    rotateAfter = Duration.ofMillis(1_200);
    rotateAtLatest = Duration.ofMillis(1_200);
    speech.words(100);
    SpeechStream stream = open();
    say(stream);
    stream.finish();

    assertNull(heard.awaitEnd().failure());
    assertHeardOnce();
    assertTrue(google.calls().size() > 5, google.calls().size() + " calls");
  }

  @Test
  void needsNoPositionsOfWordsToRenewACall() {
    rotateAfter = Duration.ofSeconds(3);
    google.otherwise(call -> new Ear().withoutPositions().serve(call));
    speech.sentences(12, 6, 900);
    SpeechStream stream = open();
    say(stream);
    stream.finish();

    assertNull(heard.awaitEnd().failure());
    assertEquals(
        String.join(" ", speech.words().stream().map(Word::text).toList()),
        String.join(" ", heard.all(Final.class).stream().map(Final::text).toList()));
    assertTrue(google.calls().size() > 2, google.calls().size() + " calls");
    assertEquals(List.of(), google.violations());
  }

  @Test
  void takesALateFinalOfTheOldCallAndHearsOnlyTheRestInTheNew() throws InterruptedException {
    rotateAfter = Duration.ofSeconds(1);
    rotateAtLatest = Duration.ofSeconds(1);
    CountDownLatch more = new CountDownLatch(1);
    google.then(
        call -> {
          call.awaitHalfClose();
          more.await();
          // Two words are whole; the third goes on beyond the end of the call.
          call.say(Responses.of(Responses.last(words(1, 3), Speech.RATE)));
          call.end();
        });
    SpeechStream stream = open();
    say(stream, speech.silence(600).words(2).words(3).silence(1_000));
    heard.await(
        "the half-close", () -> google.calls().stream().anyMatch(FakeGoogle.Call::isHalfClosed));
    assertEquals(1, google.calls().size());
    more.countDown();
    stream.finish();

    assertNull(heard.awaitEnd().failure());
    assertHeardOnce();
  }

  /** The words from one to another, in the time of a call that began with the stream. */
  private List<Word> words(int first, int last) {
    long begin = Speech.RATE * 6L / 10;
    return IntStream.rangeClosed(first, last)
        .mapToObj(
            n ->
                new Word(
                    Speech.name(n),
                    begin + (n - 1L) * Speech.WORD,
                    Math.min(begin + (long) n * Speech.WORD, Speech.RATE)))
        .toList();
  }

  @Test
  void endsACallThatBringsNoFinalBeforeTheBufferIsFull() {
    buffer = Duration.ofSeconds(3);
    speech.words(80);
    SpeechStream stream = open();
    say(stream);
    stream.finish();

    assertNull(heard.awaitEnd().failure());
    assertHeardOnce();
    assertTrue(google.calls().size() > 3, google.calls().size() + " calls");
  }

  @Test
  void fillsInSilenceThatDoesNotCount() {
    idleFillAfter = Duration.ofMillis(100);
    google.otherwise(call -> new Ear().idle(1_000).serve(call));
    SpeechStream stream = open();
    say(stream, speech.words(3));
    // Only the filled-in silence lets the fake notice that the sentence is over.
    heard.await("the final", () -> !heard.all(Final.class).isEmpty());
    Speech next = new Speech(speech.position());
    say(stream, next.words(2).silence(100));
    stream.finish();

    assertNull(heard.awaitEnd().failure());
    assertEquals(
        List.of(FROM, FROM + 3L * Speech.WORD),
        heard.all(Final.class).stream().map(Final::startSample).toList());
    assertEquals(FROM + 5L * Speech.WORD, heard.all(Final.class).getLast().endSample());
    assertEquals(1, google.calls().size());
    assertEquals(List.of(), google.violations());
  }

  @Test
  void givesTheFinalThatAFlushAsksFor() {
    SpeechStream stream = open();
    say(stream, speech.words(5));
    stream.flush();
    heard.await("the final", () -> !heard.all(Final.class).isEmpty());
    assertEquals(speech.words(), heard.words());

    Speech more = new Speech(speech.position()).words(4);
    say(stream, more);
    stream.finish();

    assertNull(heard.awaitEnd().failure());
    assertEquals(more.words(), heard.words().subList(5, 9));
    assertEquals(9, heard.words().size());
    assertEquals(List.of(), google.violations());
  }

  @Test
  void renewsACallAtOnceThatTheServiceEndsForItsAge() {
    google.otherwise(call -> new Ear().longest(2_000).serve(call));
    speech.sentences(8, 5, 700);
    SpeechStream stream = open();
    say(stream);
    stream.finish();

    assertNull(heard.awaitEnd().failure());
    assertHeardOnce();
    assertTrue(heard.all(Interrupted.class).isEmpty());
  }

  @Test
  void isNoFurtherAheadThanTheServiceBearsAndCatchesUpInAnotherCall() {
    lead = Duration.ofSeconds(2);
    google.otherwise(call -> new Ear().lead(2_500).serve(call));
    speech.sentences(8, 5, 700);
    SpeechStream stream = open();
    say(stream);
    stream.finish();

    assertNull(heard.awaitEnd().failure());
    assertHeardOnce();
    assertTrue(google.calls().stream().noneMatch(FakeGoogle.Call::isFailed));
    assertTrue(google.calls().size() > 2, google.calls().size() + " calls");
  }

  @Test
  void hearsAgainWhatNoFinalCoveredWhenTheServiceIsBack() {
    google
        .then(
            call -> {
              call.await(Speech.RATE);
              call.fail(Status.UNAVAILABLE);
            })
        .then(call -> call.fail(Status.UNAVAILABLE))
        .then(call -> call.fail(Status.RESOURCE_EXHAUSTED));
    speech.sentences(4, 5, 700);
    SpeechStream stream = open();
    say(stream);
    stream.finish();

    assertNull(heard.awaitEnd().failure());
    assertHeardOnce();
    assertEquals(
        List.of("UNAVAILABLE", "UNAVAILABLE", "RESOURCE_EXHAUSTED"),
        heard.all(Interrupted.class).stream().map(Interrupted::reason).toList());
  }

  @Test
  void neverRetriesWhatWouldFailAgain() {
    google.otherwise(call -> call.fail(Status.INVALID_ARGUMENT.withDescription("no such model")));
    SpeechStream stream = open();
    say(stream, speech.words(1));

    Failure failure = heard.awaitEnd().failure();
    assertNotNull(failure);
    assertEquals("INVALID_ARGUMENT", failure.code());
    assertTrue(failure.message().contains("no such model"), failure.message());
    assertFalse(stream.offer(new byte[2]));
    assertEquals(1, google.calls().size());
    assertTrue(heard.all(Interrupted.class).isEmpty());
  }

  @Test
  void givesUpWhenTheServiceStaysAway() {
    giveUpAfter = Duration.ofMillis(300);
    google.otherwise(call -> call.fail(Status.UNAVAILABLE));
    SpeechStream stream = open();
    say(stream, speech.words(1));

    Failure failure = heard.awaitEnd().failure();
    assertNotNull(failure);
    assertEquals("UNAVAILABLE", failure.code());
    assertTrue(heard.all(Interrupted.class).size() > 2);
  }

  @Test
  void refusesAudioWhenTheBufferIsFullAndLosesNoneThatItTook() {
    buffer = Duration.ofSeconds(2);
    CountDownLatch back = new CountDownLatch(1);
    google.otherwise(
        call -> {
          if (back.getCount() > 0) {
            call.fail(Status.UNAVAILABLE);
          } else {
            new Ear().serve(call);
          }
        });
    SpeechStream stream = open();
    speech.words(12).silence(200);
    say(stream);
    assertFalse(stream.offer(new byte[2]));
    back.countDown();
    heard.await("room", () -> stream.offer(new byte[2]));
    stream.finish();

    assertNull(heard.awaitEnd().failure());
    assertHeardOnce();
  }

  @Test
  void hearsAgainWhenACallDoesNotEnd() {
    patience = Duration.ofMillis(300);
    google.then(FakeGoogle.Call::awaitHalfClose);
    SpeechStream stream = open();
    say(stream, speech.words(3));
    stream.finish();

    assertNull(heard.awaitEnd().failure());
    assertEquals(speech.words(), heard.words());
    assertEquals("DEADLINE_EXCEEDED", heard.all(Interrupted.class).getFirst().reason());
  }

  @Test
  void doesNotFinishLaterThanAllowed() {
    finishWithin = Duration.ofMillis(300);
    google.otherwise(FakeGoogle.Call::awaitHalfClose);
    SpeechStream stream = open();
    say(stream, speech.words(3));
    stream.finish();

    Failure failure = heard.awaitEnd().failure();
    assertNotNull(failure);
    assertEquals("DEADLINE_EXCEEDED", failure.code());
  }

  @Test
  void waitsForTheLastFinal() {
    google.then(
        call -> {
          call.awaitHalfClose();
          TimeUnit.MILLISECONDS.sleep(200);
          call.say(Responses.of(Responses.last("the last words", Speech.WORD)));
          call.end();
        });
    SpeechStream stream = open();
    say(stream, speech.words(1));
    stream.finish();

    assertNull(heard.awaitEnd().failure());
    assertEquals("the last words", heard.all(Final.class).getFirst().text());
    assertEquals(List.of(), google.violations());
  }

  @Test
  void noticesTheEndOfACallThatEndsWhileTheListenerWaits() {
    patience = Duration.ofSeconds(1);
    CountDownLatch never = new CountDownLatch(1);
    SpeechStream stream =
        open(
            event -> {
              if (event instanceof Final) {
                // Waits as for a lock: parked, and longer than the service may take.
                awaitAtMost(never, Duration.ofMillis(1_500));
              }
              heard.onEvent(event);
            });
    say(stream, speech.words(3));
    stream.finish();

    assertNull(heard.awaitEnd().failure());
    assertEquals(List.of(), heard.all(Interrupted.class));
    assertHeardOnce();
  }

  private static void awaitAtMost(CountDownLatch latch, Duration atMost) {
    try {
      assertFalse(latch.await(atMost.toMillis(), TimeUnit.MILLISECONDS));
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void saysNothingOnceItIsClosed() {
    CountDownLatch closed = new CountDownLatch(1);
    google.then(
        call -> {
          call.await(1);
          closed.await();
          call.say(Responses.of(Responses.last("too late", Speech.WORD)));
        });
    SpeechStream stream = open();
    say(stream, speech.words(3));
    heard.await("the call", () -> !google.calls().isEmpty());
    stream.close();
    closed.countDown();

    heard.await("the cancellation", () -> google.calls().getFirst().isCancelled());
    assertFalse(stream.offer(new byte[2]));
    assertEquals(List.of(), heard.all());
  }

  @Test
  void endsOpenStreamsWhenItCloses() {
    SpeechStream stream = open();
    say(stream, speech.words(1));
    stop();

    assertNotNull(heard.awaitEnd().failure());
    assertFalse(stream.offer(new byte[2]));
  }

  @Test
  void refusesMoreStreamsThanItMayHear() {
    maxStreams = 1;
    SpeechStream first = open();
    HeardEvents refused = new HeardEvents();
    requireNonNull(recognizer).open(request(), refused);

    Failure failure = refused.awaitEnd().failure();
    assertNotNull(failure);
    assertEquals("RESOURCE_EXHAUSTED", failure.code());
    first.finish();
    assertNull(heard.awaitEnd().failure());
  }

  private SpeechStream open() {
    return open(heard);
  }

  private SpeechStream open(SpeechListener listener) {
    var config =
        new SpeechConfig(
            google.endpoint(),
            true,
            "local",
            "global",
            "_",
            "long",
            maxStreams,
            buffer,
            100,
            lead,
            idleFillAfter,
            rotateAfter,
            rotateAtLatest,
            patience,
            finishWithin,
            retryFirst,
            Duration.ofMillis(100),
            giveUpAfter);
    try {
      recognizer = GoogleRecognizer.connect(config);
      return recognizer.open(request(), listener);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static SpeechRequest request() {
    return new SpeechRequest(List.of("en-US", "en-GB"), Speech.RATE, FROM);
  }

  private void say(SpeechStream stream) {
    say(stream, speech);
  }

  /** Offers speech as fast as there is room. */
  private void say(SpeechStream stream, Speech said) {
    for (byte[] frame : said.frames()) {
      heard.await("room", () -> stream.offer(frame));
    }
  }

  private void assertHeardOnce() {
    assertEquals(speech.words(), heard.words());
    assertEquals(List.of(), google.violations());
  }
}
