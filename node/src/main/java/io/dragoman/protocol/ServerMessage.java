package io.dragoman.protocol;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a node says. Committed messages carry {@code seq}, without holes; the others may be dropped.
 * {@code docs/protocol.md} has every field.
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({
  @JsonSubTypes.Type(name = "session.started", value = ServerMessage.SessionStarted.class),
  @JsonSubTypes.Type(name = "session.resumed", value = ServerMessage.SessionResumed.class),
  @JsonSubTypes.Type(name = "caption", value = ServerMessage.Caption.class),
  @JsonSubTypes.Type(name = "audio.ack", value = ServerMessage.AudioAck.class),
  @JsonSubTypes.Type(name = "gap", value = ServerMessage.Gap.class),
  @JsonSubTypes.Type(name = "heartbeat", value = ServerMessage.Heartbeat.class),
  @JsonSubTypes.Type(name = "speech", value = ServerMessage.Speech.class),
  @JsonSubTypes.Type(name = "status", value = ServerMessage.Status.class),
  @JsonSubTypes.Type(name = "error", value = ServerMessage.Failure.class),
  @JsonSubTypes.Type(name = "session.moving", value = ServerMessage.SessionMoving.class),
  @JsonSubTypes.Type(name = "session.ended", value = ServerMessage.SessionEnded.class)
})
public sealed interface ServerMessage {

  /**
   * The session runs.
   *
   * @param fromSample the position of the first sample that the client sends
   * @param node the node that carries it
   * @param standIn the services that are played by stand-ins; empty when all are real
   */
  record SessionStarted(
      String sessionId,
      long seq,
      long fromSample,
      String resumeToken,
      int resumeWindowS,
      Limits limits,
      String node,
      List<String> standIn)
      implements ServerMessage {}

  /**
   * An interrupted session goes on. What was committed since follows, then what is new.
   *
   * @param epoch how often it was taken up, from 1
   * @param fromSample the position of the first sample that the client sends, again or for the
   *     first time
   * @param resumeToken what resumes it next time; the one that was used now holds until then
   * @param node the node that carries it
   */
  record SessionResumed(
      int epoch, long fromSample, String resumeToken, int resumeWindowS, String node)
      implements ServerMessage {}

  /** What a session may send. */
  record Limits(int messageBytes, int bufferedAudioMs, int idleS) {}

  /**
   * Text to show, ordered by ({@code seg}, {@code epoch}, {@code rev}). A partial has {@code
   * stable} and {@code tentative}; a final has {@code seq} and {@code text}.
   *
   * @param seg the segment, the same for all roles and languages of one utterance
   */
  record Caption(
      @Nullable Long seq,
      String seg,
      int epoch,
      int rev,
      Role role,
      String lang,
      @JsonProperty("final") boolean isFinal,
      @Nullable String stable,
      @Nullable String tentative,
      @Nullable String text,
      long startMs,
      long endMs)
      implements ServerMessage {}

  /** What a caption is. */
  enum Role {
    /** What was said. */
    @JsonProperty("source")
    SOURCE,
    /** What was said, with its grammar corrected. */
    @JsonProperty("corrected")
    CORRECTED,
    /** What was said, in another language. */
    @JsonProperty("translation")
    TRANSLATION
  }

  /**
   * Committed finals or silence cover the audio before {@code sample}: the client may forget it.
   */
  record AudioAck(long seq, long sample) implements ServerMessage {}

  /**
   * The audio between two samples, or captions of it, are lost: the client had let go of it, or the
   * cluster lost what it had committed. {@code seq} may be beyond that of the event before.
   */
  record Gap(long seq, long fromSample, long toSample) implements ServerMessage {}

  /** Sent when nothing else was for a second. */
  record Heartbeat(long receivedSample) implements ServerMessage {}

  /** Somebody began ({@code start}) or stopped ({@code end}) to speak. */
  record Speech(String event, long atMs) implements ServerMessage {}

  /**
   * Why captions wait, and how long still. {@code state} is {@code waiting} or {@code flowing}.
   *
   * @param share null where it is not the session's share of a limit that they wait for
   * @param waitMs null where nobody can tell
   */
  record Status(String state, @Nullable String reason, @Nullable Share share, @Nullable Long waitMs)
      implements ServerMessage {}

  /** What a session may use of the language model in a minute. */
  record Share(long requests, long tokens) {}

  /**
   * Something went wrong. {@code message} says what to do about it.
   *
   * @param keptMs while speech is not heard and may be again: for how long what is said in real
   *     time is kept from now on
   */
  record Failure(
      ErrorCode code,
      boolean fatal,
      boolean retryable,
      @Nullable Long retryAfterMs,
      @Nullable Long keptMs,
      String message)
      implements ServerMessage {}

  /** The node is leaving: connect again within {@code deadlineMs}. */
  record SessionMoving(long deadlineMs) implements ServerMessage {}

  /** The last message before a close with 1000. */
  record SessionEnded(String reason, Usage usage) implements ServerMessage {}

  /** What a session used. */
  record Usage(long audioMs, long requests, long tokens) {}
}
