package io.dragoman.websocket;

import io.dragoman.websocket.Received.Rule;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Reads a client's messages, and holds it to RFC 6455. Memory is bounded by twice the largest
 * message, and follows what has really come. Used by one thread.
 */
public final class MessageReader {
  private static final byte[] NOTHING = {};

  private final FrameReader frames;
  private final int mostBytes;
  private final int mostFragments;

  /** The opcode of the message that was begun and not ended; {@link Frame#CONTINUATION}: none. */
  private int opcode = Frame.CONTINUATION;

  /** The message's fragments so far, and room for more. */
  private byte[] message = NOTHING;

  /** How many bytes they have. */
  private int length;

  private int fragments;

  /**
   * @param source the next bytes that came, null at the stream's end; throws {@link
   *     java.io.UncheckedIOException} when the connection is broken
   * @param mostBytes the largest message of either kind
   * @param mostFragments how many frames a message may be cut into
   */
  public MessageReader(Supplier<byte @Nullable []> source, int mostBytes, int mostFragments) {
    this.frames = new FrameReader(source);
    this.mostBytes = mostBytes;
    this.mostFragments = mostFragments;
  }

  /**
   * Waits for what the client sends next. After a {@link Received.Fault} there is nothing to read.
   *
   * @throws IOException when the connection is over
   */
  public Received next() throws IOException {
    while (true) {
      Frame frame = frames.next();
      String fault = frame.fault(opcode != Frame.CONTINUATION);
      if (fault != null) {
        return new Received.Fault(Rule.FRAMING, fault);
      }
      if (frame.isControl()) {
        return control(frame.opcode(), frames.payload(new byte[(int) frame.length()], 0));
      }
      Received whole = take(frame);
      if (whole != null) {
        return whole;
      }
    }
  }

  /**
   * Skips whatever comes until the client closes.
   *
   * @return the code of its close, {@link Frames#NO_CODE} where it has none or none that may be
   *     sent
   * @throws IOException when the connection is over
   */
  public int awaitClose() throws IOException {
    Frame frame;
    do {
      // What a client says after it was told to go has no meaning.
      frame = frames.next();
    } while (frame.opcode() != Frame.CLOSE);
    return frame.fault(false) == null
            && close(frames.payload(new byte[(int) frame.length()], 0))
                instanceof Received.Close(int code)
        ? code
        : Frames.NO_CODE;
  }

  /** Adds a piece to the message; null when more pieces follow. */
  private @Nullable Received take(Frame frame) throws IOException {
    if (frame.length() > mostBytes - length) {
      return new Received.Fault(
          Rule.SIZE, "a message may have at most %d bytes".formatted(mostBytes));
    }
    if (++fragments > mostFragments) {
      return new Received.Fault(
          Rule.SIZE, "a message may have at most %d fragments".formatted(mostFragments));
    }
    if (frame.opcode() != Frame.CONTINUATION) {
      opcode = frame.opcode();
    }
    message = frames.payload(message, length);
    length += (int) frame.length();
    return frame.last() ? finish() : null;
  }

  private Received finish() {
    byte[] whole = length == message.length ? message : Arrays.copyOf(message, length);
    boolean text = opcode == Frame.TEXT;
    message = NOTHING;
    length = 0;
    fragments = 0;
    opcode = Frame.CONTINUATION;
    if (!text) {
      return new Received.Binary(whole);
    }
    String decoded = decode(whole);
    return decoded == null
        ? new Received.Fault(Rule.UTF_8, "a text message must be UTF-8")
        : new Received.Text(decoded);
  }

  private static Received control(int opcode, byte[] payload) {
    return switch (opcode) {
      case Frame.PING -> new Received.Ping(payload);
      case Frame.PONG -> new Received.Pong();
      default -> close(payload);
    };
  }

  private static Received close(byte[] payload) {
    if (payload.length == 0) {
      return new Received.Close(Frames.NO_CODE);
    }
    int code = payload.length == 1 ? 0 : ((payload[0] & 0xff) << 8) | (payload[1] & 0xff);
    if (!mayBeSent(code)) {
      return new Received.Fault(Rule.FRAMING, "a close frame's code is not one that may be sent");
    }
    return decode(Arrays.copyOfRange(payload, 2, payload.length)) == null
        ? new Received.Fault(Rule.UTF_8, "a close frame's reason must be UTF-8")
        : new Received.Close(code);
  }

  /** As the registry of RFC 6455 has it: 1004 to 1006 and 1015 never travel. */
  private static boolean mayBeSent(int code) {
    return (code >= 1000 && code <= 1003)
        || (code >= 1007 && code <= 1014)
        || (code >= 3000 && code <= 4999);
  }

  private static @Nullable String decode(byte[] utf8) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(utf8)).toString();
    } catch (CharacterCodingException e) {
      return null;
    }
  }
}
