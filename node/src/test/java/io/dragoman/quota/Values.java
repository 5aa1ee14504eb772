package io.dragoman.quota;

import io.dragoman.quota.Holder.Claim;
import io.dragoman.quota.Holder.Ending;
import io.dragoman.quota.Holder.Lease;
import io.dragoman.quota.Holder.Standing;
import io.dragoman.quota.Holder.Testimony;
import io.dragoman.quota.Holder.Vote;
import io.dragoman.quota.Ledger.Phase;
import io.dragoman.quota.Recollection.Aged;
import io.dragoman.quota.Refresh.Bond;
import io.dragoman.quota.Refresh.Landing;
import io.dragoman.quota.Refresh.Stamp;
import io.dragoman.quota.Reply.Joining;
import io.dragoman.quota.Reply.Scarcity;
import io.dragoman.quota.Reply.State;
import io.dragoman.quota.Reply.Status;
import io.dragoman.quota.Wants.Group;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Arbitrary values that the constructors allow, however unlikely. */
final class Values {
  private static final long[] EDGES = {
    0, 1, -1, 63, 64, -64, -65, Long.MAX_VALUE, Long.MIN_VALUE, Holder.NEVER, 8191, 8192
  };

  /** How long each slot of a ledger is. */
  static final long SLOT = 100_000_000;

  private final Random random;

  Values(Random random) {
    this.random = random;
  }

  Ledger ledger() {
    Ledger ledger = new Ledger(number(), number(), limits(), voters(), Bookings.none(1));
    ledger.version = number();
    ledger.phase = one(Phase.values());
    ledger.continues = bond();
    ledger.since = number();
    ledger.asOf = new Moment(number(), number());
    ledger.awake = new Moment(number(), number());
    ledger.convened = random.nextBoolean();
    ledger.blank = random.nextBoolean();
    ledger.votesFrom = number();
    ledger.majorityAt = number();
    ledger.votersSince = number();
    nodes(0).forEach(node -> ledger.put(holder(node)));
    ledger.bookings = bookings(Math.clamp(ledger.asOf.monotonic(), -1L << 60, 1L << 60));
    ledger.unknown = amount();
    ledger.unknownUntil = number();
    ledger.unknownEpoch = number();
    ledger.foreign = amount();
    ledger.foreignUntil = number();
    ledger.refusedUntil = number();
    ledger.cap = random.nextBoolean() ? Ledger.UNCAPPED : amount();
    ledger.capUntil = number();
    ledger.level = number();
    ledger.paced = amount();
    ledger.pacedFrom = number();
    return ledger;
  }

  Refresh refresh() {
    return new Refresh(
        number(),
        number(),
        number(),
        timing(),
        bond(),
        hardState(),
        maybe(this::stamp),
        number(),
        amount(),
        list(() -> new Landing(number(), number(), amount())),
        maybe(this::recollection),
        wants(),
        maybe(this::evidence),
        random.nextBoolean(),
        number());
  }

  Reply reply() {
    return new Reply(
        number(),
        number(),
        stamp(),
        one(Joining.values()),
        bond(),
        random.nextBoolean(),
        amount(),
        amount(),
        number(),
        number(),
        random.nextInt(),
        random.nextBoolean(),
        limits(),
        amount(),
        voters(),
        new Status(
            one(State.values()),
            number(),
            random.nextInt(),
            random.nextInt(),
            new Scarcity(one(Delay.Bound.values()), random.nextBoolean())),
        amount());
  }

  HardState hardState() {
    return new HardState(bond(), maybe(this::voters));
  }

  /** Any of any size, and often one of those at which something ends. */
  long number() {
    return random.nextInt(3) == 0
        ? EDGES[random.nextInt(EDGES.length)]
        : random.nextLong() >> random.nextInt(Long.SIZE);
  }

  private Holder holder(long node) {
    return new Holder(
        node,
        number(),
        one(Standing.values()),
        number(),
        random.nextBoolean() ? Lease.NONE : new Lease(amount(), number()),
        random.nextBoolean() ? Vote.NONE : new Vote(number(), number(), random.nextBoolean()),
        random.nextBoolean() ? Claim.NONE : new Claim(wants(), number(), amount()),
        maybe(() -> new Testimony(amount(), endings(), number(), amount(), number())));
  }

  private List<Ending> endings() {
    return Stream.generate(() -> new Ending(number(), amount())).limit(random.nextInt(4)).toList();
  }

  /** With gaps, and slots that have ended. */
  private Bookings bookings(long now) {
    Bookings bookings = Bookings.none(SLOT);
    for (int i = random.nextInt(20); i > 0; i--) {
      bookings = bookings.with(now + SLOT * (random.nextInt(900) - 50), amount());
    }
    return random.nextBoolean() ? bookings.at(now) : bookings;
  }

  private Recollection recollection() {
    return new Recollection(
        number(),
        number(),
        amount(),
        number(),
        number(),
        number(),
        list(() -> new Aged(number(), amount())));
  }

  private Evidence evidence() {
    return random.nextBoolean()
        ? new Evidence.Headers(amount(), amount(), number())
        : new Evidence.Refusal(number());
  }

  private Wants wants() {
    return new Wants(group(), group(), amount(), random.nextInt());
  }

  private Group group() {
    return new Group(amount(), Math.max(1, number()));
  }

  private Limits limits() {
    return new Limits(
        Math.clamp(number(), 1, 100_000_000),
        Math.clamp(number(), 1, 100_000_000_000L),
        Math.clamp(number(), 1, 100_000_000));
  }

  private Timing timing() {
    long refresh = Math.clamp(number(), 1, 1L << 60);
    long vote = refresh + 1 + random.nextInt(1_000);
    return new Timing(
        Math.max(1, number()),
        refresh,
        vote + random.nextInt(1_000),
        vote,
        Math.max(1, number()),
        Math.max(0, number()),
        Math.max(1, number()));
  }

  private Voters voters() {
    return new Voters(number(), number(), nodes(1));
  }

  private List<Long> nodes(int least) {
    TreeSet<Long> nodes = new TreeSet<>();
    for (int i = least + random.nextInt(6); i > 0; i--) {
      nodes.add(number());
    }
    return List.copyOf(nodes);
  }

  private Stamp stamp() {
    return new Stamp(bond(), number());
  }

  private Bond bond() {
    return random.nextBoolean() ? Bond.NONE : new Bond(number(), number());
  }

  private Amount amount() {
    return new Amount(number(), number());
  }

  private <T> T one(T[] all) {
    return all[random.nextInt(all.length)];
  }

  private <T> @Nullable T maybe(Supplier<T> value) {
    return random.nextBoolean() ? value.get() : null;
  }

  private <T> List<T> list(Supplier<T> value) {
    List<T> all = new ArrayList<>();
    for (int i = random.nextInt(5); i > 0; i--) {
      all.add(value.get());
    }
    return all;
  }
}
