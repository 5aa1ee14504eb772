package io.dragoman.speech;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

class AudioBufferTest {
  private static final int CAPACITY = 50;

  /** Appends pieces of some lengths, each followed by a release and a read. */
  @Property
  void readsWhatWasAppendedAndNotReleased(
      @ForAll @LongRange(min = 0, max = 1L << 40) long from,
      @ForAll List<@IntRange(min = 0, max = 60) Integer> lengths,
      @ForAll @IntRange(min = 0, max = 40) int lag,
      @ForAll @IntRange(min = 0, max = 20) int atMost) {
    AudioBuffer buffer = new AudioBuffer(from, CAPACITY);
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (int length : lengths) {
      byte[] pcm = new byte[2 * length];
      new Random(all.size()).nextBytes(pcm);
      boolean fits = buffer.end() - buffer.start() + length <= CAPACITY;
      assertEquals(fits, buffer.append(pcm));
      if (fits) {
        all.writeBytes(pcm);
      }
      assertEquals(from + all.size() / 2, buffer.end());
      buffer.release(buffer.end() - lag);
      long start = buffer.start();
      assertTrue(start >= from && buffer.end() - start <= CAPACITY);
      long to = Math.min(buffer.end(), start + atMost);
      assertArrayEquals(
          Arrays.copyOfRange(all.toByteArray(), bytes(start - from), bytes(to - from)),
          buffer.read(start, atMost));
    }
  }

  private static int bytes(long samples) {
    return (int) samples * 2;
  }

  @Test
  void hasRoomAgainAfterARelease() {
    AudioBuffer buffer = new AudioBuffer(7, 4);
    assertTrue(buffer.append(new byte[8]));
    assertFalse(buffer.append(new byte[2]));
    buffer.release(8);
    assertTrue(buffer.append(new byte[2]));
    assertFalse(buffer.append(new byte[2]));
  }

  @Test
  void neverForgetsBackwards() {
    AudioBuffer buffer = new AudioBuffer(0, 10);
    buffer.append(new byte[20]);
    buffer.release(6);
    buffer.release(2);
    assertEquals(6, buffer.start());
    buffer.release(99);
    assertEquals(10, buffer.start());
  }

  @Test
  void refusesWhatMakesNoSense() {
    AudioBuffer buffer = new AudioBuffer(5, 10);
    buffer.append(new byte[10]);
    assertThrows(IllegalArgumentException.class, () -> buffer.append(new byte[3]));
    assertThrows(IllegalArgumentException.class, () -> buffer.read(4, 1));
    assertThrows(IllegalArgumentException.class, () -> buffer.read(11, 1));
  }
}
