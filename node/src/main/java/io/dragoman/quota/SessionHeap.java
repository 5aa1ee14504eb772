package io.dragoman.quota;

import io.dragoman.quota.FairQueue.Session;
import java.util.Arrays;
import java.util.Comparator;
import org.jspecify.annotations.Nullable;

/**
 * Sessions, of which the first in some order is known at once: a binary heap in which every session
 * knows its place, so that any one can be moved or taken out. Not thread-safe.
 */
final class SessionHeap {

  /** The place of a session that is not in a heap. */
  static final int OUT = -1;

  private final int number;
  private final Comparator<Session> order;
  private @Nullable Session[] sessions = new Session[16];
  private int size;

  /**
   * @param number which of a session's places is the one in this heap
   */
  SessionHeap(int number, Comparator<Session> order) {
    this.number = number;
    this.order = order;
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
      }
      place = size++;
    }
    settle(session, place);
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
      settle(moved, place);
    }
  }

  private void settle(Session session, int from) {
    int place = from;
    Session parent = at((place - 1) / 2);
    while (place > 0 && parent != null && order.compare(session, parent) < 0) {
      set(place, parent);
      place = (place - 1) / 2;
      parent = at((place - 1) / 2);
    }
    Session child = leastChild(place);
    while (child != null && order.compare(child, session) < 0) {
      int below = child.places[number];
      set(place, child);
      place = below;
      child = leastChild(place);
    }
    set(place, session);
  }

  private @Nullable Session leastChild(int place) {
    Session left = at(2 * place + 1);
    Session right = at(2 * place + 2);
    return left == null || right == null || order.compare(left, right) < 0 ? left : right;
  }

  private @Nullable Session at(int place) {
    return place < size ? sessions[place] : null;
  }

  private void set(int place, Session session) {
    sessions[place] = session;
    session.places[number] = place;
  }
}
