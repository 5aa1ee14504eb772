package io.dragoman.speech;

import java.util.TreeMap;

/**
 * The audio that may still have to be sent, or sent again: mono 16-bit samples, addressed by the
 * session's positions. Bounded: what does not fit is refused. Thread-safe.
 */
final class AudioBuffer {
  private static final int BYTES = 2;

  private final long capacity;

  /** The audio as it came, each piece by its first sample. Guarded by this. */
  private final TreeMap<Long, byte[]> pieces = new TreeMap<>();

  /** The oldest sample kept. Guarded by this. */
  private long start;

  /** The sample after the newest. Guarded by this. */
  private long end;

  /**
   * @param from the position of the first sample to come
   * @param capacity the most samples that are kept
   */
  AudioBuffer(long from, long capacity) {
    this.capacity = capacity;
    this.start = from;
    this.end = from;
  }

  /** Appends whole samples; false when there is no room for all, and then none was taken. */
  synchronized boolean append(byte[] pcm) {
    if (pcm.length % BYTES != 0) {
      throw new IllegalArgumentException("pcm: " + pcm.length + " bytes are not whole samples");
    }
    int samples = pcm.length / BYTES;
    if (end - start + samples > capacity) {
      return false;
    }
    if (samples > 0) {
      pieces.put(end, pcm);
      end += samples;
    }
    return true;
  }

  /** Copies up to {@code atMost} samples from a position that is kept. */
  synchronized byte[] read(long from, int atMost) {
    if (from < start || from > end) {
      throw new IllegalArgumentException(from + " is not in " + start + ".." + end);
    }
    byte[] out = new byte[BYTES * (int) Math.min(atMost, end - from)];
    int filled = 0;
    while (filled < out.length) {
      long position = from + filled / BYTES;
      var piece = pieces.floorEntry(position);
      int skip = BYTES * (int) (position - piece.getKey());
      int length = Math.min(piece.getValue().length - skip, out.length - filled);
      System.arraycopy(piece.getValue(), skip, out, filled, length);
      filled += length;
    }
    return out;
  }

  /** Lets go of everything before a position, which makes room. */
  synchronized void release(long before) {
    start = Math.clamp(before, start, end);
    while (!pieces.isEmpty()) {
      var oldest = pieces.firstEntry();
      if (oldest.getKey() + oldest.getValue().length / BYTES > start) {
        break;
      }
      pieces.pollFirstEntry();
    }
  }

  /** How many samples more could be appended now. */
  synchronized long room() {
    return capacity - (end - start);
  }

  synchronized long start() {
    return start;
  }

  synchronized long end() {
    return end;
  }
}
