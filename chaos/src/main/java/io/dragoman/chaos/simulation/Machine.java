package io.dragoman.chaos.simulation;

import io.dragoman.quota.Amount;
import io.dragoman.quota.Charge;
import io.dragoman.quota.FairQueue.Session;
import io.dragoman.quota.Gate;
import io.dragoman.quota.LedgerKeeper;
import io.dragoman.quota.Lessee;
import io.dragoman.quota.Limits;
import io.dragoman.quota.QuotaRequest.Priority;
import io.dragoman.quota.Refresh;
import io.dragoman.quota.Reply;
import io.dragoman.quota.Rules;
import io.dragoman.quota.Ticket;
import io.dragoman.quota.Voters;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** One life of a simulated node: a process that refreshes its lease, and the sessions on it. */
final class Machine {

  /**
   * After so many refreshes without an answer another one is sent; after twice as many the next.
   */
  private static final int PATIENCE = 2;

  private static final int LONGEST_PATIENCE = 8;

  private final Simulation simulation;
  private final Timeline time;
  private final int node;
  private final MachineClock clock;
  private final Chance chance;
  private final Rules rules;
  private final LedgerKeeper keeper;
  private final Lessee lessee;
  private final Gate gate;
  private final Calls calls;
  private final Account account = new Account();
  private final Map<Session, Speaker> speakers = new LinkedHashMap<>();
  private final List<Runnable> thawing = new ArrayList<>();

  private boolean alive = true;
  private boolean leaving;
  private boolean frozen;
  private int waiting;

  /** Whether it is to look again for what has become due. */
  private boolean pumping;

  private long sequence;
  private long sent;
  private long answerBy;
  private int patience = PATIENCE;
  private long leasedAt = Long.MIN_VALUE / 2;
  private @Nullable Reply last;

  Machine(Simulation simulation, int node, long incarnation, MachineClock clock, Voters voters) {
    this.simulation = simulation;
    this.time = simulation.time();
    this.node = node;
    this.clock = clock;
    this.chance = simulation.chance().split();
    this.rules = simulation.rules();
    Limits limits = simulation.limits();
    this.keeper = new LedgerKeeper(incarnation, rules, voters, limits);
    Charge charge = simulation.terms().charge();
    this.lessee = new Lessee(node, incarnation, simulation.disk(node), rules, charge, clock.now());
    this.gate = new Gate(lessee, rules, simulation.scenario().policy(), limits);
    this.calls = new Calls(simulation, this, lessee, chance);
  }

  void start() {
    time.after(chance.between(0, rules.timing().refresh()), this::tick);
  }

  int node() {
    return node;
  }

  MachineClock clock() {
    return clock;
  }

  LedgerKeeper keeper() {
    return keeper;
  }

  boolean isAlive() {
    return alive;
  }

  boolean isLeaving() {
    return leaving;
  }

  boolean isRunning() {
    return alive && !frozen;
  }

  /** What it may still spend, if its lease holds. */
  Amount unspent() {
    return isRunning() && lessee.holds(clock.now()) ? lessee.unspent() : Amount.ZERO;
  }

  /** Whether it knows itself to be one of the voters. */
  boolean isVoter() {
    return last != null && last.voters().nodes().contains((long) node);
  }

  /** Whether it has all that it may have. */
  boolean isWell() {
    return isRunning()
        && last != null
        && last.status().state() == Reply.State.NORMAL
        && lessee.holds(clock.now());
  }

  // What befalls it.

  void kill() {
    if (isRunning()) {
      simulation.flow().waiting(-waiting);
    }
    alive = false;
    waiting = 0;
  }

  /** Stops it for a while; a suspended machine's monotonic clock stands still meanwhile. */
  void freeze(long duration, boolean suspended) {
    frozen = true;
    simulation.flow().waiting(-waiting);
    starve();
    time.after(duration, () -> thaw(suspended ? duration : 0));
  }

  private void thaw(long suspended) {
    clock.suspended(suspended);
    frozen = false;
    if (alive) {
      simulation.flow().waiting(waiting);
      List<Runnable> late = List.copyOf(thawing);
      thawing.clear();
      late.forEach(this::whenRunning);
    }
  }

  /** Runs as soon as the process runs; never if it is dead. */
  void whenRunning(Runnable what) {
    if (isRunning()) {
      what.run();
    } else if (alive) {
      thawing.add(what);
    }
  }

  /** Stops in good order. */
  void leave() {
    leaving = true;
    answerBy = 0;
    refresh();
  }

  // Its lease.

  private void tick() {
    whenRunning(
        () -> {
          refresh();
          long every = rules.timing().refresh();
          time.after(every + chance.between(-every / 20, every / 20), this::tick);
        });
  }

  private void refresh() {
    if (time.now() < answerBy || simulation.grid().hasLeft(this)) {
      return;
    }
    answerBy = time.now() + patience * rules.timing().refresh();
    patience = Math.min(2 * patience, LONGEST_PATIENCE);
    boolean held = lessee.holds(clock.now());
    if (!held) {
      starve();
    }
    Amount before = lessee.unspent();
    Refresh refresh = gate.refresh(leaving, clock.now());
    Amount gone = before.minus(lessee.unspent());
    if (held) {
      account.returned(gone);
    } else {
      account.burned(gone);
    }
    balance();
    simulation.waking().refreshed(this);
    simulation.store(node, refresh.remembered());
    sequence = refresh.sequence();
    sent = time.now();
    simulation.grid().refresh(this, refresh, reply -> whenRunning(() -> replied(reply)));
  }

  private void replied(Reply reply) {
    if (reply.sequence() == sequence) {
      answerBy = 0;
      patience = PATIENCE;
      last = reply;
      if (reply.known() && reply.lease() > 0) {
        leasedAt = sent;
      }
    }
    Amount before = lessee.unspent();
    gate.replied(reply, clock.now());
    Amount got = lessee.unspent().minus(before);
    if (got.covers(Amount.ZERO)) {
      account.granted(got);
    } else {
      account.burned(Amount.ZERO.minus(got));
    }
    balance();
    pump();
    OptionalLong awaited = lessee.awaitedIn(clock.now());
    if (reply.sequence() == sequence && awaited.isPresent()) {
      refreshIn(awaited.getAsLong());
    }
  }

  private void refreshIn(long duration) {
    if (duration == 0) {
      refresh();
    } else if (duration < rules.timing().refresh()) {
      time.after(duration, () -> whenRunning(this::refresh));
    }
  }

  private void balance() {
    simulation.checker().balanced(this, account, lessee.unspent());
  }

  /** Its sessions get nothing for a while, through no fault of the sharing. */
  private void starve() {
    for (Speaker speaker : speakers.values()) {
      simulation.fairness().starved(speaker.number());
    }
  }

  // Its sessions.

  Session open(Speaker speaker) {
    Session session = gate.open(speaker.number(), simulation.terms().weight(speaker.number()));
    speakers.put(session, speaker);
    return session;
  }

  void close(Speaker speaker, Session session) {
    int before = session.waiting();
    gate.close(session);
    speakers.remove(session);
    counted(speaker, before, 0);
  }

  /** How many sessions are on it. */
  int load() {
    return speakers.size();
  }

  List<Speaker> speakers() {
    return List.copyOf(speakers.values());
  }

  /** Asks for a permit; the ticket if it has to wait. */
  @Nullable Ticket ask(
      Speaker speaker, Session session, Priority priority, int tokens, long deadline) {
    simulation.flow().asked(priority);
    long permit = gate.take(session, tokens, clock.now());
    if (permit != Gate.NONE) {
      simulation.flow().granted(priority, 0);
      send(speaker, permit, tokens);
      return null;
    }
    int before = session.waiting();
    Ticket ticket =
        gate.await(session, priority, tokens, clock.now().monotonic() + deadline, clock.now());
    counted(speaker, before, session.waiting());
    pump();
    return ticket;
  }

  void cancel(Speaker speaker, Ticket ticket) {
    Session session = ticket.session();
    int before = session.waiting();
    gate.cancel(ticket);
    counted(speaker, before, session.waiting());
  }

  /** Hands out what the lease covers. */
  private void pump() {
    for (Ticket ticket = gate.next(clock.now()); ticket != null; ticket = gate.next(clock.now())) {
      Session session = ticket.session();
      Speaker speaker = speakers.get(session);
      if (speaker == null) {
        throw new IllegalStateException("a permit for a session that is closed");
      }
      if (ticket.state() == Ticket.State.GRANTED) {
        simulation.flow().granted(ticket.priority(), clock.now().monotonic() - ticket.since());
        send(speaker, ticket.permit(), (int) ticket.tokens());
      }
      counted(speaker, session.waiting() + 1, session.waiting());
    }
    gate.due(clock.now()).ifPresent(this::pumpAfter);
  }

  private void pumpAfter(long due) {
    if (!pumping) {
      pumping = true;
      time.after(due + due / 500 + 1, () -> whenRunning(this::pumpAgain));
    }
  }

  private void pumpAgain() {
    pumping = false;
    pump();
  }

  private void counted(Speaker speaker, int before, int now) {
    if (before > 0 != now > 0) {
      simulation.fairness().waits(speaker.number(), now > 0);
      int change = now > 0 ? 1 : -1;
      waiting += change;
      if (isRunning()) {
        simulation.flow().waiting(change);
      }
    }
  }

  private void send(Speaker speaker, long permit, int tokens) {
    Amount amount = Amount.of(1, tokens);
    account.spent(amount);
    simulation.checker().permitted(this, amount, time.now() - leasedAt);
    simulation.fairness().granted(speaker.number(), amount);
    simulation.waking().granted(speaker);
    calls.send(permit, tokens);
  }
}
