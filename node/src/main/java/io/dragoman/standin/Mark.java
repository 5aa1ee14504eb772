package io.dragoman.standin;

import org.jspecify.annotations.Nullable;

/**
 * Where in which clip a frame of 20 ms belongs, written inaudibly into the lowest bit of each of
 * its samples: 64 bits of sync, 64 of clip, position and salt, and 352 of check sum. Since the mark
 * fills its frame, it is read only where every single sample of the frame has come, in order.
 *
 * @param clip the clip's id
 * @param frame the frame's number in the clip, from 0
 * @param salt what tells the session's words apart, see {@link Salt}
 */
record Mark(int clip, int frame, int salt) {
  /** 20 ms at 24 kHz. */
  static final int FRAME_SAMPLES = 480;

  private static final long SYNC = 0x6b1f_8e24_d35a_97c3L;

  Mark {
    if (clip < 0 || clip > 0xffff || frame < 0 || salt < 0 || salt > Salt.MAX) {
      throw new IllegalArgumentException("no mark for " + clip + ", " + frame + ", " + salt);
    }
  }

  /** Writes the mark into the frame that begins at this byte. */
  void stamp(byte[] pcm, int offset) {
    long[] bits = bits();
    for (int i = 0; i < FRAME_SAMPLES; i++) {
      int low = offset + 2 * i;
      pcm[low] = (byte) ((pcm[low] & ~1) | bit(bits, i));
    }
  }

  private long[] bits() {
    long content = (long) clip << 48 | (long) frame << 16 | salt;
    var bits = new long[(FRAME_SAMPLES + 63) / 64];
    bits[0] = SYNC;
    bits[1] = content;
    for (int i = 2; i < bits.length; i++) {
      bits[i] = mix(content + i * 0x9e37_79b9_7f4a_7c15L);
    }
    return bits;
  }

  private static int bit(long[] bits, int i) {
    return (int) (bits[i >> 6] >>> (63 - (i & 63))) & 1;
  }

  /** The finaliser of SplitMix64: every bit of the result depends on every bit of the argument. */
  private static long mix(long z) {
    z = (z ^ z >>> 30) * 0xbf58_476d_1ce4_e5b9L;
    z = (z ^ z >>> 27) * 0x94d0_49bb_1331_11ebL;
    return z ^ z >>> 31;
  }

  /**
   * Finds marks in a stream of samples, wherever it was cut. The chance to find one in anything
   * else is below 2^-350 a sample. Not thread-safe.
   */
  static final class Reader {
    /** The lowest bits of the last frame's worth of samples, the oldest at {@code next}. */
    private final byte[] window = new byte[FRAME_SAMPLES];

    private int next;
    private long seen;

    /** The window's first 64 bits. */
    private long head;

    /** Takes the next sample; the mark that it completes, or null. */
    @Nullable Mark read(short sample) {
      window[next] = (byte) (sample & 1);
      next = (next + 1) % FRAME_SAMPLES;
      head = head << 1 | window[(next + 63) % FRAME_SAMPLES];
      seen++;
      return head == SYNC && seen >= FRAME_SAMPLES ? decode() : null;
    }

    private @Nullable Mark decode() {
      long content = 0;
      for (int i = 64; i < 128; i++) {
        content = content << 1 | at(i);
      }
      int frame = (int) (content >>> 16);
      if (frame < 0) {
        return null;
      }
      var mark = new Mark((int) (content >>> 48), frame, (int) content & Salt.MAX);
      long[] bits = mark.bits();
      for (int i = 0; i < FRAME_SAMPLES; i++) {
        if (at(i) != bit(bits, i)) {
          return null;
        }
      }
      return mark;
    }

    private int at(int i) {
      return window[(next + i) % FRAME_SAMPLES];
    }
  }
}
