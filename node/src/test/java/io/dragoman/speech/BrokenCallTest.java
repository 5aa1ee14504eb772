package io.dragoman.speech;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dragoman.speech.SpeechEvent.Failure;
import io.dragoman.speech.SpeechEvent.Final;
import io.dragoman.speech.SpeechEvent.Interrupted;
import io.grpc.Status;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Calls that break or do not end, and streams that go on or give up. */
@Timeout(180)
class BrokenCallTest extends StreamFixture {

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
    giveUpAfter = Duration.ofSeconds(3);
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
    patience = Duration.ofSeconds(2);
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
  void noticesTheEndOfACallThatEndsWhileTheListenerWaits() {
    patience = Duration.ofSeconds(3);
    CountDownLatch never = new CountDownLatch(1);
    SpeechStream stream =
        open(
            event -> {
              if (event instanceof Final) {
                // Waits as for a lock: parked, and longer than the service may take.
                awaitAtMost(never, Duration.ofSeconds(4));
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
}
