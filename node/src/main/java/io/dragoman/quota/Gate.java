package io.dragoman.quota;

import io.dragoman.quota.Delay.Bound;
import io.dragoman.quota.Delay.Cause;
import io.dragoman.quota.FairQueue.Session;
import io.dragoman.quota.QuotaRequest.Priority;
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

  private final Demand demand = new Demand();
  private final Shares shares;
  private final Pace pace;

  /**
   * @param limits what to assume of them until the ledger tells
   */
  public Gate(Lessee lessee, Rules rules, Policy policy, Limits limits) {
    this.lessee = lessee;
    this.rules = rules;
    this.policy = policy;
    this.queue = new FairQueue(rules);
    this.shares = new Shares(lessee, rules.timing(), demand);
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

  /**
   * A session comes from another node, where it used so much within the last window. That counts
   * against its equal part; or, where sessions share by what they ask for, what it used beyond its
   * share puts it ahead of others, so that moving about does not pay.
   */
  public void brought(Session session, RecentUse use, Moment now) {
    if (session.place == Session.CLOSED) {
      return;
    }
    RecentUse counts = use.later(0, rules.timing().window());
    if (session.usage != null) {
      for (RecentUse.Part part : counts.parts()) {
        session.usage.add(now.monotonic() - part.age(), part.requests(), part.tokens());
      }
      return;
    }
    queue.come(session, shares.beyond(session, counts, limit), limit);
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
    demand.waits(tokens);
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

  /** Why a session's next request waits; null where none does. */
  public @Nullable Delay why(Session session, Moment now) {
    Ticket head = session.head();
    return head == null ? null : why(head, now);
  }

  /** Why a request waits, and how long still. */
  public Delay why(Ticket ticket, Moment now) {
    Reply last = lessee.last();
    long age = lessee.sinceReply(now);
    if (last == null || age > rules.timing().lease()) {
      return new Delay(Cause.LEASE, Bound.REQUESTS, Amount.ZERO, 0);
    }
    Session session = ticket.session;
    Cause cause = Delay.cause(last, lessee.holds(now));
    Amount share = shares.of(session, limit);
    if (cause != Cause.SHARE) {
      // What is held back holds up everybody, but in their turn some pass.
      long turn = cause == Cause.QUARANTINE ? turn(ticket) : 0;
      long remaining = turn > 0 ? turn : Math.max(0, last.status().remaining() - age);
      return new Delay(cause, last.status().scarcity().bound(), share, remaining);
    }
    if (ticket.tokens > last.ceiling().tokens()) {
      return new Delay(Cause.UPSTREAM, Bound.TOKENS, share, 0);
    }
    Usage usage = session.usage;
    if (usage != null && !usage.leaves(share, now.monotonic())) {
      long until = usage.until(share, now.monotonic());
      return new Delay(cause, usage.bound(share, now.monotonic()), share, until);
    }
    boolean named = last.status().scarcity().named();
    Bound bound = last.status().scarcity().bound();
    return new Delay(named ? Cause.UPSTREAM : cause, bound, share, turn(ticket));
  }

  /** How long it takes until others and its own session have been given what goes before. */
  private long turn(Ticket ticket) {
    Session session = ticket.session;
    long own = FairShare.dominant(session.upTo(ticket), limit) / session.weight();
    long rise = demand.rise();
    return rise == 0 ? 0 : Scale.of(rules.timing().refresh(), queue.before(ticket) + own, rise);
  }

  /**
   * What the node tells the ledger now.
   *
   * @param leaving gives the lease back: nothing is granted here any more
   */
  public Refresh refresh(boolean leaving, Moment now) {
    Wants wants = wants(now);
    if (leaving) {
      lessee.release(Amount.ZERO);
    }
    Refresh refresh = lessee.refresh(wants, leaving, now);
    demand.told(lessee.level());
    return refresh;
  }

  /** Takes the ledger's answer. */
  public void replied(Reply reply, Moment now) {
    lessee.replied(reply, now);
    limits = reply.limits();
    limit = limits.amount();
    demand.answered(lessee.level());
    queue.unpark();
    pace.begin(lessee.unspent(), scarce(), now.monotonic());
  }

  private Wants wants(Moment now) {
    Wants.Sum sum = demand.sum(limit);
    int active = 0;
    late.clear();
    for (Session session : sessions) {
      demand.grown(session);
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
    Amount ahead = demand.ahead(limit, scarce());
    lessee.release(demand.kept(sum, lessee.unspent(), ahead));
    Amount unspent = lessee.holds(now) ? lessee.unspent() : Amount.ZERO;
    return demand.wants(sum, unspent, ahead, active, scarce());
  }

  private boolean scarce() {
    Reply last = lessee.last();
    return last != null && last.scarce();
  }

  /** Whether the policy, and what the upstream named, let a request pass some time soon. */
  private boolean may(Session session, long tokens, Moment now) {
    Reply last = lessee.last();
    Usage usage = session.usage;
    return last == null
        || (tokens <= last.ceiling().tokens()
            && (usage == null || usage.leaves(shares.of(session, limit), now.monotonic())));
  }

  private void spent(Session session, long tokens, Moment now) {
    pace.spent(tokens);
    demand.spent(tokens);
    if (session.usage != null) {
      session.usage.add(now.monotonic(), tokens);
    }
  }
}
