package io.dragoman.cluster;

import static io.dragoman.cluster.TestGrid.TEN_A_SECOND;
import static io.dragoman.cluster.TestGrid.await;
import static io.dragoman.cluster.TestGrid.grant;
import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.hazelcast.map.IMap;
import io.dragoman.cluster.LedgerOperation.Ask;
import io.dragoman.cluster.LedgerOperation.Seal;
import io.dragoman.cluster.LedgerOperation.SetLimits;
import io.dragoman.quota.Amount;
import io.dragoman.quota.Charge;
import io.dragoman.quota.Evidence;
import io.dragoman.quota.Gate;
import io.dragoman.quota.HardState;
import io.dragoman.quota.Ledger;
import io.dragoman.quota.Lessee;
import io.dragoman.quota.Limits;
import io.dragoman.quota.Load;
import io.dragoman.quota.Permit;
import io.dragoman.quota.Policy;
import io.dragoman.quota.QuotaMeter;
import io.dragoman.quota.QuotaUse;
import io.dragoman.quota.Refresh;
import io.dragoman.quota.Reply;
import io.dragoman.quota.Rules;
import io.dragoman.quota.SessionQuota;
import io.dragoman.quota.Voters;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Three real members and what they promise together. */
@Timeout(300)
final class GridTest {

  private static TestGrid grid;

  @BeforeAll
  static void start() throws Exception {
    grid = TestGrid.of(3);
  }

  @AfterAll
  static void stop() {
    grid.close();
  }

  @Test
  void permitsFlowOnAllNodesAtTheLimitsPaceAndNoFaster() throws Exception {
    ConcurrentLinkedQueue<Long> arrivals = new ConcurrentLinkedQueue<>();
    int enough = 60;
    List<SessionQuota> sessions =
        grid.all().stream().map(member -> grid.quota(member).gate().open(1)).toList();
    await(() -> grid.all().stream().allMatch(GridTest::isNormal));
    try (ExecutorService asking = Executors.newVirtualThreadPerTaskExecutor()) {
      for (SessionQuota session : sessions) {
        for (int i = 0; i < 8; i++) {
          asking.execute(() -> hammer(session, arrivals, enough));
        }
      }
    }
    sessions.forEach(SessionQuota::close);
    List<Long> sorted = arrivals.stream().sorted().toList();
    // Half a second's worth may come at once, and what nodes held ahead: two requests each,
    // doubled.
    int ahead = 5 + 12;
    for (int i = 0; i + ahead < enough; i++) {
      double seconds = (sorted.get(enough - 1) - sorted.get(i)) / 1e9;
      int count = enough - 1 - i;
      assertTrue(count <= 10.1 * seconds + ahead, "%d in %.2f s".formatted(count, seconds));
    }
    double took = (sorted.get(enough - 1) - sorted.getFirst()) / 1e9;
    assertTrue(took < 60, "%d took %.1f s".formatted(enough, took));
  }

  private static void hammer(
      SessionQuota session, ConcurrentLinkedQueue<Long> arrivals, int enough) {
    while (arrivals.size() < enough) {
      try (Permit permit = grant(session)) {
        arrivals.add(permit.since());
        permit.arrived();
      }
    }
  }

  private static boolean isNormal(Grid member) {
    return grid.quota(member).meter().use().state() == QuotaUse.State.NORMAL;
  }

  @Test
  void everyNodeTellsTheSameOfTheQuota() {
    try (SessionQuota session = grid.quota(grid.get(1)).gate().open(1)) {
      grant(session).arrived();
    }
    for (Grid member : grid.all()) {
      QuotaMeter meter = grid.quota(member).meter();
      QuotaUse use =
          await(
              meter::use,
              it -> it.votes() == 3 && it.needed() == 2 && it.state() == QuotaUse.State.NORMAL);
      assertEquals(new Load(600, 240_000), use.limit());
      assertTrue(requireNonNull(use.used()).requests() >= 1, use::toString);
      assertEquals(Duration.ZERO, use.remaining());
    }
  }

  /** Of 600 requests and 240,000 tokens, the upstream says. */
  @Test
  void whatSomebodyElseUsesIsToldByEveryNode() {
    Amount limit = Amount.of(600, 240_000);
    Amount remaining = Amount.of(300, 100_000);
    try (SessionQuota session = grid.quota(grid.get(2)).gate().open(1);
        Permit permit = grant(session)) {
      permit.arrived();
      permit.observed(new Evidence.Headers(limit, remaining, Duration.ofSeconds(5).toNanos()));
    }
    for (Grid member : grid.all()) {
      QuotaMeter meter = grid.quota(member).meter();
      // The rest is booked: by this test and those before it.
      Load others = await(meter::usedByOthers, it -> it.requests() > 0);
      assertEquals(200, (double) others.requests(), 100);
      assertEquals(130_000, (double) others.tokens(), 10_000);
    }
    await(() -> grid.quota(grid.get(0)).meter().usedByOthers().equals(Load.NONE));
  }

  @Test
  void anOperationThatRunsTwiceGrantsOnce() {
    LedgerOwners owners =
        new LedgerOwners(
            9, Voters.configured(1), 1, Map.of("q", TEN_A_SECOND), new SystemMoments());
    owners.open();
    Rules rules = new Rules(TEN_A_SECOND.timing(1));
    Lessee lessee =
        new Lessee(1, 1, HardState.NONE, rules, Charge.RESERVED, new SystemMoments().get());
    MapEntry entry = new MapEntry();
    await(
        () -> {
          Ask ask = new Ask(owners, wanting(lessee));
          Reply first = requireNonNull(ask.process(entry));
          Reply second = requireNonNull(ask.process(entry));
          assertTrue(second.granted().isZero(), second::toString);
          lessee.replied(first, new SystemMoments().get());
          return !first.granted().isZero();
        });
  }

  /** A ledger that comes to it until then goes on to the next owner as it came. */
  @Test
  void aProcessKeepsNoLedgerBeforeItIsKnownToKeepBooksAsTheOthersDo() {
    LedgerOwners owners =
        new LedgerOwners(
            9, Voters.configured(1), 1, Map.of("q", TEN_A_SECOND), new SystemMoments());
    Rules rules = new Rules(TEN_A_SECOND.timing(1));
    Lessee lessee =
        new Lessee(1, 1, HardState.NONE, rules, Charge.RESERVED, new SystemMoments().get());
    MapEntry entry = new MapEntry();

    assertNull(new Ask(owners, wanting(lessee)).process(entry));
    assertNull(entry.getValue());
    owners.open();
    assertNotNull(new Ask(owners, wanting(lessee)).process(entry));
  }

  private static Refresh wanting(Lessee lessee) {
    Gate gate =
        new Gate(lessee, new Rules(TEN_A_SECOND.timing(1)), Policy.FAIR, TEN_A_SECOND.limits());
    return gate.refresh(false, new SystemMoments().get());
  }

  /** An entry of the grid's map. */
  private static final class MapEntry implements Map.Entry<String, Ledger> {
    private @Nullable Ledger ledger;

    @Override
    public String getKey() {
      return "q";
    }

    @Override
    @SuppressWarnings("NullAway") // As the grid's own, where there is none yet.
    public Ledger getValue() {
      return ledger;
    }

    @Override
    public Ledger setValue(Ledger value) {
      ledger = value;
      return value;
    }
  }

  @Test
  void nobodySealsTheBooksOfAnother() {
    await(() -> grid.all().stream().allMatch(GridTest::isNormal));
    LedgerOwners owners =
        new LedgerOwners(9, Voters.configured(1), 1, Map.of(), new SystemMoments());
    for (Grid member : grid.all()) {
      IMap<String, Ledger> ledgers = member.hazelcast().getMap(GridQuota.MAP);
      assertEquals(false, ledgers.executeOnKey(GridQuota.NAME, new Seal(owners, 9)));
    }
    grid.all().forEach(member -> assertTrue(isNormal(member), "and nothing has changed"));
  }

  @Test
  void aQuotaThatTheOwnerDoesNotKnowIsAnsweredAtOnce() {
    LedgerOwners owners =
        new LedgerOwners(9, Voters.configured(1), 1, Map.of(), new SystemMoments());
    Rules rules = new Rules(TEN_A_SECOND.timing(3));
    Lessee lessee =
        new Lessee(1, 1, HardState.NONE, rules, Charge.RESERVED, new SystemMoments().get());
    Refresh refresh = wanting(lessee);
    for (Grid member : grid.all()) {
      IMap<String, Ledger> ledgers = member.hazelcast().getMap(GridQuota.MAP);
      assertNull(ledgers.executeOnKey("other", new Ask(owners, refresh)));
      Limits limits = TEN_A_SECOND.limits();
      assertEquals(
          LimitsAnswer.UNKNOWN,
          ledgers.executeOnKey("other", new SetLimits(owners, 9, "t", limits, limits)));
    }
  }
}
