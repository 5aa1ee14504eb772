package io.dragoman.session;

import io.dragoman.protocol.Codec;
import io.dragoman.protocol.ServerMessage;
import io.dragoman.protocol.ServerMessage.Caption;
import io.dragoman.websocket.Frames;
import org.jspecify.annotations.Nullable;

/** Something to be sent to a client. */
@SuppressWarnings("ArrayRecordComponent") // Never compared.
sealed interface Outgoing {

  /** As it goes over the wire. */
  byte[] frame();

  /** A ping or a pong, of which a client's application may hear nothing. */
  record Control(byte[] frame) implements Outgoing {}

  /** The last frame. */
  record Close(byte[] frame) implements Outgoing {}

  /**
   * A message.
   *
   * @param captionSince since when the caption in it waits, on the monotonic clock; null if it is
   *     no caption
   */
  record Message(byte[] frame, @Nullable Long captionSince) implements Outgoing {
    static Message of(ServerMessage message) {
      Long since = message instanceof Caption ? (Long) System.nanoTime() : null;
      return new Message(Frames.text(Codec.encode(message)), since);
    }
  }

  /**
   * A partial caption. It is written down only when its turn comes, since most never do.
   *
   * @param since since when it waits, on the monotonic clock
   */
  record Partial(Caption caption, long since) implements Outgoing {
    @Override
    public byte[] frame() {
      return Frames.text(Codec.encode(caption));
    }
  }
}
