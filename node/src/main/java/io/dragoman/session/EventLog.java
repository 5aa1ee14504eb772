package io.dragoman.session;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.dragoman.pipeline.Caption;
import java.util.AbstractList;
import java.util.Arrays;
import java.util.List;
import java.util.RandomAccess;

/**
 * The last events of a session, in their order. Immutable; one more costs about the same however
 * many there are, since all chunks but the last are shared.
 */
final class EventLog extends AbstractList<SessionEvent> implements RandomAccess {
  private static final EventLog EMPTY = new EventLog(new SessionEvent[0][], 0, 0);

  private static final int CHUNK = 64;

  /** What an event takes beside its text. */
  private static final int EVENT_BYTES = 64;

  /** All are full, but the last one may not be. */
  private final SessionEvent[][] chunks;

  private final int size;
  private final long bytes;

  private EventLog(SessionEvent[][] chunks, int size, long bytes) {
    this.chunks = chunks;
    this.size = size;
    this.bytes = bytes;
  }

  static EventLog of(List<SessionEvent> events) {
    if (events instanceof EventLog log) {
      return log;
    }
    EventLog log = EMPTY;
    for (SessionEvent event : events) {
      log = log.and(event);
    }
    return log;
  }

  /** The log with one event more. */
  EventLog and(SessionEvent event) {
    boolean full = size % CHUNK == 0;
    SessionEvent[][] more = Arrays.copyOf(chunks, chunks.length + (full ? 1 : 0));
    int last = more.length - 1;
    more[last] = full ? new SessionEvent[1] : Arrays.copyOf(more[last], size % CHUNK + 1);
    more[last][size % CHUNK] = event;
    return new EventLog(more, size + 1, bytes + bytes(event));
  }

  /** The log without its oldest events, as many as it takes for the others to fit. */
  EventLog within(long mostBytes) {
    long left = bytes;
    int dropped = 0;
    while (left > mostBytes && dropped < size) {
      left -= bytes(get(dropped++));
    }
    return dropped == 0 ? this : of(List.copyOf(subList(dropped, size)));
  }

  /** The events after a place; the later it is, the less it costs. */
  List<SessionEvent> after(long seq) {
    int from = size;
    while (from > 0 && get(from - 1).seq() > seq) {
      from--;
    }
    return List.copyOf(subList(from, size));
  }

  /** What it takes: the texts in UTF-8, and 64 bytes for each event. */
  long bytes() {
    return bytes;
  }

  @Override
  public SessionEvent get(int index) {
    return chunks[index / CHUNK][index % CHUNK];
  }

  @Override
  public int size() {
    return size;
  }

  private static long bytes(SessionEvent event) {
    return event instanceof SessionEvent.Said(_, _, Caption.Final caption)
        ? bytes(caption)
        : EVENT_BYTES;
  }

  /** What one caption takes. */
  static long bytes(Caption.Final caption) {
    return EVENT_BYTES + caption.text().getBytes(UTF_8).length;
  }
}
