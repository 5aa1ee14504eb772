package io.dragoman.quota;

import io.dragoman.quota.FairQueue.Session;
import java.util.Arrays;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Sessions, of which the one with the lowest key is known at once: a binary heap in which every
 * session knows its place, so that any one can be moved or taken out. Among equal keys the lowest
 * id is first. Not thread-safe.
 *
 * <p>Keys are kept beside the sessions: to compare two costs no look at either.
 */
final class SessionHeap {

  /** The place of a session that is not in a heap. */
  static final int OUT = -1;

  private final int number;
  private final ToLongFunction<Session> key;
  private @Nullable Session[] sessions = new Session[16];
  private long[] keys = new long[16];
  private int size;

  /**
   * @param number which of a session's places is the one in this heap
   */
  SessionHeap(int number, ToLongFunction<Session> key) {
    this.number = number;
    this.key = key;
  }

  boolean isEmpty() {
    return size == 0;
  }

  @Nullable Session first() {
    return sessions[0];
  }

  /** Takes a session in, or moves it to where it belongs now. */
  void put(Session session) {
    int place = session.places[number];
    if (place == OUT) {
      if (size == sessions.length) {
        sessions = Arrays.copyOf(sessions, 2 * size);
        keys = Arrays.copyOf(keys, 2 * size);
      }
      place = size++;
    }
    settle(session, key.applyAsLong(session), place);
  }

  /** Takes a session out, if it is in. */
  void remove(Session session) {
    int place = session.places[number];
    if (place == OUT) {
      return;
    }
    session.places[number] = OUT;
    Session moved = sessions[--size];
    sessions[size] = null;
    if (moved != null && moved != session) {
      settle(moved, keys[size], place);
    }
  }

  private void settle(Session session, long own, int from) {
    int place = from;
    while (place > 0 && precedes(own, session, (place - 1) / 2)) {
      move((place - 1) / 2, place);
      place = (place - 1) / 2;
    }
    int child = leastChild(place);
    while (child < size && !precedes(own, session, child)) {
      move(child, place);
      place = child;
      child = leastChild(place);
    }
    set(place, session, own);
  }

  private int leastChild(int place) {
    int left = 2 * place + 1;
    int right = left + 1;
    Session session = right < size ? sessions[right] : null;
    return session != null && precedes(keys[right], session, left) ? right : left;
  }

  private boolean precedes(long own, Session session, int place) {
    if (own != keys[place]) {
      return own < keys[place];
    }
    Session other = sessions[place];
    return other == null || session.id() <= other.id();
  }

  private void move(int from, int to) {
    Session session = sessions[from];
    if (session != null) {
      set(to, session, keys[from]);
    }
  }

  private void set(int place, Session session, long own) {
    sessions[place] = session;
    keys[place] = own;
    session.places[number] = place;
  }
}
