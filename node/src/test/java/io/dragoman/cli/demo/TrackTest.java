package io.dragoman.cli.demo;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dragoman.standin.Clip;
import io.dragoman.standin.Clips;
import io.dragoman.standin.Sentence;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class TrackTest {
  private final Clip clip = Clips.shipped().getFirst();
  private final int sentences = clip.sentences().size();
  private final Track track = new Track(clip, "es", 5);

  @Test
  void theClipComesOverAndOver() {
    ByteArrayOutputStream read = new ByteArrayOutputStream();
    for (int at = 0; at < 2 * clip.samples(); at += 1_000) {
      read.writeBytes(track.read(at, Math.min(1_000, 2 * clip.samples() - at)));
    }

    byte[] pcm = clip.pcm(5);
    assertArrayEquals(pcm, Arrays.copyOf(read.toByteArray(), pcm.length));
    assertArrayEquals(pcm, Arrays.copyOfRange(read.toByteArray(), pcm.length, 2 * pcm.length));
  }

  @Test
  void itsSentencesAreTheClipsAtTheirPlaces() {
    Sentence second = clip.sentences().get(1);
    Utterance again = track.utterance(sentences + 1);

    assertEquals(clip.samples() + second.startSample(), again.startSample());
    assertEquals(clip.samples() + second.endSample(), again.endSample());
    assertEquals(second.heard(5), again.source());
    assertEquals(second.corrected(5), again.corrected());
    assertEquals(again.translation(), again.pieces().getLast().translation());
    assertEquals(again.endSample(), again.pieces().getLast().endSample());
  }

  @Test
  void aSentenceCountsOnceItsLastSampleWasSpoken() {
    long end = track.utterance(sentences).endSample();

    assertEquals(sentences, track.utterancesBefore(end - 1));
    assertEquals(sentences + 1, track.utterancesBefore(end));
    assertEquals(0, track.utterancesBefore(0));
  }

  @Test
  void itStopsInTheSilenceAfterASentence() {
    for (long sample = 0; sample < 2L * clip.samples(); sample += 7_919) {
      long stop = track.stopAfter(sample);
      int whole = track.utterancesBefore(stop);

      assertTrue(stop > track.utterance(whole - 1).endSample(), "not within a sentence");
      assertTrue(stop < track.utterance(whole).startSample(), "before the next one");
      assertTrue(track.utterance(whole - 1).endSample() >= sample, "no earlier than asked");
    }
  }

  @Test
  void whatIsLostOrDoubledIsWholeWords() {
    Track.Stretch words = track.someWords();
    byte[] lost = disturbed(new Disturbance.Cut(words));
    byte[] doubled = disturbed(new Disturbance.Repeat(track, words));

    int whole = clip.samples() * 2;
    int stretch = (int) (words.to() - words.from()) * 2;
    ByteArrayOutputStream cut = new ByteArrayOutputStream();
    cut.writeBytes(track.read(0, (int) words.from()));
    cut.writeBytes(track.read(words.to(), (int) (clip.samples() - words.to())));
    assertArrayEquals(cut.toByteArray(), lost);
    assertEquals(whole + stretch, doubled.length);
    assertArrayEquals(
        track.read(words),
        Arrays.copyOfRange(doubled, (int) words.to() * 2, (int) words.to() * 2 + stretch));
    assertArrayEquals(
        track.read(words.to(), 1_000),
        Arrays.copyOfRange(
            doubled, (int) words.to() * 2 + stretch, (int) words.to() * 2 + stretch + 2_000));
  }

  private byte[] disturbed(Disturbance disturbance) {
    ByteArrayOutputStream sent = new ByteArrayOutputStream();
    for (int at = 0; at < clip.samples(); at += 1_200) {
      int samples = Math.min(1_200, clip.samples() - at);
      sent.writeBytes(disturbance.apply(at, track.read(at, samples)));
    }
    return sent.toByteArray();
  }
}
