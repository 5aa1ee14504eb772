package io.dragoman.cluster;

import static io.dragoman.cluster.TestGrid.TEN_A_SECOND;
import static io.dragoman.cluster.TestGrid.await;
import static io.dragoman.cluster.TestGrid.isKeptBy;
import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.hazelcast.cluster.ClusterState;
import com.hazelcast.map.IMap;
import com.hazelcast.splitbrainprotection.SplitBrainProtectionException;
import io.dragoman.pipeline.Caption;
import io.dragoman.session.SessionAnswer;
import io.dragoman.session.SessionAnswer.Done;
import io.dragoman.session.SessionAnswer.Held;
import io.dragoman.session.SessionAnswer.Reason;
import io.dragoman.session.SessionAnswer.Refused;
import io.dragoman.session.SessionChange;
import io.dragoman.session.SessionEvent;
import io.dragoman.session.SessionRecord;
import io.dragoman.session.SessionRecord.Owner;
import io.dragoman.session.SessionRecord.Tokens;
import io.dragoman.session.SessionRegistry;
import io.dragoman.session.SessionTerms;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What real members keep of sessions, whichever of them goes. */
@Timeout(300)
final class GridSessionsTest {
  private static final SessionTerms TERMS =
      new SessionTerms("translation", 24_000, List.of("en-US"), List.of("es"), false);

  private static final SessionTerms OTHER_TERMS =
      new SessionTerms("translation", 8_000, List.of("en-US"), List.of("es"), false);

  /** For how long what was said is kept. */
  private static final Duration KEPT = Duration.ofSeconds(60);

  private static final Duration RESUMABLE = Duration.ofSeconds(60);

  private final List<AutoCloseable> open = new ArrayList<>();

  @AfterEach
  void stop() throws Exception {
    for (AutoCloseable each : open) {
      each.close();
    }
  }

  private TestGrid three() throws Exception {
    TestGrid grid = TestGrid.of(3);
    open.add(grid);
    return grid;
  }

  @Test
  void whatWasCommittedOutlivesEitherOfItsKeepers() throws Exception {
    for (boolean original : new boolean[] {true, false}) {
      TestGrid grid = three();
      Grid teller = grid.get(0);
      String sid = sidKeptElsewhere(teller, original ? grid.get(1) : null);
      SessionRegistry before = teller.sessions(RESUMABLE, KEPT);
      SessionChange.Begin begin = begin(sid, teller);
      make(before, begin);
      Owner owner = begin.fresh().owner();
      assertEquals(
          new Done(3),
          make(before, new SessionChange.Append(owner, List.of(said(2), covered(3))), sid));

      // The one that keeps the original, or the session's own node, which may keep the copy.
      Grid doomed = original ? grid.get(1) : teller;
      grid.kill(doomed);

      Grid survivor = grid.all().getLast();
      SessionRegistry after = survivor.sessions(RESUMABLE, KEPT);
      Owner next = new Owner(survivor.node(), 7, 1);
      SessionRecord record =
          assertInstanceOf(
                  Held.class,
                  make(
                      after,
                      new SessionChange.Resume(next, 2_000, TERMS, "token", "next", 1, 0, true),
                      sid))
              .record();
      assertEquals(List.of(said(2), covered(3)), record.events());
      assertEquals(1, record.owed().size());
      assertEquals(2, record.owner().epoch());
      assertEquals(
          new Refused(Reason.TAKEN_OVER),
          make(after, new SessionChange.Append(owner, List.of(said(4))), sid),
          "the old owner, should it live");
    }
  }

  /** Of a session whose partition a member owns; any other but the teller's if null. */
  private static String sidKeptElsewhere(Grid teller, @Nullable Grid by) {
    for (int i = 0; ; i++) {
      String sid = "session-for-tests-" + i;
      if (by == null ? !isKeptBy(teller.hazelcast(), sid) : isKeptBy(by.hazelcast(), sid)) {
        return sid;
      }
    }
  }

  /**
   * As it is for a moment where a node is cut off, and has given up only one of the others: it sees
   * a majority, but half of what it keeps had its copy at the one that it gave up.
   */
  @Test
  void nothingIsCommittedUntilItHasACopy() throws Exception {
    TestGrid grid = three();
    Grid keeper = grid.get(0);
    SessionRegistry registry = keeper.sessions(RESUMABLE, KEPT);
    List<String> sids =
        IntStream.range(0, 60)
            .mapToObj(number -> "s" + number)
            .filter(sid -> isKeptBy(keeper.hazelcast(), sid))
            .toList();
    Map<String, SessionChange> renewals = new HashMap<>();
    for (String sid : sids) {
      SessionChange.Begin begin = begin(sid, keeper);
      make(registry, begin);
      renewals.put(sid, new SessionChange.Renew(begin.fresh().owner()));
    }
    await(() -> changesState(keeper, ClusterState.NO_MIGRATION));
    grid.fall(grid.get(1));
    Predicate<String> isRefused =
        sid -> isRefused(registry, requireNonNull(renewals.get(sid)), sid);
    long refused = sids.stream().filter(isRefused).count();
    assertTrue(refused > 0 && refused < sids.size(), () -> refused + " of " + sids.size());

    await(() -> changesState(keeper, ClusterState.ACTIVE));
    await(() -> sids.stream().noneMatch(isRefused));
  }

  /** Not while partitions are about to move. */
  private static boolean changesState(Grid member, ClusterState state) {
    try {
      member.hazelcast().getCluster().changeClusterState(state);
      return true;
    } catch (IllegalStateException e) {
      return false;
    }
  }

  private static boolean isRefused(SessionRegistry registry, SessionChange change, String sid) {
    try {
      assertEquals(new Done(1), make(registry, change, sid));
      return false;
    } catch (ExecutionException e) {
      assertInstanceOf(SplitBrainProtectionException.class, e.getCause());
      return true;
    } catch (InterruptedException | TimeoutException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void racingClaimsHaveOneWinnerAndWhatNobodyRenewsGoes() throws Exception {
    TestGrid grid = three();
    try (ExecutorService racing = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int round = 0; round < 10; round++) {
        String sid = "s" + round;
        List<Future<SessionAnswer>> claims = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
          Grid member = grid.get(i % 3);
          claims.add(
              racing.submit(
                  () -> make(member.sessions(Duration.ofSeconds(2), KEPT), begin(sid, member))));
        }
        int won = 0;
        for (Future<SessionAnswer> claim : claims) {
          won += claim.get() instanceof Held ? 1 : 0;
        }
        assertEquals(1, won);
      }
    }
    Grid other = grid.get(1);
    grid.kill(grid.get(0));
    await(() -> other.hazelcast().getMap(GridSessionRegistry.MAP).isEmpty());
    assertEquals(
        new Refused(Reason.UNKNOWN),
        make(
            other.sessions(RESUMABLE, KEPT),
            new SessionChange.Resume(
                new Owner("n", 7, 1), 2_000, TERMS, "token", "next", 1, 0, true),
            "s1"));
  }

  @Test
  void aSplitThatHealsKeepsTheClientsNewestAttempt() throws Exception {
    List<String> addresses = TestGrid.freeAddresses(2);
    List<Grid> halves = new ArrayList<>();
    for (String address : addresses) {
      Grid half = Grid.start(TestGrid.config("n", address, List.of(address)), TEN_A_SECOND);
      halves.add(half);
      open.add(half::terminate);
    }
    SessionRegistry one = halves.get(0).sessions(RESUMABLE, KEPT);
    SessionRegistry other = halves.get(1).sessions(RESUMABLE, KEPT);
    assertTrue(one.isSettled() && other.isSettled());
    for (String sid : List.of("here", "there", "here-and-before", "there-and-before")) {
      SessionRegistry newer = sid.startsWith("here") ? one : other;
      SessionRegistry older = newer == one ? other : one;
      SessionChange.Begin begin = begin(sid, halves.get(0));
      make(newer, begin);
      make(older, begin);
      make(newer, resume(new Owner("n", 7, 1), 3_000), sid);
      Owner speaking = begin.fresh().owner();
      if (sid.endsWith("before")) {
        make(older, resume(new Owner("n", 5, 1), 2_000), sid);
        speaking = new Owner("n", 5, 2);
      }
      // Before attempts, the number of events does not count.
      assertEquals(
          new Done(3),
          make(older, new SessionChange.Append(speaking, List.of(said(2), covered(3))), sid));
    }

    halves.forEach(
        half ->
            half.hazelcast()
                .getConfig()
                .getNetworkConfig()
                .getJoin()
                .getTcpIpConfig()
                .setMembers(addresses));
    await(() -> !one.isSettled() && !other.isSettled());
    await(() -> halves.stream().allMatch(half -> half.size() == 2));

    IMap<String, SessionRecord> records = records(halves.getFirst());
    for (String sid : List.of("here", "there", "here-and-before", "there-and-before")) {
      // Members see each other before their entries are merged.
      await(
          () -> {
            SessionRecord kept = records.get(sid);
            return kept != null && kept.owner().equals(new Owner("n", 7, 2));
          });
    }
    await(() -> one.isSettled() && other.isSettled());
  }

  @Test
  void aRecordThatAllItsKeepersLostIsBroughtBackByItsOwner() throws Exception {
    TestGrid grid = three();
    SessionRegistry registry = grid.get(0).sessions(RESUMABLE, KEPT);
    SessionChange.Begin begin = begin("lost", grid.get(0));
    make(registry, begin);
    Owner owner = begin.fresh().owner();
    grid.get(1).hazelcast().getMap(GridSessionRegistry.MAP).delete("lost");
    SessionChange append = new SessionChange.Append(owner, List.of(said(2)));
    assertEquals(new Refused(Reason.UNKNOWN), make(registry, append, "lost"));
    assertFalse(registry.isSettled(), "a node that has just come does not know what is gone");
    assertEquals(new Done(1), make(registry, new SessionChange.Restore(begin.fresh()), "lost"));
    assertEquals(new Done(2), make(registry, append, "lost"));
    assertEquals(new Done(2), make(registry, append, "lost"), "and twice is once");
    assertTrue(make(registry, new SessionChange.End(owner), "lost") instanceof Done);
    assertEquals(
        new Refused(Reason.ENDED),
        make(
            grid.get(2).sessions(RESUMABLE, KEPT),
            new SessionChange.Restore(begin.fresh()),
            "lost"),
        "but not once it has ended");
  }

  @Test
  void whatWasSaidCanBeReadOnceTheSessionCannotBeResumedAnyMoreUntilItIsErased() throws Exception {
    TestGrid grid = three();
    SessionRegistry registry = grid.get(0).sessions(Duration.ofSeconds(2), KEPT);
    SessionRegistry elsewhere = grid.get(2).sessions(Duration.ofSeconds(2), KEPT);
    SessionChange.Begin begin = begin("said", grid.get(0));
    Owner owner = begin.fresh().owner();
    make(registry, begin);
    make(registry, new SessionChange.Append(owner, List.of(said(2))), "said");
    make(registry, new SessionChange.Leave(owner), "said");
    await(() -> resumed(elsewhere).equals(new Refused(Reason.UNKNOWN)));
    SessionRecord read =
        assertInstanceOf(Held.class, make(elsewhere, new SessionChange.Read("token"), "said"))
            .record();
    assertEquals(List.of(said(2)), read.events());
    assertEquals(
        new Refused(Reason.WRONG_TOKEN), make(elsewhere, new SessionChange.Read("next"), "said"));
    assertEquals(new Done(2), make(elsewhere, new SessionChange.Erase("token"), "said"));
    assertEquals(
        new Refused(Reason.UNKNOWN), make(registry, new SessionChange.Read("token"), "said"));
    assertEquals(
        new Refused(Reason.ENDED), make(registry, new SessionChange.Restore(read), "said"));
    assertEquals(
        Duration.ofSeconds(3).plus(KEPT).toMillis(),
        requireNonNull(records(grid.get(1)).getEntryView("said")).getTtl(),
        "as long as what was said may live on the other side of a split");
  }

  private static IMap<String, SessionRecord> records(Grid member) {
    return member.hazelcast().getMap(GridSessionRegistry.MAP);
  }

  /** What is answered to whoever asks for other terms, unless it cannot be resumed at all. */
  private static SessionAnswer resumed(SessionRegistry registry) {
    try {
      return make(
          registry,
          new SessionChange.Resume(
              new Owner("n", 7, 1), registry.nowMs(), OTHER_TERMS, "token", "next", 1, 0, true),
          "said");
    } catch (InterruptedException | ExecutionException | TimeoutException e) {
      throw new IllegalStateException(e);
    }
  }

  static SessionChange.Begin begin(String sid, Grid member) {
    return new SessionChange.Begin(
        new SessionRecord(
            sid,
            TERMS,
            1_000,
            new Owner(member.node(), System.nanoTime() | 1, 1),
            new Tokens("", "token"),
            1,
            0,
            0,
            List.of(),
            List.of(),
            1_000,
            Long.MAX_VALUE));
  }

  static SessionAnswer make(SessionRegistry registry, SessionChange.Begin begin)
      throws InterruptedException, ExecutionException, TimeoutException {
    return make(registry, begin, begin.fresh().sid());
  }

  private static SessionChange resume(Owner next, long askedAtMs) {
    return new SessionChange.Resume(next, askedAtMs, TERMS, "token", "next", 1, 0, true);
  }

  private static SessionAnswer make(SessionRegistry registry, SessionChange change, String sid)
      throws InterruptedException, ExecutionException, TimeoutException {
    return registry.change(sid, change).toCompletableFuture().get(60, TimeUnit.SECONDS);
  }

  private static SessionEvent said(long seq) {
    return new SessionEvent.Said(
        seq, 1, new Caption.Final(Caption.Role.SOURCE, "en-US", 0, 1, 0, 4_800, "what was said"));
  }

  private static SessionEvent covered(long seq) {
    return new SessionEvent.Covered(seq, 4_800);
  }
}
