package io.dragoman.standin;

import org.jspecify.annotations.Nullable;

/**
 * Divides a stream of 16-bit little-endian PCM, however it was cut, into frames that carry a {@link
 * Mark} and stretches that carry none. What it tells covers the stream in order and without a gap,
 * and trails what it was given by less than two frames of 20 ms. Not thread-safe.
 */
final class Ear {
  /** Is told what there is to hear. */
  interface Sounds {
    /** A frame of {@link Mark#FRAME_SAMPLES} from this sample on carries this mark. */
    void marked(Mark mark, long startSample);

    /**
     * A stretch of at most 20 ms carries none.
     *
     * @param loud whether it sounds like speech rather than silence
     */
    void unmarked(long startSample, long endSample, boolean loud);
  }

  /** -40 dB of full scale: above a quiet room's noise, below quiet speech. */
  private static final double LOUD_RMS = 0.01 * Short.MAX_VALUE;

  private final Sounds sounds;
  private final int frame;

  /** Null at sample rates other than the clips', where no mark survives. */
  private final Mark.@Nullable Reader marks;

  /** The last two frames; sample n stands at n modulo its length. */
  private final short[] recent;

  private long received;

  /** Everything before this sample was told. */
  private long told;

  /** The first byte of a sample whose second has not come yet, or -1. */
  private int half = -1;

  Ear(int sampleRate, Sounds sounds) {
    this.sounds = sounds;
    this.frame = sampleRate / 50;
    this.marks = sampleRate == Clip.SAMPLE_RATE ? new Mark.Reader() : null;
    this.recent = new short[2 * frame];
  }

  /** How many whole samples came so far. */
  long received() {
    return received;
  }

  /** Everything before this sample was told. */
  long told() {
    return told;
  }

  void hear(byte[] pcm) {
    for (byte b : pcm) {
      if (half < 0) {
        half = b & 0xff;
      } else {
        hear((short) (b << 8 | half));
        half = -1;
      }
    }
  }

  /** Tells what is left when no audio follows. */
  void finish() {
    unmarkedUntil(received);
  }

  private void hear(short sample) {
    recent[(int) (received % recent.length)] = sample;
    received++;
    Mark mark = marks == null ? null : marks.read(sample);
    // Where a few samples were lost between frames, two marks may seem to overlap: the first
    // counts.
    if (mark != null && received - frame >= told) {
      unmarkedUntil(received - frame);
      sounds.marked(mark, told);
      told = received;
    } else if (received - told == recent.length) {
      // A mark of any of these samples but the last frame's would be known by now.
      unmarkedUntil(told + frame);
    }
  }

  private void unmarkedUntil(long end) {
    while (told < end) {
      long start = told;
      told = Math.min(end, start + frame);
      sounds.unmarked(start, told, loud(start, told));
    }
  }

  private boolean loud(long start, long end) {
    double energy = 0;
    for (long n = start; n < end; n++) {
      double sample = recent[(int) (n % recent.length)];
      energy += sample * sample;
    }
    return energy > LOUD_RMS * LOUD_RMS * (end - start);
  }
}
