package io.dragoman.quota;

import java.util.Arrays;
import java.util.List;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** Puts values one after another into bytes; {@link Reader} takes them out. Not thread-safe. */
final class Writer {
  private static final int LONGEST = 10;

  private byte[] bytes = new byte[512];
  private int size;

  /** A whole number, which takes the fewer bytes the nearer it is to zero: 1 to 10. */
  void number(long value) {
    reserve(LONGEST);
    // The sign goes to the lowest bit; then seven bits to a byte, the lowest first.
    long rest = (value << 1) ^ (value >> 63);
    while ((rest & ~0x7f) != 0) {
      bytes[size++] = (byte) (rest | 0x80);
      rest >>>= 7;
    }
    bytes[size++] = (byte) rest;
  }

  /** Eight bytes: for names that are drawn by lot, and for clocks. */
  void word(long value) {
    reserve(Long.BYTES);
    for (int shift = Long.SIZE - Byte.SIZE; shift >= 0; shift -= Byte.SIZE) {
      bytes[size++] = (byte) (value >> shift);
    }
  }

  void flag(boolean value) {
    number(value ? 1 : 0);
  }

  void amount(Amount amount) {
    number(amount.requests());
    number(amount.tokens());
  }

  /**
   * One of a few values.
   *
   * @param all of them; the place of each is part of the format
   */
  <T> void choice(List<T> all, T value) {
    int place = all.indexOf(value);
    if (place < 0) {
      throw new IllegalArgumentException(value + " has no place in " + all);
    }
    number(place);
  }

  /** How many, and each of them. */
  <T> void list(List<T> values, BiConsumer<Writer, T> each) {
    number(values.size());
    for (T value : values) {
      each.accept(this, value);
    }
  }

  /** Whether there is one, and what it is. */
  <T> void optional(@Nullable T value, BiConsumer<Writer, T> form) {
    flag(value != null);
    if (value != null) {
      form.accept(this, value);
    }
  }

  /** All that was put in. */
  byte[] bytes() {
    return Arrays.copyOf(bytes, size);
  }

  private void reserve(int more) {
    if (bytes.length - size < more) {
      bytes = Arrays.copyOf(bytes, 2 * bytes.length);
    }
  }
}
