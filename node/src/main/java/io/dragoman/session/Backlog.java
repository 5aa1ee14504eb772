package io.dragoman.session;

import io.dragoman.protocol.ServerMessage;
import io.dragoman.protocol.ServerMessage.Caption;
import io.dragoman.websocket.Frames;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What waits to be sent to one client, and in which order: pongs and pings, then messages, then
 * partial captions; a close after all messages, and nothing after it. Not thread-safe.
 *
 * <p>A partial is replaced by a newer one of its role and language, and dropped once its final is
 * there, so there are never more of them than lanes. Of pings only the newest is answered.
 */
final class Backlog {

  private record Lane(ServerMessage.Role role, String lang) {
    static Lane of(Caption caption) {
      return new Lane(caption.role(), caption.lang());
    }
  }

  private final Deque<Outgoing.Message> messages = new ArrayDeque<>();
  private long bytes;
  private final Map<Lane, Outgoing.Partial> partials = new LinkedHashMap<>();
  private byte @Nullable [] pong;
  private boolean ping;
  private Outgoing.@Nullable Close close;

  /** Adds a message; one with a final caption drops the partial that it replaces. */
  void add(ServerMessage message) {
    if (message instanceof Caption caption) {
      partials.computeIfPresent(
          Lane.of(caption),
          (lane, partial) -> partial.caption().seg().equals(caption.seg()) ? null : partial);
    }
    Outgoing.Message added = Outgoing.Message.of(message);
    messages.add(added);
    bytes += added.frame().length;
  }

  /** Adds a partial caption, in place of an older one. */
  void addPartial(Caption caption) {
    partials.put(Lane.of(caption), new Outgoing.Partial(caption, System.nanoTime()));
  }

  void pong(byte[] payload) {
    pong = payload;
  }

  void ping() {
    ping = true;
  }

  /** Sets the last frame. */
  void close(int code, String reason) {
    close = new Outgoing.Close(Frames.close(code, reason));
  }

  /** Drops the messages that wait. */
  void clear() {
    messages.clear();
    bytes = 0;
  }

  /** How many messages wait, beside partials. */
  int messages() {
    return messages.size();
  }

  /** How many bytes they have. */
  long bytes() {
    return bytes;
  }

  /** Takes what is to be sent next; null when nothing waits. */
  @Nullable Outgoing poll() {
    byte[] answer = pong;
    if (answer != null) {
      pong = null;
      return new Outgoing.Control(Frames.pong(answer));
    }
    if (ping) {
      ping = false;
      return new Outgoing.Control(Frames.ping());
    }
    Outgoing.Message message = messages.poll();
    if (message != null) {
      bytes -= message.frame().length;
      return message;
    }
    return close != null ? close : pollPartial();
  }

  private Outgoing.@Nullable Partial pollPartial() {
    Iterator<Outgoing.Partial> oldest = partials.values().iterator();
    if (!oldest.hasNext()) {
      return null;
    }
    Outgoing.Partial partial = oldest.next();
    oldest.remove();
    return partial;
  }
}
