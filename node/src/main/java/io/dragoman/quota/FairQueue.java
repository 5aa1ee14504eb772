package io.dragoman.quota;

import io.dragoman.quota.QuotaRequest.Priority;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Who goes next on a node: start-time fair queueing of sessions by their dominant shares, where
 * finals may go ahead. Not thread-safe. Every operation takes a time that grows with the logarithm
 * of the sessions that wait.
 *
 * <p>Every session has a virtual counter of what it was given of each dimension, per unit of
 * weight; the one whose larger counter is lowest goes first (Goyal, Vin, Cheng, "Start-time Fair
 * Queueing", 1996; for two dimensions Ghodsi et al., "Multi-Resource Fair Queueing for Packet
 * Processing", 2012, as dovetailing with a bounded memory). A final goes ahead of all partials, in
 * the order of deadlines, as long as its session is ahead of the one that was given least by no
 * more than one largest request; what it borrowed so is repaid, since its counters grew. So of two
 * sessions that wait, neither is ever further ahead than two largest requests. A session that was
 * idle begins where the others are.
 */
public final class FairQueue {

  /** Counters are kept in so many parts of {@link FairShare#WHOLE}ths. */
  private static final int PARTS = 256;

  /** By how many of the largest requests the smaller counter may lag behind the larger one. */
  private static final int MEMORY = 2;

  /** How many requests it takes until a larger one before them is forgotten, roughly. */
  private static final int FADES = 1_000;

  /** A session on this node. Only accessed by the gate's thread. */
  public static final class Session {
    private final long id;
    private final int weight;
    private final Line finals = new Line();
    private final Line partials = new Line();

    // What it was given per unit of weight, in parts of the whole limit.
    private long requests;
    private long tokens;

    /** What its counter has grown by since it was last taken, in parts of the whole limit. */
    private long grown;

    /** Whether it has waited all the time since then. */
    private boolean waited;

    /** Waits, and may not have anything for now. */
    private boolean parked;

    /** The place of a session that is closed. */
    static final int CLOSED = -1;

    /** Among the gate's sessions. */
    int place = CLOSED;

    final int[] places = {SessionHeap.OUT, SessionHeap.OUT, SessionHeap.OUT};

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

    Amount finals() {
      return finals.wanted();
    }

    Amount partials() {
      return partials.wanted();
    }

    /** Its next request; null if none waits. */
    @Nullable Ticket head() {
      Ticket first = finals.first();
      return first != null ? first : partials.first();
    }

    /** Its next partial, if that should have been sent before. */
    @Nullable Ticket stale(long now) {
      Ticket first = partials.first();
      return first != null && now > first.deadline ? first : null;
    }

    /** What it sends until that one is sent, with it. */
    Amount upTo(Ticket ticket) {
      Amount all = ticket.priority == Priority.FINAL ? Amount.ZERO : finals.wanted();
      for (Ticket one = ticket; one != null; one = one.before) {
        all = all.plus(Amount.of(1, one.tokens));
      }
      return all;
    }

    /**
     * What it was given since this was last called, per unit of weight, as a dominant share; or -1
     * if it has not waited all the time since.
     */
    long takeGrowth() {
      long growth = waited ? grown / PARTS : -1;
      grown = 0;
      waited = waiting() > 0;
      return growth;
    }

    private long counter() {
      return Math.max(requests, tokens);
    }

    private long deadline() {
      Ticket first = finals.first();
      return first == null ? Long.MAX_VALUE : first.deadline;
    }
  }

  private final Rules rules;
  private final SessionHeap waiting = new SessionHeap(0, Session::counter);

  // Sessions with finals: those that may go ahead of others, and those too far ahead.
  private final SessionHeap within = new SessionHeap(1, Session::deadline);
  private final SessionHeap beyond = new SessionHeap(2, Session::counter);
  private final List<Session> parked = new ArrayList<>();

  /** Where a session begins that has been idle: at the lowest counter of those that went last. */
  private long floor;

  /** The largest that a request has cost lately, by which a session with a final may be ahead. */
  private long largest;

  FairQueue(Rules rules) {
    this.rules = rules;
  }

  /** Whether nobody waits that may have anything. */
  boolean isEmpty() {
    return waiting.isEmpty();
  }

  void add(Ticket ticket) {
    Session session = ticket.session;
    if (session.waiting() == 0) {
      lift(session);
    }
    Line line = ticket.priority == Priority.FINAL ? session.finals : session.partials;
    line.add(ticket);
    if (line.first() == ticket) {
      arrange(session);
    }
  }

  /** Takes a request out, if it is in. */
  void remove(Ticket ticket) {
    Line line = ticket.line;
    if (line != null) {
      boolean first = line.first() == ticket;
      line.remove(ticket);
      if (first) {
        arrange(ticket.session);
      }
    }
  }

  /** Takes out the request that is next, and charges it. */
  void grant(Ticket ticket, Amount cost, Amount limit) {
    Line line = ticket.line;
    if (line != null) {
      line.remove(ticket);
    }
    charge(ticket.session, cost, limit);
  }

  /** Lets a session wait apart, which may not have anything, until {@link #unpark}. */
  void park(Session session) {
    session.parked = true;
    parked.add(session);
    arrange(session);
  }

  /** Takes back all that wait apart. */
  void unpark() {
    for (Session session : parked) {
      session.parked = false;
      arrange(session);
    }
    parked.clear();
  }

  /** The request that is next; null if none waits. */
  @Nullable Ticket next() {
    Session least = waiting.first();
    if (least == null) {
      return null;
    }
    floor = Math.max(floor, least.counter());
    Session nearest = beyond.first();
    while (nearest != null && isWithin(nearest)) {
      arrange(nearest);
      nearest = beyond.first();
    }
    Session urgent = within.first();
    while (urgent != null && !isWithin(urgent)) {
      arrange(urgent);
      urgent = within.first();
    }
    return (urgent == null ? least : urgent).head();
  }

  /**
   * What others are given before a request's turn comes, as a dominant share for each unit of
   * weight: how far its session is ahead of the one that was given least, or further than a final
   * may be.
   */
  long before(Ticket ticket) {
    Session least = waiting.first();
    if (least == null) {
      return 0;
    }
    long may = ticket.priority == Priority.FINAL ? largest / ticket.session.weight : 0;
    return Math.max(0, ticket.session.counter() - least.counter() - may) / PARTS;
  }

  /**
   * Charges a request that did not have to wait.
   *
   * @param cost what it takes of the limit
   */
  void charge(Session session, Amount cost, Amount limit) {
    if (session.waiting() == 0) {
      lift(session);
    }
    Session least = waiting.first();
    boolean ahead = least != null && session.counter() > least.counter();
    if (least == null) {
      floor = Math.max(floor, session.counter());
    }
    long ofRequests = Scale.of(cost.requests(), FairShare.WHOLE * PARTS, limit.requests());
    long ofTokens = Scale.of(cost.tokens(), FairShare.WHOLE * PARTS, limit.tokens());
    largest = Math.max(largest - largest / FADES, Math.max(ofRequests, ofTokens));
    long before = session.counter();
    session.requests = rules.repaid(session.requests, ofRequests / session.weight, ahead);
    session.tokens = rules.repaid(session.tokens, ofTokens / session.weight, ahead);
    long remembered = session.counter() - MEMORY * largest / session.weight;
    session.requests = Math.max(session.requests, remembered);
    session.tokens = Math.max(session.tokens, remembered);
    session.grown += session.counter() - before;
    arrange(session);
  }

  /**
   * A session comes from another node, where it was given so much more than others that wait. It
   * begins as far ahead of them, up to what any session may be ahead.
   */
  void come(Session session, Amount ahead, Amount limit) {
    if (session.waiting() == 0) {
      lift(session);
    }
    long most = MEMORY * largest;
    long ofRequests = Scale.of(ahead.requests(), FairShare.WHOLE * PARTS, limit.requests());
    long ofTokens = Scale.of(ahead.tokens(), FairShare.WHOLE * PARTS, limit.tokens());
    session.requests += Math.min(most, ofRequests) / session.weight;
    session.tokens += Math.min(most, ofTokens) / session.weight;
    arrange(session);
  }

  private void lift(Session session) {
    session.waited = false;
    session.requests = rules.lifted(session.requests, floor);
    session.tokens = rules.lifted(session.tokens, floor);
  }

  private boolean isWithin(Session session) {
    return session.counter() - floor <= largest / session.weight;
  }

  /** Puts a session where it belongs, after anything of it has changed. */
  private void arrange(Session session) {
    boolean waits = session.waiting() > 0 && !session.parked;
    boolean urgent = waits && !session.finals.isEmpty();
    place(session, waiting, waits);
    place(session, within, urgent && isWithin(session));
    place(session, beyond, urgent && !isWithin(session));
  }

  private static void place(Session session, SessionHeap heap, boolean in) {
    if (in) {
      heap.put(session);
    } else {
      heap.remove(session);
    }
  }
}
