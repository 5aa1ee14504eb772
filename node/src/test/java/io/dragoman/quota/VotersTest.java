package io.dragoman.quota;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dragoman.quota.Delay.Cause;
import io.dragoman.quota.LedgerKeeper.Outcome;
import io.dragoman.quota.QuotaRequest.Priority;
import io.dragoman.quota.Reply.State;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Who may open a ledger: over restarts, lost memories, and changes of the configuration. */
final class VotersTest {
  private static final long MILLISECOND = 1_000_000;
  private static final long SECOND = 1_000 * MILLISECOND;
  private static final Timing TIMING = Timing.of(5, Duration.ofSeconds(20), Duration.ofSeconds(2));
  private static final Limits LIMITS = Limits.perMinute(600, 240_000);

  /** A process that takes itself for the owner. */
  private final class Owner {
    final LedgerKeeper keeper;
    @Nullable Ledger copy;

    Owner(long... configured) {
      keeper = new LedgerKeeper(++names, rules, Voters.configured(configured), LIMITS);
    }

    Ledger ledger() {
      return requireNonNull(copy);
    }
  }

  private final Rules rules = new Rules(TIMING);
  private final Map<Long, Lessee> nodes = new TreeMap<>();
  private final Map<Long, HardState> disks = new HashMap<>();
  private final Map<Long, Reply> replies = new HashMap<>();
  private long names;
  private long now = SECOND;
  private long slept;
  private Owner owner = new Owner(1, 2, 3);

  @BeforeEach
  void start() {
    start(1, 2, 3);
  }

  @Test
  void theFirstStartNeedsEveryConfiguredNode() {
    run(owner, 30, 1, 2);
    assertEquals(State.GATHERING, state(1));
    assertEquals(3, status(1).majority(), "all of them are needed");
    run(owner, 10, 1, 2, 3);
    assertEquals(State.NORMAL, state(1));
    assertEquals(2, status(1).majority(), "from now on a majority will do");
  }

  @Test
  void whoRemembersItsVotersMayStartWithoutTheOthers() {
    open();
    start(1, 2, 3);
    owner = new Owner(1, 2, 3);
    run(owner, 10, 1, 2);
    assertEquals(State.QUARANTINE, state(1), "nobody knows what the third one did");
    run(owner, 90, 1, 2);
    assertEquals(State.NORMAL, state(1));
  }

  @Test
  void whoHasForgottenAllFollowsAMajorityAndMakesNone() {
    open();
    forget(2);
    start(2);
    run(owner, 20, 1, 2);
    assertEquals(State.NO_MAJORITY, state(1), "the third one may follow somebody else");
    run(owner, 5, 1, 2, 3);
    assertEquals(State.NORMAL, state(1), "two remember, and the other one learns of it");
    run(owner, 10, 1, 2);
    assertEquals(State.NORMAL, state(1));
  }

  @Test
  void aNodeThatRestartsDoesNotGoBackToAnEarlierEpoch() {
    open();
    Owner other = new Owner(1, 2, 3);
    run(other, 10, 2, 3);
    assertEquals(State.QUARANTINE, state(2));
    long newer = other.ledger().epoch();
    start(2);
    run(owner, 20, 1, 2);
    assertTrue(owner.ledger().epoch() > newer, "the first owner begins anew after the second");
    assertNotEquals(State.NORMAL, state(1), "and holds back what the third may have been granted");
  }

  @Test
  void votersFollowTheConfigurationOfTheOwnerOneAtATime() {
    open();
    handOver(new Owner(1, 2, 3, 4, 5));
    start(4, 5);
    int voters = 3;
    for (int round = 0; round < 200; round++) {
      run(owner, 0.25, 1, 2, 3, 4, 5);
      int next = owner.ledger().voters.nodes().size();
      assertTrue(next - voters <= 1, () -> "one at a time");
      voters = next;
    }
    assertEquals(List.of(1L, 2L, 3L, 4L, 5L), owner.ledger().voters.nodes());
    assertEquals(State.NORMAL, state(1), "without a quarantine");
  }

  @Test
  void aConfiguredNodeThatIsNotThereIsNoVoterYet() {
    open();
    handOver(new Owner(1, 2, 3, 4, 5));
    start(4);
    run(owner, 10, 1, 2, 3, 4);
    assertEquals(List.of(1L, 2L, 3L, 4L), owner.ledger().voters.nodes());
  }

  @Test
  void votersDoNotChangeWhileAMajorityDoesNotKnowOfTheLastChange() {
    open();
    handOver(new Owner(1, 2, 3, 4, 5));
    start(4, 5);
    run(owner, 3, 1, 2, 3);
    run(owner, 10, 4, 5);
    assertTrue(owner.ledger().voters.nodes().size() <= 4, () -> owner.ledger().voters.toString());
  }

  @Test
  void nodesThatAreConfiguredNoMoreAreTakenOffEvenWhenTheyAreGone() {
    open();
    handOver(new Owner(1, 2));
    run(owner, 10, 1, 2);
    assertEquals(List.of(1L, 2L), owner.ledger().voters.nodes());
    handOver(new Owner(1));
    run(owner, 10, 1, 2);
    assertEquals(List.of(1L), owner.ledger().voters.nodes());
    run(owner, 10, 1);
    assertEquals(State.NORMAL, state(1), "alone, as configured");
  }

  @Test
  void aNodeThatCountsOnOtherDurationsIsRefused() {
    open();
    Timing longer = Timing.of(5, Duration.ofSeconds(30), Duration.ofSeconds(2));
    Lessee lessee =
        new Lessee(2, ++names, HardState.NONE, new Rules(longer), Charge.RESERVED, moment());
    Gate gate = new Gate(lessee, rules, Policy.FAIR, LIMITS);
    Ticket ticket = gate.await(gate.open(1, 1), Priority.FINAL, 100, now + SECOND, moment());
    for (int round = 0; round < 20; round++) {
      now += 250 * MILLISECOND;
      Outcome outcome = owner.keeper.refresh(owner.copy, gate.refresh(false, moment()), moment());
      owner.copy = outcome.ledger();
      gate.replied(outcome.reply(), moment());
    }
    assertFalse(lessee.holds(moment()));
    assertEquals(Cause.CONFIGURATION, gate.why(ticket, moment()).cause());
  }

  @Test
  void aLimitThatIsRaisedAgainUncoversNothingOfWhatIsUnknown() {
    open();
    owner.copy = owner.keeper.limit(owner.ledger(), Limits.perMinute(60, 24_000), moment());
    run(owner, 1, 1, 2, 3);
    owner = newOwner(owner.copy);
    run(owner, 10, 1, 2);
    assertEquals(State.QUARANTINE, state(1));
    owner.copy = owner.keeper.limit(owner.ledger(), LIMITS, moment());
    run(owner, 0.25, 1, 2);
    long raised = LIMITS.amount().requests() - Amount.of(60, 0).requests();
    assertTrue(
        owner.ledger().booked().requests() >= raised,
        () -> "what was allowed before may still count: " + owner.ledger().booked());
  }

  /** Its clock stood still: what seems to be 20 s old may be of hours ago. */
  @Test
  void whoWasSuspendedKnowsNothingForSure() {
    open();
    for (int i = 0; i < 20; i++) {
      run(owner, 0.5, 1, 2, 3);
      nodes.values().forEach(node -> node.arrived(node.spend(1_000, moment()), moment()));
    }
    run(owner, 1, 1, 2, 3);
    Owner remembering = newOwner(null);
    run(remembering, 10, 1, 2);
    long known = remembering.ledger().unknown.requests();
    slept += 3_600 * SECOND;
    Owner suspended = newOwner(null);
    run(suspended, 10, 1, 2);
    assertEquals(
        LIMITS.amount().requests(), suspended.ledger().unknown.requests(), "the whole limit");
    assertTrue(known < LIMITS.amount().requests(), () -> "it knew something before: " + known);
  }

  // What happens.

  private Owner newOwner(@Nullable Ledger copy) {
    Owner next = new Owner(1, 2, 3);
    next.copy = copy;
    return next;
  }

  private void open() {
    run(owner, 10, 1, 2, 3);
    assertEquals(State.NORMAL, state(1));
  }

  private State state(long node) {
    return status(node).state();
  }

  private Reply.Status status(long node) {
    return requireNonNull(replies.get(node)).status();
  }

  /** The nodes begin a new life. */
  private void start(long... which) {
    for (long node : which) {
      HardState disk = disks.getOrDefault(node, HardState.NONE);
      nodes.put(node, new Lessee(node, ++names, disk, rules, Charge.RESERVED, moment()));
    }
  }

  private void forget(long node) {
    disks.remove(node);
  }

  private void handOver(Owner next) {
    next.copy = owner.keeper.seal(owner.ledger(), moment());
    owner = next;
  }

  /** Lets these nodes refresh at an owner for so many seconds. */
  private void run(Owner at, double seconds, long... which) {
    long end = now + (long) (seconds * SECOND);
    Wants wants =
        new Wants(
            new Wants.Group(Amount.of(4, 4_000), FairShare.WHOLE / 20),
            Wants.Group.NONE,
            Amount.of(2, 2_000),
            1);
    while (now < end) {
      now += TIMING.refresh();
      for (Lessee node : Arrays.stream(which).mapToObj(nodes::get).toList()) {
        Refresh refresh = node.refresh(wants, false, moment());
        disks.put(refresh.node(), refresh.remembered());
        now += MILLISECOND;
        Outcome outcome = at.keeper.refresh(at.copy, refresh, moment());
        at.copy = outcome.ledger();
        node.replied(outcome.reply(), moment());
        replies.put(refresh.node(), outcome.reply());
      }
    }
  }

  private Moment moment() {
    return new Moment(now, now + slept);
  }
}
