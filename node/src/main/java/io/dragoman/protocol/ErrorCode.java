package io.dragoman.protocol;

import com.fasterxml.jackson.annotation.JsonProperty;

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
  /** A message or a frame is larger than {@code limits.message_bytes}. */
  @JsonProperty("too_big")
  TOO_BIG,
  /** The {@code sid} is in use by another connection. */
  @JsonProperty("sid_in_use")
  SID_IN_USE,
  /** The session to resume is not known, or not any more. */
  @JsonProperty("resume_unavailable")
  RESUME_UNAVAILABLE,
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
  INTERNAL
}
