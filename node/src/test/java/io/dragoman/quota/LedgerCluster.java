package io.dragoman.quota;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.fail;

import io.dragoman.quota.LedgerKeeper.Outcome;
import io.dragoman.quota.Requests.Request;
import io.dragoman.quota.Step.Act;
import io.dragoman.quota.Wants.Group;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/**
 * Three nodes and two processes that each take themselves for the ledger's owner, on clocks that
 * differ. A {@link Judge} checks each answer.
 */
final class LedgerCluster {
  private static final long MILLISECOND = 1_000_000;
  static final int NODES = 3;

  static final Timing TIMING = timing();

  private record Event(long at, Runnable what) {}

  private record Flight(Request request, long permit) {}

  private final class Node {
    final Lessee lessee;
    final List<Flight> flights = new ArrayList<>();
    final int number;

    Node(int number) {
      this.number = number;
      this.lessee =
          new Lessee(number, ++names, disks.get(number), rules, Charge.RESERVED, clock(number));
    }

    Moment now() {
      return clock(number);
    }
  }

  private final class Owner {
    final LedgerKeeper keeper;
    final int number;
    @Nullable Ledger copy;
    @Nullable Ledger old;

    Owner(int number) {
      this.number = number;
      this.keeper = new LedgerKeeper(++names, rules, Voters.configured(0, 1, 2), limits);
    }

    Moment now() {
      return clock(NODES + number);
    }
  }

  private final boolean mixed;
  private final Rules rules = new Rules(TIMING);
  private final PriorityQueue<Event> events =
      new PriorityQueue<>(Comparator.comparingLong(Event::at));
  private final Requests requests = new Requests(TIMING);
  private final Judge judge = new Judge(TIMING);
  private final List<Node> nodes = new ArrayList<>();

  /** What each node keeps over its restarts. */
  private final List<HardState> disks = new ArrayList<>();

  private final List<Owner> owners = new ArrayList<>();
  private Limits limits = Limits.perMinute(60, 24_000);
  private @Nullable Ledger latest;
  private long names;
  private long now = 1_000 * MILLISECOND;

  LedgerCluster() {
    this(false);
  }

  /**
   * @param mixed whether one of the nodes and one of the owners are of the previous release
   */
  LedgerCluster(boolean mixed) {
    this.mixed = mixed;
    for (int node = 0; node < NODES; node++) {
      disks.add(HardState.NONE);
      nodes.add(new Node(node));
    }
    owners.add(new Owner(0));
    owners.add(new Owner(1));
  }

  private static Timing timing() {
    Timing real = Timing.of(NODES, Duration.ofSeconds(2), Duration.ofMillis(500));
    long window = 6_000 * MILLISECOND;
    return new Timing(
        window,
        real.refresh(),
        real.lease(),
        real.vote(),
        real.call(),
        real.network(),
        real.slot());
  }

  /** A clock of its own for each process: up to 500 ppm too fast or too slow. */
  private Moment clock(int process) {
    long ppm = 250L * (process % 5) - 500;
    long running = now + now / 1_000_000 * ppm;
    return new Moment(running + process * 1_000_000_007L, running);
  }

  // What a test asks for.

  /** Lets all nodes refresh at the first owner until it grants to them. */
  void open() {
    for (int round = 0; round < 200; round++) {
      long leases = nodes.stream().filter(node -> node.lessee.holds(node.now())).count();
      if (leases == NODES && round > 0) {
        return;
      }
      round(0);
    }
    fail("the ledger does not open");
  }

  /** Every node refreshes once. */
  void round(int owner) {
    for (Node node : nodes) {
      pass(80);
      refresh(node, owners.get(owner), 0, Act.REFRESH);
    }
  }

  void play(List<Step> steps) {
    for (Step step : steps) {
      pass(step.pause());
      Node node = nodes.get(step.node());
      Owner owner = owners.get(step.owner());
      switch (step.act()) {
        case SPEND -> spend(node, (int) (1 + step.value() % 600));
        case ARRIVE -> arrive(node);
        case GIVE_BACK -> giveBack(node);
        case RESTART -> restart(node);
        case LEAVE -> leave(node, owner);
        case RAISE_LIMIT -> raise(owner);
        case OLD_COPY -> owner.copy = owner.old == null ? owner.copy : owner.old;
        case OWNER_RESTART -> restart(owner, step.value());
        case HAND_OVER -> handOver(owner, true);
        case COPY_AS_IT_IS -> handOver(owner, false);
        default -> refresh(node, owner, step.value(), step.act());
      }
    }
  }

  /** Nothing is spent any more, and time passes until nothing can count. */
  void rest() {
    pass(20_000);
    open();
    pass(20_000);
    // What nodes hold ahead of demand counts as well: they give it back.
    for (int times = 0; times < 2; times++) {
      for (Node node : nodes) {
        node.lessee.release(Amount.ZERO);
        pass(80);
        Refresh refresh = tell(node, Wants.NOTHING, false);
        deliver(node, owners.getFirst(), refresh, true);
      }
    }
  }

  void observe(Evidence evidence) {
    nodes.getFirst().lessee.observed(evidence, nodes.getFirst().now());
    refresh(nodes.getFirst(), owners.getFirst(), 0, Act.REFRESH);
  }

  void limit(Limits next) {
    limits = next;
    Owner owner = owners.getFirst();
    owner.copy = owner.keeper.limit(requireNonNull(owner.copy), next, owner.now());
  }

  /** What the ledger that answered last has booked. */
  Amount booked() {
    return requireNonNull(latest).booked();
  }

  long epoch() {
    return requireNonNull(latest).epoch();
  }

  Voters voters() {
    return requireNonNull(latest).voters;
  }

  // What happens.

  private void pass(long milliseconds) {
    long until = now + milliseconds * MILLISECOND;
    for (Event next = events.peek(); next != null && next.at <= until; next = events.peek()) {
      events.remove();
      now = next.at;
      next.what.run();
    }
    now = until;
  }

  private void spend(Node node, int tokens) {
    long permit = node.lessee.spend(tokens, node.now());
    if (permit >= 0) {
      node.flights.add(new Flight(requests.permitted(tokens, now), permit));
    }
  }

  /** The first byte of an answer to the oldest request, if it came in time. */
  private void arrive(Node node) {
    if (!node.flights.isEmpty()) {
      Flight flight = node.flights.removeFirst();
      if (now - flight.request.permittedAt <= TIMING.call()) {
        requests.proven(flight.request, now);
        node.lessee.arrived(flight.permit, node.now());
      }
    }
  }

  private void giveBack(Node node) {
    if (!node.flights.isEmpty()
        && now - node.flights.getLast().request.permittedAt < TIMING.call()) {
      Flight flight = node.flights.removeLast();
      requests.neverSent(flight.request);
      node.lessee.giveBack(flight.permit);
    }
  }

  private void leave(Node node, Owner owner) {
    if (mayGo(node)) {
      deliver(node, owner, tell(node, Wants.NOTHING, true), false);
      restart(node);
    }
  }

  private void restart(Node node) {
    if (mayGo(node)) {
      nodes.set(node.number, new Node(node.number));
    }
  }

  /** Not all of them may lose their memory: that is a start of the whole cluster. */
  private boolean mayGo(Node node) {
    return nodes.stream().allMatch(other -> other == node || other.lessee.holds(other.now()));
  }

  private void raise(Owner owner) {
    if (owner.copy != null) {
      limits = Limits.perMinute(limits.requests() + 1, limits.tokens() + 400);
      owner.copy = owner.keeper.limit(owner.copy, limits, owner.now());
    }
  }

  private void restart(Owner owner, long value) {
    Owner next = new Owner(owner.number);
    next.copy = value % 3 == 0 ? null : value % 3 == 1 ? owner.old : owner.copy;
    owners.set(owner.number, next);
  }

  private void handOver(Owner owner, boolean sealed) {
    if (owner.copy != null) {
      Owner other = owners.get(1 - owner.number);
      owner.old = owner.copy;
      other.copy = sealed ? owner.keeper.seal(owner.copy, owner.now()) : owner.copy;
    }
  }

  private void refresh(Node node, Owner owner, long value, Act act) {
    Wants wants =
        new Wants(
            new Group(Amount.of(4, 1_600), FairShare.WHOLE / 20), Group.NONE, Amount.of(2, 800), 1);
    Refresh refresh = tell(node, wants, false);
    switch (act) {
      case LOSE_REFRESH -> {}
      case LOSE_REPLY -> deliver(node, owner, refresh, false);
      case DELAY -> later(value, () -> deliver(node, owner, refresh, true));
      case DOUBLE -> {
        deliver(node, owner, refresh, true);
        later(value, () -> deliver(node, owner, refresh, true));
      }
      default -> deliver(node, owner, refresh, true);
    }
  }

  private Refresh tell(Node node, Wants wants, boolean leaving) {
    Refresh refresh = node.lessee.refresh(wants, leaving, node.now());
    disks.set(node.number, refresh.remembered());
    return refresh;
  }

  private void later(long milliseconds, Runnable what) {
    events.add(new Event(now + milliseconds * MILLISECOND, what));
  }

  private void deliver(Node node, Owner owner, Refresh refresh, boolean replied) {
    boolean previous = mixed && owner.number == 1;
    Refresh heard =
        previous || (mixed && node.number == 2) ? PreviousRevision.of(refresh) : refresh;
    Outcome outcome = owner.keeper.refresh(owner.copy, heard, owner.now());
    if (now % 7 == 0) {
      owner.old = owner.copy;
    }
    owner.copy = previous ? PreviousRevision.of(outcome.ledger()) : outcome.ledger();
    latest = outcome.ledger();
    if (replied) {
      node.lessee.replied(outcome.reply(), node.now());
    }
    check(owner, refresh, outcome);
  }

  private void check(Owner owner, Refresh refresh, Outcome outcome) {
    judge.exact(refresh, outcome, owner.now().monotonic());
    if (!outcome.reply().granted().isZero()) {
      judge.granted(outcome, limits.amount(), truth());
    }
  }

  /** What counts, or may. */
  private Amount truth() {
    Amount truth = requests.counted(now);
    for (Node node : nodes) {
      truth = node.lessee.holds(node.now()) ? truth.plus(node.lessee.unspent()) : truth;
    }
    return truth;
  }
}
