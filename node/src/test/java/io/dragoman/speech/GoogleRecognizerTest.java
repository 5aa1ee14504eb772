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
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a stream sends and hears, with a fake of Google Speech. */
@Timeout(180)
class GoogleRecognizerTest extends StreamFixture {

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
  void fillsInSilenceThatDoesNotCount() {
    idleFillAfter = Duration.ofMillis(100);
    google.otherwise(call -> new Ear().idle(10_000).serve(call));
    SpeechStream stream = open();
    say(stream, speech.words(3));
    stream.present();
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
  void endsNoSentenceWhereTheClientMayBeCutOff() {
    idleFillAfter = Duration.ofMillis(50);
    google.otherwise(call -> new Ear().idle(500).serve(call));
    SpeechStream stream = open();
    say(stream, speech.words(3));
    // The service ends a call that gets nothing.
    heard.await("another call", () -> google.calls().size() > 1);
    say(stream, new Speech(speech.position()).words(2).silence(1_000));
    stream.finish();

    assertNull(heard.awaitEnd().failure());
    assertEquals(
        List.of(FROM + 5L * Speech.WORD),
        heard.all(Final.class).stream().map(Final::endSample).toList());
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
  void keepsNothingOfAStreamThatIsOver() {
    WeakReference<SpeechListener> listener = hearOnce();
    heard.await(
        "nobody to hold its listener",
        () -> {
          System.gc();
          return listener.refersTo(null);
        });
  }

  private WeakReference<SpeechListener> hearOnce() {
    SpeechListener listener = heard::onEvent;
    SpeechStream stream = open(listener);
    say(stream, speech.words(1));
    stream.finish();
    assertNull(heard.awaitEnd().failure());
    return new WeakReference<>(listener);
  }

  /** Every session may be taken over at once, while the streams that it had are not over yet. */
  @Test
  void hearsTwiceItsStreamsWhileSessionsAreTakenOver() {
    maxStreams = 3;
    SpeechStream first = open();
    List<HeardEvents> others = Stream.generate(HeardEvents::new).limit(2 * maxStreams - 1).toList();
    List<SpeechStream> streams =
        others.stream().map(other -> requireNonNull(recognizer).open(request(), other)).toList();

    first.finish();
    streams.forEach(SpeechStream::finish);
    assertNull(heard.awaitEnd().failure());
    others.forEach(other -> assertNull(other.awaitEnd().failure()));
  }

  /** They would wait in a connection without a word. */
  @Test
  void refusesMoreStreamsThanItsConnectionsCarry() {
    maxStreams = 1;
    SpeechStream first = open();
    for (int i = 1; i < 100; i++) {
      requireNonNull(recognizer).open(request(), event -> {});
    }
    HeardEvents refused = new HeardEvents();
    requireNonNull(recognizer).open(request(), refused);

    Failure failure = refused.awaitEnd().failure();
    assertNotNull(failure);
    assertEquals("RESOURCE_EXHAUSTED", failure.code());
    first.finish();
    assertNull(heard.awaitEnd().failure());
  }
}
