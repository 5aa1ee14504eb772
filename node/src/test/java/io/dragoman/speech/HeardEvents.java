package io.dragoman.speech;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import io.dragoman.speech.SpeechEvent.Ended;
import io.dragoman.speech.SpeechEvent.Final;
import io.dragoman.speech.SpeechEvent.Word;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;

/** A listener that keeps what it is told, and insists that it is told one thing at a time. */
final class HeardEvents implements SpeechListener {
  private static final long WAIT_SECONDS = 60;

  /** Guarded by this. */
  private final List<SpeechEvent> events = new ArrayList<>();

  private final AtomicBoolean telling = new AtomicBoolean();

  @Override
  public void onEvent(SpeechEvent event) {
    assertTrue(telling.compareAndSet(false, true), "two events at once");
    synchronized (this) {
      events.add(event);
      notifyAll();
    }
    telling.set(false);
  }

  synchronized List<SpeechEvent> all() {
    return List.copyOf(events);
  }

  <E extends SpeechEvent> List<E> all(Class<E> kind) {
    return all().stream().filter(kind::isInstance).map(kind::cast).toList();
  }

  /** Waits for the last event. */
  Ended awaitEnd() {
    await("the end", () -> !all(Ended.class).isEmpty());
    assertEquals(all().getLast(), all(Ended.class).getFirst(), "an event after the end");
    return all(Ended.class).getFirst();
  }

  synchronized void await(String what, BooleanSupplier holds) {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(WAIT_SECONDS);
    while (!holds.getAsBoolean()) {
      if (System.nanoTime() > deadline) {
        fail("waited in vain for " + what + ", heard " + events);
      }
      try {
        wait(10);
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    }
  }

  /** The words of all finals, after checking that finals are in order and do not overlap. */
  List<Word> words() {
    List<Word> words = new ArrayList<>();
    long end = 0;
    for (Final each : all(Final.class)) {
      assertFalse(each.text().isBlank(), "an empty final");
      assertTrue(each.startSample() >= end, "finals overlap: " + all(Final.class));
      assertTrue(each.endSample() >= each.startSample(), "a final that ends before it begins");
      end = each.endSample();
      words.addAll(each.words());
      assertEquals(each.text(), String.join(" ", each.words().stream().map(Word::text).toList()));
    }
    return words;
  }
}
