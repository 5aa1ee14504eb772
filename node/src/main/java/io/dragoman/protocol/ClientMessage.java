package io.dragoman.protocol;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a client says in text frames; audio travels in binary frames. {@code docs/protocol.md} has
 * every field.
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({
  @JsonSubTypes.Type(name = "session.start", value = ClientMessage.SessionStart.class),
  @JsonSubTypes.Type(name = "session.update", value = ClientMessage.SessionUpdate.class),
  @JsonSubTypes.Type(name = "session.end", value = ClientMessage.SessionEnd.class),
  @JsonSubTypes.Type(name = "finalize", value = ClientMessage.Finalize.class),
  @JsonSubTypes.Type(name = "keepalive", value = ClientMessage.Keepalive.class)
})
public sealed interface ClientMessage {

  /**
   * The first message of a connection.
   *
   * @param kind what the session is for; {@code translation}
   * @param source what may be spoken, as BCP 47 tags
   * @param targets what to translate into; may be empty
   * @param correct whether to correct the grammar of what was said
   * @param resume null unless an interrupted session goes on
   */
  record SessionStart(
      String kind,
      Audio audio,
      List<String> source,
      List<Target> targets,
      @Nullable Partials partials,
      boolean correct,
      @Nullable Resume resume)
      implements ClientMessage {

    /** The same, for a session that goes on. */
    public SessionStart resuming(Resume from) {
      return new SessionStart(kind, audio, source, targets, partials, correct, from);
    }

    /** The same, with what a session was changed to. */
    public SessionStart updated(SessionUpdate update) {
      Partials changed = update.partials();
      return changed == null || changed.translate() == null
          ? this
          : new SessionStart(
              kind,
              audio,
              source,
              targets,
              new Partials(changed.translate(), partials == null ? null : partials.stability()),
              correct,
              resume);
    }
  }

  /** Changes a running session; what is null stays as it is. */
  record SessionUpdate(@Nullable Partials partials) implements ClientMessage {}

  /** No audio follows: what was said is finished, then the session ends. */
  record SessionEnd() implements ClientMessage {}

  /** Makes what was said so far final; audio may go on. */
  record Finalize() implements ClientMessage {}

  /** Says that a client without audio is still there. */
  record Keepalive() implements ClientMessage {}

  /** How audio is encoded; {@code pcm_s16le} with one channel. */
  record Audio(String encoding, int sampleRate, int channels) {}

  /** A language to translate into. */
  record Target(String lang) {}

  /**
   * What to do with sentences that still grow.
   *
   * @param translate whether to translate and correct them too; null is true at the start, and no
   *     change later
   * @param stability {@code fast}, {@code balanced} or {@code steady}; how soon text counts as
   *     stable
   */
  record Partials(@Nullable Boolean translate, @Nullable String stability) {}

  /** Where an interrupted session goes on. */
  record Resume(String token, long lastSeq, long oldestSample) {}
}
