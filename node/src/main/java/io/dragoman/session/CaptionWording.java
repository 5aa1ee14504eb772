package io.dragoman.session;

import io.dragoman.pipeline.Caption;
import io.dragoman.protocol.ServerMessage;

/**
 * How a session's captions are put on the wire.
 *
 * @param sampleRate in hertz
 */
record CaptionWording(String sid, int sampleRate) {

  /** Interrupted sessions are not taken up again, so there is one attempt at each segment. */
  private static final int EPOCH = 1;

  ServerMessage.Caption partial(Caption.Partial caption) {
    return new ServerMessage.Caption(
        null,
        segment(caption),
        EPOCH,
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

  ServerMessage.Caption finished(long seq, Caption.Final caption) {
    return new ServerMessage.Caption(
        seq,
        segment(caption),
        EPOCH,
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
