package io.dragoman.cli.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dragoman.protocol.ServerMessage.Caption;
import io.dragoman.protocol.ServerMessage.Role;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class JudgeTest {
  private static final List<Utterance> SPOKEN =
      List.of(
          Fixtures.utterance(0, "good mornin", "Good morning.", "Buenos días."),
          Fixtures.utterance(5, "good mornin all", "Good morning, all.", "Buenos días a todos."));

  private final Judge judge = new Judge("s1", "es", true);
  private final List<Caption> finals =
      new ArrayList<>(
          List.of(
              Fixtures.last(2, "a", Role.SOURCE, "en-US", "good mornin"),
              Fixtures.last(3, "a", Role.TRANSLATION, "es", "Buenos días."),
              Fixtures.last(4, "a", Role.CORRECTED, "en-US", "Good morning."),
              Fixtures.last(5, "b", Role.SOURCE, "en-US", "good mornin all"),
              Fixtures.last(7, "b", Role.CORRECTED, "en-US", "Good morning, all."),
              Fixtures.last(8, "b", Role.TRANSLATION, "es", "Buenos días a todos.")));

  private Verdict verdict() {
    return judge.judge(SPOKEN, finals, LongStream.rangeClosed(1, 9).boxed().toList());
  }

  private static void assertJudged(int lost, int doubled, Verdict verdict) {
    assertEquals(lost, verdict.wordsLost(), "lost");
    assertEquals(doubled, verdict.wordsDoubled(), "doubled");
    assertEquals(lost == 0 && doubled == 0, verdict.good());
  }

  @Test
  void allThatWasSaidAndNothingElseIsGood() {
    Verdict verdict = verdict();

    assertJudged(0, 0, verdict);
    assertEquals(6, verdict.finalsExpected());
    assertEquals(6, verdict.finalsReceived());
  }

  @Test
  void aMissingFinalIsLostWords() {
    finals.removeLast();

    assertJudged(4, 0, verdict());
  }

  @Test
  void aMissingWordIsLost() {
    finals.set(5, Fixtures.last(8, "b", Role.TRANSLATION, "es", "Buenos días todos."));

    assertJudged(1, 0, verdict());
  }

  @Test
  void namesTheSentencesThatDifferInOneLine() {
    finals.set(5, Fixtures.last(8, "b", Role.TRANSLATION, "es", "Buenos días todos."));
    finals.remove(2);

    assertTrue(
        verdict()
            .faults()
            .containsAll(
                List.of(
                    "s1: translation finals in es; did not come: \"Buenos días a todos.\" (at 5.0 s);"
                        + " came instead: \"Buenos días todos.\"",
                    "s1: corrected finals in en-US; did not come: \"Good morning.\" (at 0.0 s);"
                        + " came instead: none")),
        () -> String.join("\n", verdict().faults()));
  }

  @Test
  void aSentenceThatWasHeardInTwoPartsHasAllItsWords() {
    finals.set(3, Fixtures.last(5, "b", Role.SOURCE, "en-US", "good mornin"));
    finals.add(Fixtures.last(9, "c", Role.SOURCE, "en-US", "all"));

    assertEquals(0, verdict().wordsLost());
    assertFalse(verdict().faults().stream().anyMatch(fault -> fault.contains("did not come")));
  }

  @Test
  void aRepeatedWordIsDoubled() {
    finals.set(5, Fixtures.last(8, "b", Role.TRANSLATION, "es", "Buenos días días a todos."));

    assertJudged(0, 1, verdict());
  }

  @Test
  void aWrongWordIsOneLostAndOneTooMany() {
    finals.set(2, Fixtures.last(4, "a", Role.CORRECTED, "en-US", "Good mornin."));

    assertJudged(1, 1, verdict());
  }

  @Test
  void aSecondFinalOfASegmentIsDoubledEvenWhereWordsAreMissing() {
    finals.set(5, Fixtures.last(8, "a", Role.TRANSLATION, "es", "Buenos días a todos."));

    assertJudged(4, 4, verdict());
  }

  @Test
  void anUnaskedLanguageIsDoubled() {
    finals.add(Fixtures.last(9, "b", Role.TRANSLATION, "de", "Guten Morgen"));

    assertJudged(0, 2, verdict());
  }

  @Test
  void theOrderIsThatOfTheNumbersNotOfArrival() {
    assertJudged(0, 0, judge.judge(SPOKEN, finals.reversed(), List.of(1L)));
  }

  @Test
  void sentencesInTheWrongOrderAreNotGood() {
    finals.set(0, Fixtures.last(5, "b", Role.SOURCE, "en-US", "good mornin all"));
    finals.set(3, Fixtures.last(2, "a", Role.SOURCE, "en-US", "good mornin"));
    assertJudged(0, 0, verdict());

    finals.set(0, Fixtures.last(2, "b", Role.SOURCE, "en-US", "good mornin all"));
    finals.set(3, Fixtures.last(5, "a", Role.SOURCE, "en-US", "good mornin"));
    assertFalse(verdict().good());
  }

  @Test
  void theNumbersHaveNoHoleAndNoneTwice() {
    assertEquals(
        List.of("s1: after seq 2 came 4"),
        judge.judge(SPOKEN, finals, List.of(1L, 2L, 4L)).faults());
    assertEquals(
        List.of("s1: after seq 2 came 2"),
        judge.judge(SPOKEN, finals, List.of(1L, 2L, 2L, 3L)).faults());
    assertEquals(
        List.of("s1: after seq 0 came 2"), judge.judge(SPOKEN, finals, List.of(2L)).faults());
  }

  @Test
  void wordsOfARealServiceAreNotJudgedButSecondFinalsAre() {
    Judge real = new Judge("s1", "es", false);
    finals.set(5, Fixtures.last(8, "b", Role.TRANSLATION, "es", "¡Buenos días!"));
    assertTrue(real.judge(SPOKEN, finals, List.of(1L)).good());

    finals.add(Fixtures.last(9, "b", Role.TRANSLATION, "es", "¡Buenos días!"));
    assertFalse(real.judge(SPOKEN, finals, List.of(1L)).good());
  }

  private List<String> faultsOfRealServices() {
    return new Judge("s1", "es", false).judge(SPOKEN, finals, List.of(1L)).faults();
  }

  @Test
  void aFinalThatTheModelRefusedIsAFaultWithoutKnowingItsWords() {
    finals.removeLast();

    assertEquals(List.of("s1: translation finals in es: 1 missing"), faultsOfRealServices());
  }

  @Test
  void aFinalOfASegmentThatNobodyHeardIsAFault() {
    finals.add(Fixtures.last(9, "c", Role.TRANSLATION, "es", "¡Adiós!"));

    assertEquals(
        List.of("s1: translation finals in es: 1 of segments without a source"),
        faultsOfRealServices());
  }

  @Test
  void aFinalInALanguageThatNobodyAskedForIsAFault() {
    finals.add(Fixtures.last(9, "b", Role.TRANSLATION, "de", "Guten Morgen"));

    assertEquals(List.of("s1: translation finals in de: 1 unasked"), faultsOfRealServices());
  }

  @Test
  void aSessionThatSpokeAndHeardNothingIsAFault() {
    finals.clear();

    assertEquals(List.of("s1: nothing was heard of what it spoke"), faultsOfRealServices());
    assertTrue(new Judge("s1", "es", false).judge(List.of(), finals, List.of(1L)).good());
  }

  @Test
  void aFinalWithoutANumberIsAFault() {
    Caption last = finals.removeLast();
    finals.add(
        new Caption(
            null, last.seg(), 1, 9, last.role(), last.lang(), true, null, null, last.text(), 0, 0));

    assertEquals(List.of("s1: finals without a seq: 1"), faultsOfRealServices());
  }
}
