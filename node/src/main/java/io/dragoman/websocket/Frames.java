package io.dragoman.websocket;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** The frames that a server writes, as bytes: whole messages, never masked. */
public final class Frames {

  /** Stands for a close frame without a code; never on the wire. */
  public static final int NO_CODE = 1005;

  private Frames() {}

  public static byte[] text(String text) {
    return frame(Frame.TEXT, text.getBytes(StandardCharsets.UTF_8));
  }

  public static byte[] ping() {
    return frame(Frame.PING, new byte[0]);
  }

  /**
   * Answers a ping.
   *
   * @param payload the ping's, at most 125 bytes
   */
  public static byte[] pong(byte[] payload) {
    return frame(Frame.PONG, payload);
  }

  /**
   * Begins or answers the closing handshake.
   *
   * @param code {@link #NO_CODE} for none, and then without a reason
   * @param reason at most 123 bytes in UTF-8
   */
  public static byte[] close(int code, String reason) {
    if (code == NO_CODE) {
      return frame(Frame.CLOSE, new byte[0]);
    }
    byte[] utf8 = reason.getBytes(StandardCharsets.UTF_8);
    byte[] payload = new byte[2 + utf8.length];
    payload[0] = (byte) (code >>> 8);
    payload[1] = (byte) code;
    System.arraycopy(utf8, 0, payload, 2, utf8.length);
    return frame(Frame.CLOSE, payload);
  }

  private static byte[] frame(int opcode, byte[] payload) {
    int length = payload.length;
    byte[] header;
    if (length < 126) {
      header = new byte[] {0, (byte) length};
    } else if (length < 65_536) {
      header = new byte[] {0, 126, (byte) (length >>> 8), (byte) length};
    } else {
      header =
          new byte[] {
            0,
            127,
            0,
            0,
            0,
            0,
            (byte) (length >>> 24),
            (byte) (length >>> 16),
            (byte) (length >>> 8),
            (byte) length
          };
    }
    header[0] = (byte) (0x80 | opcode);
    byte[] frame = Arrays.copyOf(header, header.length + length);
    System.arraycopy(payload, 0, frame, header.length, length);
    return frame;
  }
}
