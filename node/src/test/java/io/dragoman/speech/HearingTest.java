package io.dragoman.speech;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.cloud.speech.v2.StreamingRecognitionResult;
import com.google.cloud.speech.v2.StreamingRecognizeResponse;
import io.dragoman.speech.SpeechEvent.Activity;
import io.dragoman.speech.SpeechEvent.Final;
import io.dragoman.speech.SpeechEvent.Interim;
import io.dragoman.speech.SpeechEvent.Word;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.NotEmpty;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class HearingTest {
  private static final long FROM = 5_000;
  private static final int SECOND = Speech.RATE;
  private static final int SHORTEST_HEARD = 500;
  private static final Word WOR = new Word("wor", 12_000, 16_000);

  private final Hearing hearing = new Hearing(FROM, Speech.RATE);
  private final Timeline timeline = hearing.beginCall();

  @Test
  void joinsWhatIsStableWithWhatIsNot() {
    timeline.addAudio(2 * SECOND);
    assertEquals(
        List.of(new Interim("to be", " or not to be", FROM + SECOND)),
        hearing.hear(
            Responses.of(
                Responses.interim(" to be", 0.9, SECOND / 2),
                Responses.interim(" or not", 0.01, SECOND),
                Responses.interim(" to be", 0.01, SECOND))));
    assertFalse(hearing.isQuiet());
  }

  @Test
  void takesAllForTentativeWithoutAStability() {
    timeline.addAudio(2 * SECOND);
    assertEquals(
        List.of(new Interim("", "that is", FROM + 2 * SECOND)),
        hearing.hear(Responses.of(Responses.result(" that is").build())));
  }

  @Test
  void hearsNothingInAResponseWithoutWords() {
    timeline.addAudio(SECOND);
    assertEquals(List.of(), hearing.hear(StreamingRecognizeResponse.getDefaultInstance()));
    assertEquals(
        List.of(),
        hearing.hear(
            Responses.of(
                StreamingRecognitionResult.getDefaultInstance(),
                Responses.interim(" ", 0.01, SECOND / 2),
                Responses.last("  ", SECOND / 2))));
    assertEquals(FROM + SECOND / 2, hearing.settled());
  }

  @Test
  void reportsAnEventOnce() {
    timeline.addAudio(3 * SECOND);
    assertEquals(
        List.of(new Activity(true, FROM + SECOND)), hearing.hear(Responses.activity(true, SECOND)));
    assertFalse(hearing.isQuiet());
    Timeline next = hearing.beginCall();
    next.addAudio(SECOND);
    assertEquals(List.of(), hearing.hear(Responses.activity(true, 0)));
    assertEquals(1, hearing.hear(Responses.activity(false, SECOND)).size());
    assertTrue(hearing.isQuiet());
  }

  @Test
  void knowsThatThereWasSilenceBeforeSomebodyBegan() {
    timeline.addAudio(10 * SECOND);
    hearing.hear(Responses.activity(true, 8L * SECOND));
    assertEquals(FROM + 7 * SECOND, hearing.settled());
    // It may belong to an utterance that has no final yet.
    hearing.hear(Responses.activity(false, 9L * SECOND));
    hearing.hear(Responses.activity(true, 10L * SECOND));
    assertEquals(FROM + 7 * SECOND, hearing.settled());
  }

  @Test
  void placesFinalsByTheirWords() {
    timeline.addAudio(SECOND);
    timeline.addSilence(SECOND);
    timeline.addAudio(SECOND);
    List<Word> said = List.of(new Word("good", 800, 1_600), new Word("day", 1_600, 2_400));
    assertEquals(
        List.of(
            new Final(
                "good day",
                List.of(
                    new Word("good", FROM + 800, FROM + 1_600),
                    new Word("day", FROM + 1_600, FROM + 2_400)),
                FROM + 800,
                FROM + 2_400,
                FROM + SECOND)),
        hearing.hear(Responses.of(Responses.last(said, 2L * SECOND))));
    assertEquals(FROM + SECOND, hearing.settled());
  }

  @Test
  void placesFinalsWithoutWordsAfterEachOther() {
    timeline.addAudio(3 * SECOND);
    var first = hearing.hear(Responses.of(Responses.last("one", SECOND)));
    var second = hearing.hear(Responses.of(Responses.last(" two ", 2L * SECOND)));
    var third = hearing.hear(Responses.of(Responses.result("three").setIsFinal(true).build()));
    assertEquals(List.of(new Final("one", List.of(), FROM, FROM + SECOND, FROM + SECOND)), first);
    assertEquals(
        List.of(new Final("two", List.of(), FROM + SECOND, FROM + 2 * SECOND, FROM + 2 * SECOND)),
        second);
    assertEquals(
        List.of(
            new Final("three", List.of(), FROM + 2 * SECOND, FROM + 3 * SECOND, FROM + 3 * SECOND)),
        third);
  }

  @Test
  void leavesAWordThatMayBeCutToTheNextCall() {
    timeline.addAudio(2 * SECOND);
    hearing.callIsCut(false);
    var words = List.of(new Word("hello,", 0, 4_000), WOR);
    var events = hearing.hear(Responses.of(Responses.last(words, 16_000)));
    hearing.callEnded();
    assertEquals("hello,", ((Final) events.getFirst()).text());
    assertEquals(FROM + 4_000, hearing.settled());
  }

  @Test
  void beginsEarlierThanTheFirstWordThatMayBeCut() {
    timeline.addAudio(2 * SECOND);
    hearing.callIsCut(false);
    var events = hearing.hear(Responses.of(Responses.last(List.of(WOR), 16_000)));
    hearing.callEnded();
    assertEquals(List.of(), events);
    assertEquals(FROM + 12_000 - 4 * SECOND / 10, hearing.settled());
    // Should it be cut once more, the stream gets on nevertheless.
    Timeline next = hearing.beginCall();
    next.addAudio(SECOND / 2);
    hearing.callIsCut(false);
    var again = new Word("wo", 4 * SECOND / 10, SECOND / 2);
    hearing.hear(Responses.of(Responses.last(List.of(again), SECOND / 2)));
    hearing.callEnded();
    assertEquals(FROM + 12_000, hearing.settled());
  }

  @Test
  void leavesAnOnsetThatWasNotNoticedYetToTheNextCall() {
    timeline.addAudio(10 * SECOND);
    var said = List.of(new Word("hello", 0, 4_000));
    hearing.callIsCut(false);
    hearing.hear(Responses.of(Responses.last(said, 4_000)));
    hearing.callEnded();
    assertEquals(FROM + 9 * SECOND, hearing.settled());
  }

  @Test
  void leavesAnUnnoticedOnsetToTheNextCallWhereWordsHaveNoPositions() {
    timeline.addAudio(4 * SECOND);
    hearing.hear(Responses.of(Responses.last("one two", 2L * SECOND)));
    hearing.callIsCut(true);
    assertEquals(List.of(), hearing.hear(Responses.of(Responses.last("three", 3L * SECOND))));
    // The service was further behind than one utterance.
    hearing.hear(Responses.activity(true, 4L * SECOND));
    assertEquals(List.of(), hearing.hear(Responses.of(Responses.last("fo", 4L * SECOND))));
    hearing.callEnded();
    assertEquals(FROM + 2 * SECOND, hearing.settled());
    Timeline next = hearing.beginCall();
    next.addAudio(2 * SECOND);
    assertEquals(
        List.of(
            new Final("three", List.of(), FROM + 2 * SECOND, FROM + 4 * SECOND, FROM + 4 * SECOND)),
        hearing.hear(Responses.of(Responses.last("three", 2L * SECOND))));
  }

  @Test
  void leavesAllOfACallThatWasCutUnnoticedToTheNextOnlyOnce() {
    for (boolean left : new boolean[] {true, false, true}) {
      hearing.beginCall().addAudio(SECOND);
      hearing.callIsCut(true);
      var events = hearing.hear(Responses.of(Responses.last("on", SECOND)));
      hearing.callEnded();
      assertEquals(left, events.isEmpty());
    }
    assertEquals(FROM + SECOND, hearing.settled());
  }

  @Test
  void takesAFinalWithoutPositionsOfACallThatWasCutWhileSomebodySpoke() {
    timeline.addAudio(2 * SECOND);
    hearing.callIsCut(false);
    var events = hearing.hear(Responses.of(Responses.last("one tw", 2L * SECOND)));
    assertEquals("one tw", ((Final) events.getFirst()).text());
  }

  @Test
  void keepsTheLastWordWhenTheClientWantedTheCallToEnd() {
    timeline.addAudio(2 * SECOND);
    var words = List.of(new Word("hello,", 0, 4_000), new Word("world", 12_000, 16_000));
    var events = hearing.hear(Responses.of(Responses.last(words, 16_000)));
    hearing.callEnded();
    assertEquals("hello, world", ((Final) events.getFirst()).text());
    assertEquals(FROM + 2 * SECOND, hearing.settled());
  }

  @Test
  void knowsThatNoWordIsCutByFilledInSilence() {
    timeline.addAudio(2 * SECOND);
    timeline.addSilence(SECOND);
    hearing.callIsCut(false);
    var words = List.of(new Word("hello", 0, 4_000), new Word("world", 12_000, 16_000));
    var events = hearing.hear(Responses.of(Responses.last(words, 16_000)));
    hearing.callEnded();
    assertEquals("hello world", ((Final) events.getFirst()).text());
    assertEquals(FROM + 2 * SECOND, hearing.settled());
  }

  /**
   * Words and pauses, cut into calls anywhere; each call hears what lies in it, parts of words as
   * well unless they are short. Half of the calls break, and then only their first final has come.
   */
  @Property
  void hearsEveryWordOnceHoweverTheCallsAreCut(
      @ForAll @NotEmpty List<@IntRange(min = 0, max = 9_000) Integer> pauses,
      @ForAll @Size(max = 40) List<@IntRange(min = 4_000, max = 30_000) Integer> lengths,
      @ForAll List<Boolean> breaks) {
    List<Word> said = new ArrayList<>();
    long position = FROM;
    for (int pause : pauses) {
      long start = position + pause;
      position = start + 1_200;
      said.add(new Word("w" + said.size(), start, position));
    }
    long end = position + 4_000;

    Hearing ear = new Hearing(FROM, Speech.RATE);
    List<Word> heard = new ArrayList<>();
    for (int call = 0; ear.settled() < end; call++) {
      assertTrue(call < 1_000, "no progress");
      Timeline sent = ear.beginCall();
      long from = sent.next();
      long to = call < lengths.size() ? Math.min(end, from + lengths.get(call)) : end;
      sent.addAudio((int) (to - from));
      List<Word> inside =
          said.stream()
              .filter(word -> word.endSample() > from && word.startSample() < to)
              .map(word -> within(word, from, to))
              .filter(word -> word.endSample() - word.startSample() >= SHORTEST_HEARD)
              .toList();
      int half = inside.size() / 2;
      hear(ear, inside.subList(0, half), from, heard);
      if (call < breaks.size() && breaks.get(call)) {
        continue;
      }
      if (to < end) {
        ear.callIsCut(false);
      }
      hear(ear, inside.subList(half, inside.size()), from, heard);
      ear.callEnded();
    }
    assertEquals(said, heard);
  }

  private static void hear(Hearing ear, List<Word> words, long from, List<Word> heard) {
    if (words.isEmpty()) {
      return;
    }
    List<Word> inCall =
        words.stream()
            .map(word -> new Word(word.text(), word.startSample() - from, word.endSample() - from))
            .toList();
    long end = inCall.getLast().endSample();
    for (SpeechEvent event : ear.hear(Responses.of(Responses.last(inCall, end)))) {
      heard.addAll(((Final) event).words());
    }
  }

  private static Word within(Word word, long from, long to) {
    long start = Math.max(from, word.startSample());
    long end = Math.min(to, word.endSample());
    boolean whole = start == word.startSample() && end == word.endSample();
    return new Word(whole ? word.text() : word.text() + "-cut", start, end);
  }
}
