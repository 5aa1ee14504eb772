package io.dragoman.standin;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedInputStream;
import java.io.InputStream;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import javax.sound.sampled.AudioInputStream;
import javax.sound.sampled.AudioSystem;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What everyone relies on who plays a clip. */
final class ClipsTest {
  private static final int SECOND = Clip.SAMPLE_RATE;

  static List<Clip> clips() {
    return Clips.shipped();
  }

  @Test
  void fourClipsAreShipped() {
    assertEquals(List.of(1, 2, 3, 4), clips().stream().map(Clip::id).toList());
    assertEquals(clips(), List.of(1, 2, 3, 4).stream().map(i -> Clips.byId(i).get()).toList());
    assertTrue(Clips.byId(0).isEmpty() && Clips.byId(5).isEmpty());
  }

  @ParameterizedTest
  @MethodSource("clips")
  void aClipLastsTenToTwentySecondsOfWholeFrames(Clip clip) {
    assertTrue(clip.samples() >= 10 * SECOND && clip.samples() <= 20 * SECOND);
    assertEquals(0, clip.samples() % Mark.FRAME_SAMPLES);
    assertEquals(2 * clip.samples(), clip.pcm(7).length);
  }

  @ParameterizedTest
  @MethodSource("clips")
  void wordsComeInOrderAndWithoutPauseWithinASentence(Clip clip) {
    for (Sentence sentence : clip.sentences()) {
      assertTrue(sentence.words().size() <= 25);
      int end = sentence.startSample();
      for (Word word : sentence.words()) {
        int pause = word.startSample() - end;
        assertTrue(pause >= 0 && pause < SECOND / 2, word.text() + " after " + pause);
        end = word.endSample();
      }
    }
  }

  @ParameterizedTest
  @MethodSource("clips")
  void betweenSentencesAndAtTheEndIsASecondOfSilence(Clip clip) {
    byte[] pcm = clip.unmarked();
    // The voice may breathe for 40 ms around its words.
    int breath = SECOND / 25;
    int silence = 0;
    for (Sentence sentence : clip.sentences()) {
      assertSilent(pcm, silence, sentence.startSample() - breath);
      silence = sentence.endSample() + breath;
    }
    assertSilent(pcm, silence, clip.samples());
    for (int i = 1; i <= clip.sentences().size(); i++) {
      int next =
          i < clip.sentences().size() ? clip.sentences().get(i).startSample() : clip.samples();
      assertTrue(next - clip.sentences().get(i - 1).endSample() >= SECOND);
    }
  }

  private static void assertSilent(byte[] pcm, int fromSample, int toSample) {
    for (int i = 2 * fromSample; i < 2 * toSample; i++) {
      assertEquals(0, pcm[i], "sample " + i / 2);
    }
  }

  @ParameterizedTest
  @MethodSource("clips")
  void wordsAreAudible(Clip clip) {
    byte[] pcm = clip.unmarked();
    for (Sentence sentence : clip.sentences()) {
      for (Word word : sentence.words()) {
        int loudest = 0;
        for (int i = word.startSample(); i < word.endSample(); i++) {
          loudest = Math.max(loudest, Math.abs((pcm[2 * i] & 0xff) | (pcm[2 * i + 1] << 8)));
        }
        assertTrue(loudest > 1_000, word.text() + " reaches " + loudest);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("clips")
  void theFileAsShippedIsMarkedSoThatAnybodyMayPlayIt(Clip clip) throws Exception {
    try (InputStream file =
            Clips.class.getResourceAsStream("/io/dragoman/clips/" + clip.name() + ".wav");
        AudioInputStream wav = AudioSystem.getAudioInputStream(new BufferedInputStream(file))) {
      assertArrayEquals(clip.pcm(0), wav.readAllBytes());
    }
  }

  @ParameterizedTest
  @MethodSource("clips")
  void marksAreInaudible(Clip clip) {
    byte[] before = clip.unmarked();
    byte[] after = clip.pcm(Salt.MAX);
    for (int i = 0; i < before.length; i++) {
      assertEquals(0, (before[i] ^ after[i]) & (i % 2 == 0 ? 0xfe : 0xff));
    }
  }

  @ParameterizedTest
  @MethodSource("clips")
  void translationsGrowWithTheWordsHeard(Clip clip) {
    for (Sentence sentence : clip.sentences()) {
      assertEquals(Set.of("es", "de"), sentence.translations().keySet());
      for (String language : sentence.translations().keySet()) {
        assertEquals("", sentence.translation(language, 0, 0));
        String shorter = "";
        for (int words = 1; words <= sentence.words().size(); words++) {
          String longer = sentence.translation(language, words, 0);
          assertTrue(longer.startsWith(shorter));
          shorter = longer;
        }
        assertEquals(
            sentence.translations().get(language).stream()
                .map(Chunk::text)
                .collect(Collectors.joining(" ")),
            shorter);
      }
    }
  }

  @Test
  void aFirstWordTellsItsSentenceFromEveryOther() {
    var firstWords = new HashSet<String>();
    for (Clip clip : clips()) {
      for (Sentence sentence : clip.sentences()) {
        String first = sentence.words().getFirst().text().toLowerCase(Locale.ROOT);
        assertTrue(firstWords.add(first), first);
      }
    }
  }

  @Test
  void someSentencesHoldSlips() {
    long slips =
        clips().stream()
            .flatMap(clip -> clip.sentences().stream())
            .filter(sentence -> !sentence.heard(0).equals(sentence.corrected(0)))
            .count();
    assertTrue(slips >= 8);
  }
}
