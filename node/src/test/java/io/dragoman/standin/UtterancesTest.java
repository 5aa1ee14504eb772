package io.dragoman.standin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dragoman.standin.SpeechResult.Final;
import io.dragoman.standin.SpeechResult.Heard;
import io.dragoman.standin.SpeechResult.Interim;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

/** What is heard of an audio stream, and when: ear, transcriber and utterances together. */
final class UtterancesTest {
  private static final SpeechStandInConfig.Hearing CONFIG = SpeechStandInConfig.Hearing.defaults();
  private static final int MS = Clip.SAMPLE_RATE / 1_000;
  private static final Clip CLIP = Clips.shipped().getLast();

  /** A result, and how many samples had been given when it came. */
  private record Said(SpeechResult result, long received) {}

  private static List<Said> hear(
      SpeechStandInConfig.Hearing config, boolean punctuation, int sampleRate, byte[] pcm) {
    var said = new ArrayList<Said>();
    long[] given = {0};
    var utterances =
        new Utterances(config, sampleRate, result -> said.add(new Said(result, given[0])));
    var guesses = new Guesses(config.wrongTail(), config.seed());
    var transcriber = new Transcriber(sampleRate, guesses, punctuation, utterances);
    var ear = new Ear(sampleRate, transcriber);
    for (int at = 0; at < pcm.length; at += 96) {
      byte[] piece = Arrays.copyOfRange(pcm, at, Math.min(pcm.length, at + 96));
      given[0] += piece.length / 2;
      ear.hear(piece);
    }
    ear.finish();
    transcriber.finish(ear.received());
    return said;
  }

  private static List<Said> hear(byte[] pcm) {
    return hear(CONFIG, true, Clip.SAMPLE_RATE, pcm);
  }

  private static <T> Stream<T> only(List<Said> said, Class<T> type) {
    return said.stream().map(Said::result).filter(type::isInstance).map(type::cast);
  }

  private static List<String> finals(List<Said> said) {
    return only(said, Final.class)
        .map(f -> f.words().stream().map(Heard::text).collect(Collectors.joining(" ")))
        .toList();
  }

  private static byte[] join(byte[]... parts) {
    var whole = new ByteArrayOutputStream();
    Arrays.stream(parts).forEach(whole::writeBytes);
    return whole.toByteArray();
  }

  private static byte[] samples(byte[] pcm, int from, int to) {
    return Arrays.copyOfRange(pcm, 2 * from, 2 * to);
  }

  private static byte[] silence(int ms) {
    return new byte[2 * ms * MS];
  }

  private static byte[] noise(int ms, int sampleRate) {
    var noise = new byte[2 * ms * (sampleRate / 1_000)];
    var random = new Random(1);
    for (int i = 0; i < noise.length; i += 2) {
      noise[i] = (byte) random.nextInt(256);
      noise[i + 1] = (byte) (random.nextInt(40) - 20);
    }
    return noise;
  }

  /** The clip's words of which every frame lies in this stretch of it. */
  private static List<String> wholeWords(int fromSample, int toSample) {
    int frame = Mark.FRAME_SAMPLES;
    return CLIP.sentences().stream()
        .flatMap(sentence -> sentence.words().stream())
        .filter(word -> word.startSample() / frame * frame >= fromSample)
        .filter(word -> Math.ceilDiv(word.endSample(), frame) * frame <= toSample)
        .map(Word::text)
        .toList();
  }

  /** The words heard whole. */
  private static List<String> wholeWords(List<Said> said) {
    return only(said, Final.class)
        .flatMap(f -> f.words().stream())
        .map(Heard::text)
        .filter(text -> !text.contains("–"))
        .toList();
  }

  @Test
  void finalsAreTheSentences() {
    for (Clip clip : Clips.shipped()) {
      for (int salt : new int[] {0, 1, Salt.MAX}) {
        assertEquals(
            clip.sentences().stream().map(s -> s.heard(salt)).toList(),
            finals(hear(clip.pcm(salt))));
      }
    }
  }

  @Test
  void finalsComeAfterSevenHundredMilliseconds() {
    List<Said> said = hear(CLIP.pcm(0)).stream().filter(s -> s.result() instanceof Final).toList();
    for (int i = 0; i < said.size(); i++) {
      long late = said.get(i).received() - CLIP.sentences().get(i).endSample();
      assertTrue(late >= 700 * MS && late <= 745 * MS, "after " + late / MS + " ms");
    }
  }

  @Test
  void finalsSayWhereTheirWordsAre() {
    byte[] pcm = join(noise(100, Clip.SAMPLE_RATE), CLIP.pcm(0));
    List<Heard> heard =
        only(hear(pcm), Final.class).flatMap(utterance -> utterance.words().stream()).toList();
    List<Word> words =
        CLIP.sentences().stream().flatMap(sentence -> sentence.words().stream()).toList();
    assertEquals(words.size(), heard.size());
    for (int i = 0; i < words.size(); i++) {
      assertEquals(words.get(i).startSample() + 100 * MS, heard.get(i).startSample());
      assertEquals(words.get(i).endSample() + 100 * MS, heard.get(i).endSample());
    }
  }

  @Test
  void interimsTrailTheSpeech() {
    int sentence = 0;
    int covered = 0;
    for (Said said : hear(CLIP.pcm(0))) {
      if (said.result() instanceof Final) {
        sentence++;
        covered = 0;
      } else if (said.result() instanceof Interim interim) {
        int words = interim.stable().size() + interim.tentative().size();
        assertEquals(covered + 1, words);
        covered = words;
        Word last = CLIP.sentences().get(sentence).words().get(words - 1);
        long late = said.received() - last.endSample();
        assertTrue(late >= 300 * MS && late <= 345 * MS, "after " + late / MS + " ms");
        assertEquals(last.endSample(), interim.endSample());
      }
    }
  }

  @Test
  void interimsReviseTheirLastTwoWordsAndNeverTheStableOnes() {
    int wrong = 0;
    int all = 0;
    int sentence = 0;
    for (SpeechResult result : hear(CLIP.pcm(0)).stream().map(Said::result).toList()) {
      if (result instanceof Final) {
        sentence++;
      } else if (result instanceof Interim interim) {
        List<String> truth =
            CLIP.sentences().get(sentence).words().stream().map(Word::text).toList();
        int stable = interim.stable().size();
        assertEquals(truth.subList(0, stable), interim.stable());
        assertTrue(interim.tentative().size() <= 2);
        for (int i = 0; i < interim.tentative().size(); i++) {
          all++;
          wrong += interim.tentative().get(i).equals(truth.get(stable + i)) ? 0 : 1;
        }
      }
    }
    assertTrue(wrong > all / 4 && wrong < all * 3 / 4, wrong + " of " + all + " are wrong");
  }

  @Test
  void theSeedDecidesWhichWordsAreWrong() {
    List<Said> one = hear(CLIP.pcm(0));
    assertEquals(one, hear(CLIP.pcm(0)));
    var other = new SpeechStandInConfig.Hearing(millis(300), millis(700), millis(30_000), 0.5, 2);
    assertFalse(one.equals(hear(other, true, Clip.SAMPLE_RATE, CLIP.pcm(0))));
    var right = new SpeechStandInConfig.Hearing(millis(300), millis(700), millis(30_000), 0, 1);
    only(hear(right, true, Clip.SAMPLE_RATE, CLIP.pcm(0)), Interim.class)
        .flatMap(interim -> interim.tentative().stream())
        .forEach(word -> assertTrue(wholeWords(0, CLIP.samples()).contains(word), word));
  }

  private static Duration millis(long ms) {
    return Duration.ofMillis(ms);
  }

  @Provide
  Arbitrary<Integer> starts() {
    return cuts(800);
  }

  @Provide
  Arbitrary<Integer> lengths() {
    return cuts(100);
  }

  /** Far enough from a frame's edge that the bits beyond the cut cannot match by chance. */
  private static Arbitrary<Integer> cuts(int frames) {
    return Combinators.combine(
            Arbitraries.integers().between(0, frames), Arbitraries.integers().between(60, 180))
        .as((frame, rest) -> frame * Mark.FRAME_SAMPLES + rest);
  }

  @Property(tries = 60)
  void whatIsLostBreaksExactlyTheWordsItTouches(
      @ForAll("starts") int from, @ForAll("lengths") int length) {
    byte[] pcm = CLIP.pcm(5);
    byte[] lossy = join(samples(pcm, 0, from), samples(pcm, from + length, CLIP.samples()));
    var expected = new ArrayList<>(wholeWords(0, from));
    expected.addAll(wholeWords(from + length, CLIP.samples()));
    assertEquals(expected, wholeWords(hear(lossy)).stream().map(Salt::strip).toList());
  }

  @Property(tries = 60)
  void whatIsDoubledIsHeardTwice(@ForAll("starts") int from, @ForAll("lengths") int length) {
    byte[] pcm = CLIP.pcm(5);
    byte[] doubled = join(samples(pcm, 0, from + length), samples(pcm, from, CLIP.samples()));
    var expected = new ArrayList<>(wholeWords(0, from + length));
    expected.addAll(wholeWords(from, CLIP.samples()));
    assertEquals(expected, wholeWords(hear(doubled)).stream().map(Salt::strip).toList());
  }

  @Test
  void brokenWordsAreCutOff() {
    Sentence sentence = CLIP.sentences().get(2);
    Word word = sentence.words().get(3);
    int third = (word.endSample() - word.startSample()) / 3;
    int from = word.startSample() + third;
    int to = word.endSample() - third;
    byte[] pcm = CLIP.pcm(0);
    byte[] lost = join(samples(pcm, 0, from), samples(pcm, to, CLIP.samples()));
    assertEquals(sentence.heard(0).replace("engineers,", "eng– –ers"), finals(hear(lost)).get(2));
    assertEquals(List.of("–ine–"), finals(hear(samples(pcm, from, to))));
  }

  @Test
  void aStreamMayBeginAndEndAnywhere() {
    Sentence second = CLIP.sentences().get(1);
    List<Said> said =
        hear(samples(CLIP.pcm(0), second.startSample() - 777, second.endSample() + 777));
    assertEquals(List.of(second.heard(0)), finals(said));
  }

  @Test
  void clipsFollowEachOtherAlsoWithTheirSilenceReplaced() {
    Clip next = Clips.shipped().getFirst();
    int end = CLIP.sentences().getLast().endSample();
    byte[] pcm =
        join(samples(CLIP.pcm(1), 0, end + 300 * MS), silence(450), next.pcm(2), CLIP.pcm(1));
    var expected = new ArrayList<String>();
    CLIP.sentences().forEach(sentence -> expected.add(sentence.heard(1)));
    next.sentences().forEach(sentence -> expected.add(sentence.heard(2)));
    CLIP.sentences().forEach(sentence -> expected.add(sentence.heard(1)));
    assertEquals(expected, finals(hear(pcm)));
  }

  @Test
  void anythingElseIsReportedByVoiceActivity() {
    for (int rate : new int[] {8_000, 16_000, 24_000, 48_000}) {
      byte[] quiet = new byte[2 * rate];
      byte[] pcm = join(quiet, noise(1_400, rate), quiet, noise(100, rate), quiet);
      List<Said> said = hear(CONFIG, true, rate, pcm);
      assertEquals(List.of("[speech, 1.4 s]"), finals(said));
      assertEquals(
          List.of("[speech, 0.3 s …]", "[speech, 0.6 s …]", "[speech, 0.9 s …]"),
          only(said, Interim.class).map(i -> i.tentative().getFirst()).limit(3).toList());
    }
  }

  @Test
  void anUnmarkedClipIsSpeechThatNobodyKnows() {
    List<String> finals = finals(hear(CLIP.unmarked()));
    assertEquals(CLIP.sentences().size(), finals.size());
    finals.forEach(text -> assertTrue(text.matches("(\\[speech, \\d\\.\\d s] ?)+"), text));
  }

  @Test
  void speechWithoutAPauseBecomesFinalAllTheSame() {
    List<String> finals =
        finals(hear(CONFIG, true, Clip.SAMPLE_RATE, noise(70_000, Clip.SAMPLE_RATE)));
    assertEquals(List.of("[speech, 30.0 s]", "[speech, 30.0 s]", "[speech, 10.0 s]"), finals);
  }

  @Test
  void withoutPunctuationThereIsNone() {
    List<String> finals = finals(hear(CONFIG, false, Clip.SAMPLE_RATE, CLIP.pcm(0)));
    assertEquals("okay let's start with the results of the last quarter", finals.getFirst());
    assertEquals("thanks for listening I'm happy to answer you're questions", finals.getLast());
  }
}
