package io.dragoman.quota;

import org.jspecify.annotations.Nullable;

/**
 * Requests of one kind that a session waits for, in their order. Not thread-safe.
 *
 * <p>The tickets are linked to each other, so that one in the middle is taken out at no cost.
 */
final class Line {
  private @Nullable Ticket first;
  private @Nullable Ticket last;
  private int size;
  private long tokens;

  boolean isEmpty() {
    return first == null;
  }

  @Nullable Ticket first() {
    return first;
  }

  int size() {
    return size;
  }

  /** What all of them want. */
  Amount wanted() {
    return Amount.of(size, tokens);
  }

  void add(Ticket ticket) {
    ticket.line = this;
    ticket.before = last;
    if (last == null) {
      first = ticket;
    } else {
      last.after = ticket;
    }
    last = ticket;
    size++;
    tokens += ticket.tokens;
  }

  void remove(Ticket ticket) {
    Ticket before = ticket.before;
    Ticket after = ticket.after;
    if (before == null) {
      first = after;
    } else {
      before.after = after;
    }
    if (after == null) {
      last = before;
    } else {
      after.before = before;
    }
    ticket.line = null;
    ticket.before = null;
    ticket.after = null;
    size--;
    tokens -= ticket.tokens;
  }
}
