package io.dragoman.protocol;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Locale;

/** What went wrong, in a word that a client can act on. */
public enum ErrorCode {
  /** The message is not JSON, of no known type, or lacks a field. */
  @JsonProperty("bad_message")
  BAD_MESSAGE,
  /** The session asks for something that this server cannot do. */
  @JsonProperty("unsupported")
  UNSUPPORTED,
  /** A message came that is not allowed in this state of the session. */
  @JsonProperty("out_of_order")
  OUT_OF_ORDER,
  /** The bytes are not frames of RFC 6455, or not such as a client may send. */
  @JsonProperty("protocol_error")
  PROTOCOL_ERROR,
  /** A text message is not UTF-8. */
  @JsonProperty("invalid_utf8")
  INVALID_UTF8,
  /** A message is larger than {@code limits.message_bytes}, or cut into too many fragments. */
  @JsonProperty("too_big")
  TOO_BIG,
  /** The page's origin is not one that may connect. */
  @JsonProperty("origin_not_allowed")
  ORIGIN_NOT_ALLOWED,
  /** No {@code session.start} came in time. */
  @JsonProperty("start_timeout")
  START_TIMEOUT,
  /** Nothing came for {@code limits.idle_s}. */
  @JsonProperty("idle")
  IDLE,
  /** The {@code sid} is in use by another connection. */
  @JsonProperty("sid_in_use")
  SID_IN_USE,
  /** The session to resume is not known, or not any more. */
  @JsonProperty("resume_unavailable")
  RESUME_UNAVAILABLE,
  /** A newer connection has the session. */
  @JsonProperty("taken_over")
  TAKEN_OVER,
  /** The node carries as many sessions as it may. */
  @JsonProperty("full")
  FULL,
  /** The cluster's shared state does not answer. */
  @JsonProperty("unavailable")
  UNAVAILABLE,
  /** More audio came than can be held until it is heard. */
  @JsonProperty("audio_overflow")
  AUDIO_OVERFLOW,
  /** The client does not read what it is sent. */
  @JsonProperty("slow_reader")
  SLOW_READER,
  /** Speech recognition does not answer. */
  @JsonProperty("speech_unavailable")
  SPEECH_UNAVAILABLE,
  /** A sentence could not be translated or corrected. */
  @JsonProperty("language_model_unavailable")
  LANGUAGE_MODEL_UNAVAILABLE,
  /** The fault is the server's. */
  @JsonProperty("internal")
  INTERNAL;

  /** The code as it is on the wire. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
