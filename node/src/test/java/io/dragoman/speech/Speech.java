package io.dragoman.speech;

import io.dragoman.speech.SpeechEvent.Word;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Made-up speech that {@link FakeGoogle} understands: word number n is a stretch of samples of
 * value n, silence is zeros. So audio that is lost, doubled or cut shows in what is heard.
 */
final class Speech {
  static final int RATE = 8_000;
  static final int WORD = RATE * 3 / 20;

  private final ByteArrayOutputStream pcm = new ByteArrayOutputStream();
  private final List<Word> words = new ArrayList<>();
  private final long from;
  private int lastWord;

  Speech(long from) {
    this.from = from;
  }

  Speech silence(int millis) {
    return samples(RATE * millis / 1_000, 0);
  }

  Speech words(int count) {
    for (int i = 0; i < count; i++) {
      lastWord++;
      long start = position();
      samples(WORD, lastWord);
      words.add(new Word(name(lastWord), start, position()));
    }
    return this;
  }

  /** Sentences of some words, each followed by a pause. */
  Speech sentences(int count, int wordsEach, int pauseMillis) {
    for (int i = 0; i < count; i++) {
      words(wordsEach).silence(pauseMillis);
    }
    return this;
  }

  static String name(int word) {
    return "w" + word;
  }

  long position() {
    return from + pcm.size() / 2;
  }

  byte[] pcm() {
    return pcm.toByteArray();
  }

  /** The audio in pieces of 20 ms, the last one shorter. */
  List<byte[]> frames() {
    byte[] all = pcm();
    int size = 2 * RATE / 50;
    List<byte[]> frames = new ArrayList<>();
    for (int at = 0; at < all.length; at += size) {
      frames.add(Arrays.copyOfRange(all, at, Math.min(all.length, at + size)));
    }
    return frames;
  }

  /** What was said, and where. */
  List<Word> words() {
    return List.copyOf(words);
  }

  private Speech samples(int count, int value) {
    for (int i = 0; i < count; i++) {
      pcm.write(value & 0xff);
      pcm.write(value >> 8);
    }
    return this;
  }
}
