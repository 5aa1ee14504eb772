package io.dragoman.websocket;

import org.jspecify.annotations.Nullable;

/**
 * A frame's header, as a client sent it.
 *
 * @param last whether the message ends with it
 * @param reserved whether a bit is set that only an extension could give a meaning
 * @param shortLength the length in seven bits; 126 and 127 stand for a longer form
 * @param length the payload's, in bytes; negative when its highest bit was set
 */
record Frame(
    boolean last, boolean reserved, int opcode, boolean masked, int shortLength, long length) {
  static final int CONTINUATION = 0;
  static final int TEXT = 1;
  static final int BINARY = 2;
  static final int CLOSE = 8;
  static final int PING = 9;
  static final int PONG = 10;

  /** The longest payload of a control frame. */
  static final int CONTROL_BYTES = 125;

  boolean isControl() {
    return opcode >= CLOSE;
  }

  /**
   * What is wrong with it by itself or in its place; null when nothing is.
   *
   * @param inMessage whether a message was begun and not ended
   */
  @Nullable String fault(boolean inMessage) {
    if (reserved) {
      return "a reserved bit is set, though no extension was agreed on";
    }
    if (!masked) {
      return "a client's frames must be masked";
    }
    if (length < 0
        || (shortLength == 126 && length < 126)
        || (shortLength == 127 && length < 65_536)) {
      return "a frame's length must be written in its shortest form";
    }
    return switch (opcode) {
      case CONTINUATION -> inMessage ? null : "a continuation came without a message to continue";
      case TEXT, BINARY -> inMessage ? "a message began before the last one ended" : null;
      case CLOSE, PING, PONG ->
          last && length <= CONTROL_BYTES
              ? null
              : "a control frame must be whole, with at most 125 bytes";
      default -> "a frame's opcode is not one of RFC 6455";
    };
  }
}
