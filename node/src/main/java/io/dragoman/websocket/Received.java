package io.dragoman.websocket;

/** What a client sent, checked against RFC 6455. */
@SuppressWarnings("ArrayRecordComponent") // Never compared.
public sealed interface Received {

  /** A whole text message; it was valid UTF-8. */
  record Text(String text) implements Received {}

  /** A whole binary message. The bytes are the receiver's to keep. */
  record Binary(byte[] bytes) implements Received {}

  /** To be answered with a pong of the same payload. */
  record Ping(byte[] payload) implements Received {}

  /** The answer to a ping, or a sign of life. */
  record Pong() implements Received {}

  /**
   * The client closes, or answers a close.
   *
   * @param code the code to echo, or {@link Frames#NO_CODE}
   */
  record Close(int code) implements Received {}

  /**
   * The client did what it must not. Nothing that it sends later is of use; {@link
   * MessageReader#awaitClose} skips it.
   *
   * @param what a sentence for the client, without a word of what it sent
   */
  record Fault(Rule rule, String what) implements Received {}

  /** Which rule was broken. */
  enum Rule {
    /** The framing of RFC 6455. */
    FRAMING,
    /** Text is UTF-8. */
    UTF_8,
    /** A message has so many bytes, and so many fragments, at most. */
    SIZE
  }
}
