package io.dragoman.cli.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.OptionalLong;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/**
 * Two sentences, at 0 s and at 5 s; their words end every 500 ms, and audio leaves as it should.
 */
class DelaysTest {
  private final Delays delays = new Delays(true);

  DelaysTest() {
    speak(delays);
  }

  private static void speak(Delays delays) {
    delays.begin(Fixtures.utterance(0, "", "", "Buenos días a todos."), 0);
    delays.begin(Fixtures.utterance(5, "", "", "Buenos días."), 0);
  }

  private static long nanos(long ms) {
    return ms * 1_000_000;
  }

  @Test
  void aWordWaitsForTheFirstCaptionThatCoversIt() {
    delays.arrived(Fixtures.translation("", "buenos", 700), nanos(900));
    delays.arrived(Fixtures.translation("Buenos", " días", 1_200), nanos(1_400));
    delays.arrived(Fixtures.translation("Buenos días", " b", 1_500), nanos(1_800));

    assertEquals(List.of(400L, 400L), delays.wordMillis());
    assertEquals(OptionalLong.of(400), delays.newestMillis());
  }

  @Test
  void aFinalCoversWhatNoPartialDid() {
    delays.arrived(Fixtures.translation("Buenos", "", 700), nanos(900));
    delays.arrived(Fixtures.lastTranslation("Buenos días a todos.", 2_000), nanos(3_000));

    assertEquals(List.of(400L, 2_000L, 1_500L, 1_000L), delays.wordMillis());
    assertEquals(List.of(1_000L), delays.finalMillis());
  }

  @Test
  void aWordIsTimedFromItsOwnEndHoweverTheAudioIsCut() {
    Delays odd = new Delays(true);
    odd.begin(
        new Utterance(0, 24 * 437, "", "", "Hola", List.of(new Utterance.Piece(24 * 437, "Hola"))),
        nanos(10_000));
    odd.arrived(Fixtures.lastTranslation("Hola", 437), nanos(10_500));

    assertEquals(List.of(63L), odd.wordMillis());
    assertEquals(List.of(63L), odd.finalMillis());
  }

  @Test
  void aCaptionThatKnowsAWordBeforeItWasSpokenCoversNothing() {
    delays.arrived(Fixtures.translation("Buenos días", "", 700), nanos(900));

    assertEquals(List.of(400L), delays.wordMillis());
  }

  @Test
  void aWrongGuessCoversNothing() {
    delays.arrived(Fixtures.translation("Malos días", "", 1_200), nanos(1_400));

    assertEquals(List.of(), delays.wordMillis());
  }

  @Test
  void aLateFinalDoesNotCountForTheSentenceAfterIt() {
    delays.arrived(Fixtures.translation("Buenos", "", 5_700), nanos(5_900));
    delays.arrived(Fixtures.lastTranslation("Buenos días a todos.", 2_000), nanos(6_000));
    delays.arrived(Fixtures.lastTranslation("Buenos días.", 6_000), nanos(6_800));

    assertEquals(List.of(400L, 5_500L, 5_000L, 4_500L, 4_000L, 800L), delays.wordMillis());
    assertEquals(List.of(4_000L, 800L), delays.finalMillis());
  }

  @Test
  void aRealTranslationCoversTheWordsThatEndBeforeIt() {
    Delays real = new Delays(false);
    speak(real);
    real.arrived(Fixtures.translation("¡Muy", " buenos!", 1_000), nanos(1_300));

    assertEquals(List.of(800L, 300L), real.wordMillis());
  }

  @Test
  void percentilesAreValuesThatWereMeasured() {
    List<Long> hundred = LongStream.rangeClosed(1, 100).boxed().toList();

    assertEquals(OptionalLong.of(50), Delays.percentile(hundred, 50));
    assertEquals(OptionalLong.of(95), Delays.percentile(hundred, 95));
    assertEquals(OptionalLong.of(7), Delays.percentile(List.of(7L), 95));
    assertEquals(OptionalLong.of(3), Delays.percentile(List.of(9L, 3L), 50));
    assertEquals(OptionalLong.empty(), Delays.percentile(List.of(), 50));
  }
}
