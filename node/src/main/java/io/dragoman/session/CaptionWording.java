package io.dragoman.session;

import io.dragoman.pipeline.Caption;
import io.dragoman.protocol.ServerMessage;

/**
 * How a session's captions, and what else is committed, are put on the wire.
 *
 * @param sampleRate in hertz
 * @param epoch of the captions that are made now
 */
record CaptionWording(String sid, int sampleRate, int epoch) {

  ServerMessage.Caption partial(Caption.Partial caption) {
    return new ServerMessage.Caption(
        null,
        segment(caption),
        epoch,
        caption.revision(),
        role(caption),
        caption.language(),
        false,
        caption.stable(),
        caption.tentative(),
        null,
        millis(caption.startSample()),
        millis(caption.endSample()));
  }

  ServerMessage event(SessionEvent event) {
    return switch (event) {
      case SessionEvent.Said said -> finished(said);
      case SessionEvent.Covered(long seq, long sample) -> new ServerMessage.AudioAck(seq, sample);
      case SessionEvent.Gap(long seq, long from, long to) -> new ServerMessage.Gap(seq, from, to);
    };
  }

  private ServerMessage.Caption finished(SessionEvent.Said said) {
    Caption.Final caption = said.caption();
    return new ServerMessage.Caption(
        said.seq(),
        segment(caption),
        said.epoch(),
        caption.revision(),
        role(caption),
        caption.language(),
        true,
        null,
        null,
        caption.text(),
        millis(caption.startSample()),
        millis(caption.endSample()));
  }

  /** How long so much audio is, in milliseconds. */
  long millis(long samples) {
    return samples * 1_000 / sampleRate;
  }

  private String segment(Caption caption) {
    return sid + "." + caption.segment();
  }

  private static ServerMessage.Role role(Caption caption) {
    return switch (caption.role()) {
      case SOURCE -> ServerMessage.Role.SOURCE;
      case CORRECTED -> ServerMessage.Role.CORRECTED;
      case TRANSLATION -> ServerMessage.Role.TRANSLATION;
    };
  }
}
