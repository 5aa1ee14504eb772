package io.dragoman.quota;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Takes out of bytes what a {@link Writer} put in. Bytes that no writer made end in an {@link
 * IllegalArgumentException} that says what is wrong with them. Not thread-safe.
 */
final class Reader {
  private static final List<Boolean> FLAGS = List.of(false, true);

  private final byte[] bytes;
  private int at;
  private long revision;

  Reader(byte[] bytes) {
    this.bytes = bytes;
  }

  /** What follows was written in this revision. */
  void isOf(long written) {
    revision = written;
  }

  /** In which revision what follows was written: fields of a later one are missing. */
  long revision() {
    return revision;
  }

  /** How many bytes have not been read. */
  int left() {
    return bytes.length - at;
  }

  long number() {
    long folded = 0;
    for (int shift = 0; shift < Long.SIZE; shift += 7) {
      byte next = next();
      folded |= (long) (next & 0x7f) << shift;
      if (next >= 0) {
        if (shift == Long.SIZE - 1 && next > 1) {
          throw damage("a number is too large");
        }
        return (folded >>> 1) ^ -(folded & 1);
      }
    }
    throw damage("a number does not end");
  }

  /** A number that an {@code int} can hold. */
  int integer() {
    long value = number();
    if (value != (int) value) {
      throw damage("%d is too large".formatted(value));
    }
    return (int) value;
  }

  long word() {
    long value = 0;
    for (int i = 0; i < Long.BYTES; i++) {
      value = (value << Byte.SIZE) | (next() & 0xff);
    }
    return value;
  }

  boolean flag() {
    return choice(FLAGS);
  }

  Amount amount() {
    return new Amount(number(), number());
  }

  <T> T choice(List<T> all) {
    long place = number();
    if (place < 0 || place >= all.size()) {
      throw damage("%d is none of 0 to %d".formatted(place, all.size() - 1));
    }
    return all.get((int) place);
  }

  /** How many values follow. Each takes a byte at least, so there are no more than bytes left. */
  int count() {
    long count = number();
    if (count < 0 || count > left()) {
      throw damage("%d values in %d bytes".formatted(count, left()));
    }
    return (int) count;
  }

  <T> List<T> list(Function<Reader, T> each) {
    int count = count();
    List<T> values = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      values.add(each.apply(this));
    }
    return values;
  }

  <T> @Nullable T optional(Function<Reader, T> form) {
    return flag() ? form.apply(this) : null;
  }

  private byte next() {
    if (at == bytes.length) {
      throw damage("it ends too early");
    }
    return bytes[at++];
  }

  /** What is wrong with bytes that no writer made. */
  static IllegalArgumentException damage(String what) {
    return new IllegalArgumentException(what);
  }
}
