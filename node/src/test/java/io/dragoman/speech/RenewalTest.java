package io.dragoman.speech;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dragoman.speech.SpeechEvent.Final;
import io.dragoman.speech.SpeechEvent.Interrupted;
import io.dragoman.speech.SpeechEvent.Settled;
import io.dragoman.speech.SpeechEvent.Word;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** One call after another, and every word heard once. */
@Timeout(180)
class RenewalTest extends StreamFixture {

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
  void aClientThatAsksForFinalsInARowOpensNoMoreThanOneCallASecond() {
    SpeechStream stream = open();
    long begun = System.nanoTime();
    long at = FROM;
    for (int i = 1; i <= 3; i++) {
      int finals = i;
      Speech word = new Speech(at).words(1);
      say(stream, word);
      stream.flush();
      heard.await("a final", () -> heard.all(Final.class).size() == finals);
      at = word.position();
    }
    assertTrue(System.nanoTime() - begun > Duration.ofSeconds(3).toNanos());
    assertEquals(3, google.calls().size());
    stream.close();
  }

  @Test
  void settlesSilenceWhenACallIsRenewed() {
    rotateAfter = Duration.ofSeconds(2);
    rotateAtLatest = Duration.ofSeconds(2);
    speech.silence(5_000);
    SpeechStream stream = open();
    say(stream);

    heard.await("settled silence", () -> heard.all(Settled.class).size() > 1);
    assertEquals(List.of(), heard.all(Final.class));
    List<Long> settled = heard.all(Settled.class).stream().map(Settled::before).toList();
    assertEquals(settled.stream().sorted().distinct().toList(), settled);
    stream.close();
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
}
