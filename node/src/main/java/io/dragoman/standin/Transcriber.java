package io.dragoman.standin;

import io.dragoman.standin.SpeechResult.Heard;
import org.jspecify.annotations.Nullable;

/**
 * Turns what the {@link Ear} tells into words. A clip's word is heard whole only where all of its
 * frames came, in order; of a broken one it hears the letters that came ("transl–", "–ation").
 * Unmarked speech it only notices. Not thread-safe.
 */
final class Transcriber implements Ear.Sounds {
  /** Frames without a break in the marks, all of one clip and salt. */
  private record Run(Clip clip, int salt, int firstFrame, long startSample) {
    boolean goesOn(int lastFrame, Mark next, long nextStart) {
      return next.clip() == clip.id()
          && next.salt() == salt
          && next.frame() == lastFrame + 1
          && nextStart == position((long) next.frame() * Mark.FRAME_SAMPLES);
    }

    /** The stream's sample where this sample of the clip stands. */
    long position(long clipSample) {
      return startSample + clipSample - (long) firstFrame * Mark.FRAME_SAMPLES;
    }
  }

  private final Guesses guesses;
  private final boolean punctuation;
  private final Utterances utterances;

  private @Nullable Run run;

  /** The last frame of the run. */
  private int lastFrame;

  /** Unmarked speech is noticed when so many samples of it were loud; shorter is a click. */
  private final long noticed;

  /** Quiet samples after which loud ones begin to count anew. */
  private final long forgotten;

  /** The loud samples that count, and where they began and ended. */
  private long loud;

  private long loudStart;
  private long loudEnd;

  /**
   * @param punctuation whether words carry punctuation, and sentences begin with a capital
   */
  Transcriber(int sampleRate, Guesses guesses, boolean punctuation, Utterances utterances) {
    this.guesses = guesses;
    this.punctuation = punctuation;
    this.utterances = utterances;
    this.noticed = sampleRate / 5;
    this.forgotten = sampleRate * 3L / 10;
  }

  @Override
  public void marked(Mark mark, long start) {
    long end = start + Mark.FRAME_SAMPLES;
    Clip clip = Clips.byId(mark.clip()).orElse(null);
    if (clip == null) {
      unmarked(start, end, true);
      return;
    }
    loud = 0;
    if (run == null || !run.goesOn(lastFrame, mark, start)) {
      breakOff();
      run = new Run(clip, mark.salt(), mark.frame(), start);
    }
    lastFrame = mark.frame();
    follow(run);
    utterances.time(end);
  }

  @Override
  public void unmarked(long start, long end, boolean isLoud) {
    breakOff();
    if (isLoud) {
      hearNoise(start, end);
    } else if (loud > 0 && end - loudEnd > forgotten) {
      loud = 0;
    }
    utterances.time(end);
  }

  /** No audio follows after this sample. */
  void finish(long now) {
    breakOff();
    utterances.finish(now);
  }

  /** Hears what the run's last frame adds. */
  private void follow(Run now) {
    int frameStart = lastFrame * Mark.FRAME_SAMPLES;
    int frameEnd = frameStart + Mark.FRAME_SAMPLES;
    for (Sentence sentence : now.clip().sentences()) {
      for (Word word : sentence.words()) {
        if (word.startSample() < frameEnd && word.endSample() > frameStart) {
          utterances.voice(now.position(Math.min(word.endSample(), frameEnd)));
          if (lastFrameOf(word) == lastFrame) {
            hear(now, sentence, word);
          }
        }
      }
    }
  }

  /** Hears a word that ends in the run's last frame. */
  private void hear(Run now, Sentence sentence, Word word) {
    if (firstFrameOf(word) < now.firstFrame()) {
      hearFragment(now, word);
      return;
    }
    boolean first = word.equals(sentence.words().getFirst());
    utterances.heard(
        new Heard(
            Salt.apply(spelled(word.text(), first), now.salt()),
            Salt.apply(spelled(guesses.guess(now.clip(), word, now.salt()), first), now.salt()),
            now.position(word.startSample()),
            now.position(word.endSample())));
  }

  private String spelled(String text, boolean first) {
    if (punctuation) {
      return text;
    }
    String plain = text.replaceAll("[.,;:?!]+$", "");
    boolean capital = !first || plain.equals("I") || plain.startsWith("I'");
    return capital ? plain : Character.toLowerCase(plain.charAt(0)) + plain.substring(1);
  }

  /** Ends the run; a word that it did not complete is cut off. */
  private void breakOff() {
    if (run == null) {
      return;
    }
    for (Sentence sentence : run.clip().sentences()) {
      for (Word word : sentence.words()) {
        if (firstFrameOf(word) <= lastFrame && lastFrame < lastFrameOf(word)) {
          hearFragment(run, word);
        }
      }
    }
    run = null;
  }

  /** Hears the part of a word that the run holds. */
  private void hearFragment(Run now, Word word) {
    String letters = word.text().replaceAll("\\p{Punct}+$", "");
    double frames = lastFrameOf(word) + 1 - firstFrameOf(word);
    boolean startLost = firstFrameOf(word) < now.firstFrame();
    boolean endLost = lastFrameOf(word) > lastFrame;
    int from = Math.max(firstFrameOf(word), now.firstFrame());
    int to = Math.min(lastFrameOf(word), lastFrame) + 1;
    int length = letters.length();
    int first = (int) (length * ((from - firstFrameOf(word)) / frames));
    int last = (int) Math.ceil(length * ((to - firstFrameOf(word)) / frames));
    // However little was lost, it shows.
    first = startLost ? Math.clamp(first, Math.min(1, length - 1), length - 1) : 0;
    last = endLost ? Math.clamp(last, first + 1, Math.max(first + 1, length - 1)) : length;
    String text = (startLost ? "–" : "") + letters.substring(first, last) + (endLost ? "–" : "");
    String salted = Salt.apply(text, now.salt());
    utterances.heard(
        new Heard(
            salted,
            salted,
            now.position(Math.max(word.startSample(), from * Mark.FRAME_SAMPLES)),
            now.position(Math.min(word.endSample(), to * Mark.FRAME_SAMPLES))));
  }

  private static int firstFrameOf(Word word) {
    return word.startSample() / Mark.FRAME_SAMPLES;
  }

  private static int lastFrameOf(Word word) {
    return (word.endSample() - 1) / Mark.FRAME_SAMPLES;
  }

  private void hearNoise(long start, long end) {
    if (loud == 0) {
      loudStart = start;
    }
    loudEnd = end;
    loud += end - start;
    if (loud >= noticed) {
      utterances.unknown(loudStart, end);
    }
  }
}
