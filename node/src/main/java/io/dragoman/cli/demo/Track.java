package io.dragoman.cli.demo;

import io.dragoman.standin.Clip;
import io.dragoman.standin.Sentence;
import io.dragoman.standin.Word;
import java.util.List;

/** What a session speaks: one clip, over and over, without an end. Immutable. */
final class Track {
  static final int SAMPLE_RATE = 24_000;
  static final int BYTES_PER_SAMPLE = 2;

  /** Silence after the last word, so that it is heard whole however the audio is cut. */
  private static final int TAIL_SAMPLES = SAMPLE_RATE / 5;

  private final Clip clip;
  private final String lang;
  private final int salt;
  private final byte[] pcm;

  /**
   * @param lang what it is translated into
   * @param salt makes its words its own; 0 leaves them as they are
   */
  Track(Clip clip, String lang, int salt) {
    this.clip = clip;
    this.lang = lang;
    this.salt = salt;
    this.pcm = clip.pcm(salt);
  }

  String lang() {
    return lang;
  }

  /** The next samples from a position on. */
  byte[] read(long fromSample, int samples) {
    byte[] read = new byte[samples * BYTES_PER_SAMPLE];
    int from = Math.toIntExact(fromSample * BYTES_PER_SAMPLE % pcm.length);
    for (int done = 0; done < read.length; from = 0) {
      int part = Math.min(read.length - done, pcm.length - from);
      System.arraycopy(pcm, from, read, done, part);
      done += part;
    }
    return read;
  }

  byte[] read(Stretch stretch) {
    return read(stretch.from(), Math.toIntExact(stretch.to() - stretch.from()));
  }

  /** A stretch of the audio, the last sample excluded. */
  record Stretch(long from, long to) {}

  /** Two whole words from within the first sentence. */
  Stretch someWords() {
    List<Word> words = clip.sentences().getFirst().words();
    return new Stretch(words.get(1).startSample(), words.get(2).endSample());
  }

  /** The n-th sentence, from 0. */
  Utterance utterance(int n) {
    int perClip = clip.sentences().size();
    Sentence sentence = clip.sentences().get(n % perClip);
    return Utterance.of(sentence, lang, salt, (long) (n / perClip) * clip.samples());
  }

  /** How many sentences have been spoken to their end before a position. */
  int utterancesBefore(long sample) {
    int n = Math.toIntExact(sample / clip.samples() * clip.sentences().size());
    while (utterance(n).endSample() <= sample) {
      n++;
    }
    return n;
  }

  /** How many samples of sentences there are from one position to another. */
  long spokenBetween(long from, long to) {
    long spoken = 0;
    int n = utterancesBefore(Math.max(0, from));
    for (Utterance next = utterance(n); next.startSample() < to; next = utterance(++n)) {
      spoken += Math.min(to, next.endSample()) - Math.max(from, next.startSample());
    }
    return spoken;
  }

  /** Where a session may stop once it has spoken so much: after the sentence, in its silence. */
  long stopAfter(long sample) {
    int n = utterancesBefore(Math.max(0, sample - 1));
    return utterance(n).endSample() + TAIL_SAMPLES;
  }
}
