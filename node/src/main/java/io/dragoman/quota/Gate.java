package io.dragoman.quota;

import io.dragoman.quota.Delay.Bound;
import io.dragoman.quota.Delay.Cause;
import io.dragoman.quota.FairQueue.Session;
import io.dragoman.quota.QuotaRequest.Priority;
import io.dragoman.quota.Reply.Status;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * A node's door to the language model: who may send a request now, and who waits for what. It
 * decides from the node's lease alone. Not thread-safe; nothing here reads a clock.
 */
public final class Gate {

  /** A permit that was not given. */
  public static final long NONE = -1;

  /** A session is taken to want at most so many times what it got since the last refresh. */
  private static final int REACH = 4;

  /** In how many refreshes a large request is forgotten, roughly. */
  private static final int FADES = 100;

  /** What is given at a refresh is taken as the mean of about so many. */
  private static final int SMOOTHING = 8;

  /** The tokens to hold for a request where none is known. */
  private static final long TYPICAL = 1_000;

  /** A session that asked for nothing for so long shares in nothing. */
  private static final long ACTIVE = 300_000_000_000L;

  private final Lessee lessee;
  private final Rules rules;
  private final Policy policy;
  private final FairQueue queue;

  /** In no order; each knows its place, so that it is taken out at no cost. */
  private final List<Session> sessions = new ArrayList<>();

  private Limits limits;
  private Amount limit;

  /** Sessions with partials that were late at the last refresh. */
  private final Deque<Session> late = new ArrayDeque<>();

  private final Lag lag = new Lag();
  private final Pace pace;

  /** The fair level at the last reply. */
  private long level;

  /** By how much it rose then. */
  private long risen;

  /** The same, smoothed: what a session that waits is given at a refresh, as a dominant share. */
  private long rise;

  // Since the last refresh, to guess what the next one needs.
  private long spentRequests;
  private long spentTokens;

  /** The tokens of the largest request lately. */
  private long largest = TYPICAL;

  /**
   * @param limits what to assume of them until the ledger tells
   */
  public Gate(Lessee lessee, Rules rules, Policy policy, Limits limits) {
    this.lessee = lessee;
    this.rules = rules;
    this.policy = policy;
    this.queue = new FairQueue(rules);
    this.pace = new Pace(rules.timing().refresh());
    this.limits = limits;
    this.limit = limits.amount();
  }

  /**
   * A session that begins on this node.
   *
   * @param id unique among the sessions of this node
   * @param weight its part in the fair share, 1 to 1000
   */
  public Session open(long id, int weight) {
    Session session =
        new Session(id, weight, policy == Policy.EQUAL ? new Usage(rules.timing().window()) : null);
    session.place = sessions.size();
    sessions.add(session);
    return session;
  }

  /** A session is over: what it still waits for is answered by nobody. */
  public void close(Session session) {
    for (Ticket head = session.head(); head != null; head = session.head()) {
      queue.remove(head);
    }
    if (session.place != Session.CLOSED) {
      Session last = sessions.removeLast();
      if (last != session) {
        sessions.set(session.place, last);
        last.place = session.place;
      }
      session.place = Session.CLOSED;
    }
  }

  /** Why no request with so many tokens can ever pass; null where it can. */
  public @Nullable String impossible(long tokens) {
    if (tokens < 1) {
      return "a request needs at least 1 token, not " + tokens;
    }
    return tokens <= limits.tokens()
        ? null
        : "a request of %d tokens can never fit into a limit of %d a minute"
            .formatted(tokens, limits.tokens());
  }

  /**
   * A permit at once, or {@link #NONE}: somebody waits already, the lease does not cover it, or
   * what it covers is to last.
   *
   * @throws IllegalArgumentException for a request that is {@link #impossible}
   */
  public long take(Session session, long tokens, Moment now) {
    requirePossible(tokens);
    session.seen = now.monotonic();
    if (!queue.isEmpty() || !may(session, tokens, now) || pace.due(now.monotonic()) > 0) {
      return NONE;
    }
    long permit = lessee.spend(tokens, now);
    if (permit != NONE) {
      queue.charge(session, Amount.of(1, tokens), limit);
      spent(session, tokens, now);
    }
    return permit;
  }

  /**
   * Lets a request wait until {@link #next} answers it.
   *
   * @param deadline by when it should be sent, on the monotonic clock: orders finals, and ends
   *     partials
   * @throws IllegalArgumentException for a request that is {@link #impossible}
   */
  public Ticket await(Session session, Priority priority, long tokens, long deadline, Moment now) {
    requirePossible(tokens);
    session.seen = now.monotonic();
    largest = Math.max(largest, tokens);
    Ticket ticket = new Ticket(session, priority, tokens, deadline, now.monotonic());
    queue.add(ticket);
    return ticket;
  }

  private void requirePossible(long tokens) {
    String impossible = impossible(tokens);
    if (impossible != null) {
      throw new IllegalArgumentException(impossible);
    }
  }

  /** Takes back a request that waits. */
  public void cancel(Ticket ticket) {
    queue.remove(ticket);
  }

  /**
   * The next request that need not wait any longer; null when the others must: then ask again after
   * every {@link #await} and {@link #replied}, and when {@link #due} has passed.
   */
  public @Nullable Ticket next(Moment now) {
    Ticket stale = stale(now);
    if (stale != null) {
      return ended(stale, Ticket.State.DROPPED);
    }
    Ticket ticket = head(now);
    if (ticket == null) {
      return null;
    }
    if (ticket.priority == Priority.PARTIAL && now.monotonic() > ticket.deadline) {
      return ended(ticket, Ticket.State.DROPPED);
    }
    if (isImpossible(ticket)) {
      return ended(ticket, Ticket.State.IMPOSSIBLE);
    }
    if (pace.due(now.monotonic()) > 0) {
      return null;
    }
    ticket.permit = lessee.spend(ticket.tokens, now);
    if (ticket.permit == NONE) {
      return null;
    }
    queue.grant(ticket, Amount.of(1, ticket.tokens), limit);
    spent(ticket.session, ticket.tokens, now);
    ticket.state = Ticket.State.GRANTED;
    return ticket;
  }

  /** In how many nanoseconds {@link #next} may have more, if nothing else happens before. */
  public OptionalLong due(Moment now) {
    long due = pace.due(now.monotonic());
    return queue.isEmpty() || due == 0 ? OptionalLong.empty() : OptionalLong.of(due);
  }

  /** A partial whose time was over at the last refresh, wherever it waited. */
  private @Nullable Ticket stale(Moment now) {
    for (Session session = late.peek(); session != null; session = late.peek()) {
      Ticket stale = session.stale(now.monotonic());
      if (stale != null) {
        return stale;
      }
      late.remove();
    }
    return null;
  }

  /** The limit was lowered beneath it. */
  private boolean isImpossible(Ticket ticket) {
    return ticket.tokens > limit.tokens();
  }

  private Ticket ended(Ticket ticket, Ticket.State state) {
    queue.remove(ticket);
    ticket.state = state;
    return ticket;
  }

  private @Nullable Ticket head(Moment now) {
    Ticket ticket = queue.next();
    while (ticket != null && !isImpossible(ticket) && !may(ticket.session, ticket.tokens, now)) {
      queue.park(ticket.session);
      ticket = queue.next();
    }
    return ticket;
  }

  /** Why a request waits, and how long still. */
  public Delay why(Ticket ticket, Moment now) {
    Reply last = lessee.last();
    if (last == null) {
      return new Delay(Cause.LEASE, Bound.REQUESTS, Amount.ZERO, 0);
    }
    Status status = last.status();
    Cause cause =
        last.joining() == Reply.Joining.REFUSED ? Cause.CONFIGURATION : cause(status, now);
    long refreshes = rules.timing().window() / rules.timing().refresh();
    Session session = ticket.session;
    Amount share = limit.times(rise * refreshes * session.weight(), FairShare.WHOLE);
    long before =
        queue.before(ticket) + FairShare.dominant(session.upTo(ticket), limit) / session.weight();
    long turn = rise == 0 ? 0 : Scale.of(rules.timing().refresh(), before, rise);
    long remaining = cause == Cause.SHARE ? turn : status.remaining();
    return new Delay(cause, status.bound(), share, remaining);
  }

  private Cause cause(Status status, Moment now) {
    return switch (status.state()) {
      case GATHERING -> Cause.GATHERING;
      case NO_MAJORITY -> Cause.NO_MAJORITY;
      case SEALED -> Cause.HANDOVER;
      case QUARANTINE -> Cause.QUARANTINE;
      case REFUSED -> Cause.REFUSED;
      case NORMAL -> lessee.holds(now) ? Cause.SHARE : Cause.LEASE;
    };
  }

  /** What the node tells the ledger now. */
  public Refresh refresh(boolean leaving, Moment now) {
    Wants wants = wants(now);
    spentRequests = 0;
    spentTokens = 0;
    largest = Math.max(TYPICAL, largest - largest / FADES);
    Refresh refresh = lessee.refresh(wants, leaving, now);
    level = lessee.level();
    return refresh;
  }

  /** Takes the ledger's answer. */
  public void replied(Reply reply, Moment now) {
    lessee.replied(reply, now);
    limits = reply.limits();
    limit = limits.amount();
    risen = lessee.level() - level;
    level = lessee.level();
    lag.risen(risen);
    rise = (rise * (SMOOTHING - 1) + risen) / SMOOTHING;
    queue.unpark();
    pace.begin(lessee.unspent(), scarce(), now.monotonic());
  }

  private Wants wants(Moment now) {
    Wants.Sum sum = new Wants.Sum(limit, REACH * Math.max(rise, risen));
    int active = 0;
    late.clear();
    for (Session session : sessions) {
      lag.grown(session.takeGrowth(), session.weight());
      if (now.monotonic() - session.seen < ACTIVE) {
        active++;
      }
      if (session.stale(now.monotonic()) != null) {
        late.add(session);
      }
      Ticket head = session.head();
      if (head != null && may(session, head.tokens, now)) {
        sum.add(session.finals(), session.partials(), session.weight(), Amount.of(1, head.tokens));
      }
    }
    Amount ahead = ahead();
    lessee.release(sum.usable(lessee.unspent()).plus(Amount.of(1, largest)).max(ahead));
    Amount unspent = lessee.holds(now) ? lessee.unspent() : Amount.ZERO;
    long whole = Math.max(1, rise) * Lag.REFRESHES;
    return sum.with(ahead.minus(unspent).orZero(), active, whole, lag.sooner(whole, scarce()))
        .without(unspent);
  }

  /** What to hold for requests to come: nothing where somebody waits. */
  private Amount ahead() {
    if (scarce()) {
      return Amount.ZERO;
    }
    return Amount.of(Math.max(2, 2 * spentRequests), Math.max(2 * largest, 2 * spentTokens))
        .min(limit);
  }

  private boolean scarce() {
    Reply last = lessee.last();
    return last != null && last.scarce();
  }

  /** Whether the policy, and what the upstream named, let a request pass some time soon. */
  private boolean may(Session session, long tokens, Moment now) {
    Reply last = lessee.last();
    return last == null
        || (tokens <= last.ceiling().tokens() && hasShareLeft(session, last.active(), now));
  }

  private boolean hasShareLeft(Session session, int active, Moment now) {
    if (session.usage == null) {
      return true;
    }
    Amount share = limit.times(1, Math.max(1, active)).max(Amount.of(1, 0));
    return share.covers(session.usage.within(now.monotonic()).plus(Amount.of(1, 0)));
  }

  private void spent(Session session, long tokens, Moment now) {
    pace.spent(tokens);
    spentRequests++;
    spentTokens += tokens;
    largest = Math.max(largest, tokens);
    if (session.usage != null) {
      session.usage.add(now.monotonic(), tokens);
    }
  }
}
