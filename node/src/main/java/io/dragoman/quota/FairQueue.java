package io.dragoman.quota;

import io.dragoman.quota.QuotaRequest.Priority;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Who goes next on a node: start-time fair queueing of sessions by their dominant shares, where
 * finals may go ahead. Not thread-safe.
 *
 * <p>Every session has a virtual counter of what it was given per unit of weight; the lowest goes
 * first (Goyal, Vin, Cheng, "Start-time Fair Queueing", 1996). A final goes ahead of all partials,
 * in the order of deadlines, as long as its session is not further ahead of the others than the
 * slack; what it borrowed so is repaid, since its counter grew. A session that was idle begins
 * where the others are.
 */
public final class FairQueue {

  /** A session on this node. Only accessed by the gate's thread. */
  public static final class Session {
    private final long id;
    private final int weight;
    private final Deque<Ticket> finals = new ArrayDeque<>(2);
    private final Deque<Ticket> partials = new ArrayDeque<>(2);
    private long counter;
    private long waitingTokens;

    /** When it last asked for something, on the node's monotonic clock. */
    long seen;

    /** Kept only where the policy needs it. */
    final @Nullable Usage usage;

    Session(long id, int weight, @Nullable Usage usage) {
      if (weight < 1 || weight > 1_000) {
        throw new IllegalArgumentException("weight: %d is not in 1..1000".formatted(weight));
      }
      this.id = id;
      this.weight = weight;
      this.usage = usage;
    }

    public long id() {
      return id;
    }

    public int weight() {
      return weight;
    }

    /** How many requests wait. */
    public int waiting() {
      return finals.size() + partials.size();
    }

    /** How far it is ahead of a counter. */
    long ahead(long of) {
      return counter - of;
    }

    Amount wanted() {
      return Amount.of(waiting(), waitingTokens);
    }

    /** Its next request; null if none waits. */
    @Nullable Ticket head() {
      Ticket first = finals.peek();
      return first != null ? first : partials.peek();
    }
  }

  private static final Comparator<Session> BY_COUNTER =
      Comparator.<Session>comparingLong(session -> session.counter)
          .thenComparingLong(session -> session.id);

  private static final Comparator<Session> BY_DEADLINE =
      Comparator.<Session>comparingLong(
              session -> session.finals.isEmpty() ? 0 : session.finals.getFirst().deadline)
          .thenComparingLong(session -> session.id);

  private final Rules rules;
  private final TreeSet<Session> waiting = new TreeSet<>(BY_COUNTER);
  private final TreeSet<Session> withFinals = new TreeSet<>(BY_DEADLINE);

  /** Where a session begins that has been idle. */
  private long floor;

  FairQueue(Rules rules) {
    this.rules = rules;
  }

  boolean isEmpty() {
    return waiting.isEmpty();
  }

  /** The sessions that wait, those that were given least first. */
  Iterable<Session> sessions() {
    return waiting;
  }

  void add(Ticket ticket) {
    Session session = ticket.session;
    leave(session);
    if (session.waiting() == 0) {
      session.counter = rules.lifted(session.counter, floor);
    }
    (ticket.priority == Priority.FINAL ? session.finals : session.partials).add(ticket);
    session.waitingTokens += ticket.tokens;
    enter(session);
  }

  /** Takes a request out, whatever its state. */
  void remove(Ticket ticket) {
    Session session = ticket.session;
    leave(session);
    boolean removed =
        (ticket.priority == Priority.FINAL ? session.finals : session.partials).remove(ticket);
    if (removed) {
      session.waitingTokens -= ticket.tokens;
    }
    enter(session);
  }

  /**
   * The request that is next; null if none waits that may go.
   *
   * @param slack how far a session with a final may be ahead of the others
   * @param may which sessions may have anything at all
   */
  @Nullable Ticket next(long slack, Predicate<Session> may) {
    Session least = first(waiting, may);
    if (least == null) {
      return null;
    }
    floor = Math.max(floor, least.counter);
    Session urgent =
        first(withFinals, session -> session.ahead(least.counter) <= slack && may.test(session));
    return urgent == null ? least.head() : urgent.finals.getFirst();
  }

  /** How far a session is ahead of the one that was given least. */
  long ahead(Session session) {
    return waiting.isEmpty() ? 0 : session.ahead(waiting.getFirst().counter);
  }

  private static @Nullable Session first(Iterable<Session> sessions, Predicate<Session> may) {
    for (Session session : sessions) {
      if (may.test(session)) {
        return session;
      }
    }
    return null;
  }

  /** Charges a request that was next. */
  void charge(Ticket ticket, long cost) {
    Session session = ticket.session;
    leave(session);
    boolean ahead = !waiting.isEmpty() && session.counter > waiting.getFirst().counter;
    session.counter = rules.repaid(session.counter, cost / session.weight, ahead);
    enter(session);
  }

  /** Charges a request that did not have to wait. */
  void charge(Session session, long cost) {
    long start = rules.lifted(session.counter, floor);
    floor = Math.max(floor, start);
    session.counter = start + cost / session.weight;
  }

  private void leave(Session session) {
    if (session.waiting() > 0) {
      waiting.remove(session);
      if (!session.finals.isEmpty()) {
        withFinals.remove(session);
      }
    }
  }

  private void enter(Session session) {
    if (session.waiting() > 0) {
      waiting.add(session);
      if (!session.finals.isEmpty()) {
        withFinals.add(session);
      }
    }
  }
}
