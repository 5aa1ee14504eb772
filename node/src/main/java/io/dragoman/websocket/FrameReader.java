package io.dragoman.websocket;

import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Cuts a client's bytes into frames, without judging them: {@link Frame#fault} does, so that the
 * reader still knows where the next frame begins after a faulty one. Used by one thread.
 */
final class FrameReader {

  /** The most that is set aside for a payload before any of it has come. */
  private static final int ON_TRUST = 8_192;

  /** The next bytes that came; null at the end of the stream. */
  private final Supplier<byte @Nullable []> source;

  private byte[] chunk = {};
  private int position;

  /** Of the frame whose header was read last: the payload's bytes that were not read yet. */
  private long left;

  private int maskingKey;

  FrameReader(Supplier<byte @Nullable []> source) {
    this.source = source;
  }

  /** Reads the next frame's header; what was left of the last payload is skipped. */
  Frame next() throws IOException {
    skipPayload();
    int first = read();
    int second = read();
    long length =
        switch (second & 0x7f) {
          case 126 -> read(2);
          case 127 -> read(8);
          default -> second & 0x7f;
        };
    boolean masked = (second & 0x80) != 0;
    maskingKey = masked ? (int) read(4) : 0;
    left = length < 0 ? Long.MAX_VALUE : length;
    return new Frame(
        (first & 0x80) != 0, (first & 0x70) != 0, first & 0x0f, masked, second & 0x7f, length);
  }

  /**
   * Reads the payload of the frame whose header was read last.
   *
   * @param into what holds the message's fragments so far; it is filled up
   * @param at how many bytes they have
   * @return an array that begins with the fragments and the payload: {@code into}, or a larger one
   */
  byte[] payload(byte[] into, int at) throws IOException {
    int end = Math.toIntExact(at + left);
    byte[] bytes = into;
    int filled = at;
    for (int i = 0; filled < end; ) {
      fill();
      if (filled == bytes.length) {
        int trusted = Math.min(end, filled + ON_TRUST);
        bytes = Arrays.copyOf(bytes, Math.max(trusted, 2 * bytes.length));
      }
      int count = Math.min(chunk.length - position, Math.min(end, bytes.length) - filled);
      for (int last = filled + count; filled < last; i++) {
        bytes[filled++] = (byte) (chunk[position++] ^ maskingKey >>> (24 - 8 * (i & 3)));
      }
    }
    left = 0;
    return bytes;
  }

  private void skipPayload() throws IOException {
    while (left > 0) {
      fill();
      int count = (int) Math.min(left, chunk.length - position);
      position += count;
      left -= count;
    }
  }

  private long read(int bytes) throws IOException {
    long number = 0;
    for (int i = 0; i < bytes; i++) {
      number = number << 8 | read();
    }
    return number;
  }

  private int read() throws IOException {
    fill();
    return chunk[position++] & 0xff;
  }

  /** Waits until there is at least one byte. */
  private void fill() throws IOException {
    while (position == chunk.length) {
      byte[] more;
      try {
        more = source.get();
      } catch (UncheckedIOException e) {
        throw new IOException("the connection broke", e);
      }
      if (more == null) {
        throw new EOFException("the client ended the stream");
      }
      chunk = more;
      position = 0;
    }
  }
}
