package io.dragoman.session;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dragoman.pipeline.Caption;
import io.dragoman.pipeline.Caption.Role;
import io.dragoman.session.SessionAnswer.Done;
import io.dragoman.session.SessionAnswer.Held;
import io.dragoman.session.SessionAnswer.Reason;
import io.dragoman.session.SessionAnswer.Refused;
import io.dragoman.session.SessionRecord.Owner;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.LongStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What a session's record promises, however changes come. */
final class SessionRecordTest {
  private static final SessionTerms TERMS =
      new SessionTerms("translation", 24_000, List.of("en-US"), List.of("es"), true);
  private static final Owner FIRST = new Owner("n1", 11, 1);
  private static final Owner SECOND = new Owner("n2", 22, 1);

  /** When clients ask to resume, unless a test says otherwise. */
  private static final long LATER = 2_000;

  private final SessionRecord fresh =
      SessionRecord.begun("session-for-tests-1", TERMS, 1_000, FIRST, "token-1");

  /** A sentence and its two captions. */
  private final SessionRecord spoken =
      with(fresh, said(2, Role.SOURCE, 0, 100), said(3, Role.CORRECTED, 0, 100));

  @Test
  void aSentenceIsCommittedTogetherWithWhatItOwes() {
    SessionRecord record = with(fresh, said(2, Role.SOURCE, 0, 100));
    assertEquals(
        List.of(Role.CORRECTED, Role.TRANSLATION),
        record.owed().stream().map(SessionRecord.Owed::role).toList());
    assertEquals(100, record.segment());
    assertEquals(100, record.fromSample());
    assertEquals(
        List.of(Role.TRANSLATION), spoken.owed().stream().map(SessionRecord.Owed::role).toList());
  }

  @Test
  void aSecondFinalForTheSameSegmentRoleAndLanguageDoesNotFit() {
    assertNull(spoken.with(said(4, Role.SOURCE, 0, 120)));
    assertNull(spoken.with(said(4, Role.CORRECTED, 0, 100)));
    assertNull(
        spoken.with(said(5, Role.TRANSLATION, 0, 100)), "nor does one with a hole before it");
    assertNull(spoken.with(said(3, Role.TRANSLATION, 0, 100)));
    assertTrue(with(spoken, said(4, Role.TRANSLATION, 0, 100)).owed().isEmpty());
  }

  @Test
  void aSegmentThatTookNoTimeIsFollowedByAnotherName() {
    SessionRecord record = with(fresh, said(2, Role.SOURCE, 0, 0));
    assertEquals(1, record.segment());
  }

  @Test
  void silenceMovesTheAudioButNotTheSegment() {
    SessionRecord record = with(spoken, new SessionEvent.Covered(4, 900));
    assertEquals(900, record.fromSample());
    assertEquals(100, record.segment());
    assertNull(record.with(new SessionEvent.Covered(5, 900)));
  }

  @Test
  void resumingFencesTheOldOwnerAndLeavesWhatIsOwed() {
    SessionRecord taken = taken(spoken, SECOND, "token-1", 2, 50);
    assertEquals(2, taken.owner().epoch());
    assertEquals(List.of(3L), seqs(taken.after(2)));
    assertEquals(1, taken.owed().size());
    assertEquals(100, taken.fromSample());
    SessionChange late =
        new SessionChange.Append(FIRST, List.of(said(4, Role.TRANSLATION, 0, 100)));
    for (SessionChange change :
        List.of(
            late,
            new SessionChange.Renew(FIRST),
            new SessionChange.Leave(FIRST),
            new SessionChange.End(FIRST),
            new SessionChange.Restore(with(spoken, said(4, Role.TRANSLATION, 0, 100))))) {
      assertEquals(
          new SessionChange.Outcome.Unchanged(new Refused(Reason.TAKEN_OVER)),
          change.applyTo(taken));
    }
  }

  @Test
  void aTokenHoldsUntilItsSuccessorIsUsed() {
    SessionRecord second = taken(spoken, SECOND, "token-1", 3, 0);
    String successor = second.tokens().current();
    SessionRecord again = taken(second, new Owner("n3", 33, 1), "token-1", 3, 0);
    assertEquals(successor, again.tokens().current(), "whoever heard of it can still use it");
    SessionRecord third = taken(again, new Owner("n3", 44, 1), successor, 3, 0);
    assertEquals(4, third.owner().epoch());
    assertRefused(Reason.WRONG_TOKEN, resume(SECOND, "token-1", 3, 0).applyTo(third));
    assertRefused(Reason.WRONG_TOKEN, resume(SECOND, "", 3, 0).applyTo(spoken));
    assertRefused(Reason.UNKNOWN, resume(SECOND, "token-1", 3, 0).applyTo(null));
  }

  /** The client gave up its first attempt, which the token of then would still admit. */
  @Test
  void anAttemptThatComesLateDoesNotTakeTheSessionFromTheNewerOne() {
    Owner older = new Owner("n3", 33, 1);
    SessionRecord taken =
        assertInstanceOf(
                Held.class, resume(SECOND, 3_000, "token-1", 3, 0).applyTo(spoken).answer())
            .record();
    assertRefused(Reason.TAKEN_OVER, resume(older, 2_999, "token-1", 3, 0).applyTo(taken));
    assertRefused(Reason.TAKEN_OVER, resume(older, 2_999, "token-1", 3, 0).applyTo(taken.left()));
    assertInstanceOf(Held.class, resume(older, 3_001, "token-1", 3, 0).applyTo(taken).answer());
  }

  @Test
  void whoAsksForSomethingElseTakesNothing() {
    SessionTerms other = new SessionTerms("translation", 24_000, List.of("en-US"), List.of(), true);
    assertRefused(
        Reason.OTHER_TERMS,
        new SessionChange.Resume(SECOND, LATER, other, "token-1", "next", 3, 0, true)
            .applyTo(spoken));
  }

  @Test
  void whatMayComeYetIsNotGivenUp() {
    assertRefused(
        Reason.BEHIND,
        new SessionChange.Resume(SECOND, LATER, TERMS, "token-1", "next", 9, 0, false)
            .applyTo(spoken));
  }

  @Test
  void audioThatTheClientHasNoMoreIsAGap() {
    SessionRecord taken = taken(spoken, SECOND, "token-1", 3, 500);
    assertEquals(List.of(new SessionEvent.Gap(4, 100, 500)), taken.after(3));
    assertEquals(500, taken.fromSample());
    assertEquals(500, taken.segment());
    assertEquals(1, taken.owed().size());
  }

  @Test
  void whatTheClusterLostIsAGapThatTheNumbersGoOnFrom() {
    SessionRecord taken = taken(spoken, SECOND, "token-1", 9, 150);
    assertEquals(List.of(new SessionEvent.Gap(10, 0, 150)), taken.after(9));
    assertEquals(10, taken.seq());
    assertEquals(150, taken.fromSample());
    assertTrue(taken.owed().isEmpty(), "the client may have it");
    assertEquals(List.of(2L, 3L, 10L), seqs(taken.events()));
  }

  @Test
  void aRecordIsBoundedAndSaysWhenItHasForgotten() {
    SessionRecord record = fresh;
    String text = "x".repeat(10_000);
    while (record.remembers(1)) {
      long at = record.segment();
      record =
          with(
              record,
              said(record.seq() + 1, Role.SOURCE, at, at + 10, text),
              said(record.seq() + 2, Role.CORRECTED, at, at + 10, text),
              said(record.seq() + 3, Role.TRANSLATION, at, at + 10, text));
    }
    int bytes = record.events().size() * 10_064;
    assertTrue(bytes <= SessionRecord.MOST_BYTES && bytes > SessionRecord.MOST_BYTES / 2);
    assertRefused(Reason.FORGOTTEN, resume(SECOND, "token-1", 1, 0).applyTo(record));
    assertInstanceOf(
        SessionChange.Outcome.Put.class,
        resume(SECOND, "token-1", record.seq() - 1, 0).applyTo(record));
  }

  @Test
  void theBoundIsOfBytesAndCountsWhatIsOwed() {
    SessionRecord record = fresh;
    // Three bytes each, and nothing is translated.
    String text = "語".repeat(10_000);
    while (record.remembers(1)) {
      long at = record.segment();
      record = with(record, said(record.seq() + 1, Role.SOURCE, at, at + 10, text));
    }
    int each = 30_064;
    int bytes = (record.events().size() + record.owed().size()) * each;
    assertTrue(bytes <= SessionRecord.MOST_BYTES && bytes > SessionRecord.MOST_BYTES / 2);
    assertEquals(2 * (record.seq() - 1), record.owed().size(), "which is never dropped");
  }

  @Test
  void whoKnowsMoreThanIsKeptBringsItBack() {
    SessionChange append =
        new SessionChange.Append(FIRST, List.of(said(4, Role.TRANSLATION, 0, 100)));
    assertRefused(Reason.BEHIND, append.applyTo(fresh));
    assertRefused(Reason.UNKNOWN, append.applyTo(null));
    SessionChange restore = new SessionChange.Restore(spoken);
    assertEquals(new SessionChange.Outcome.Put(spoken, new Done(3)), restore.applyTo(null));
    assertEquals(new SessionChange.Outcome.Put(spoken, new Done(3)), restore.applyTo(fresh));
    assertEquals(new Done(4), append.applyTo(spoken).answer());
  }

  /** The copies were lost, and an owner of before was the first to bring back what it knew. */
  @Test
  void anEarlierOwnerThatBroughtItBackGivesWayToTheLater() {
    Owner later = new Owner("n2", 2, 2);
    SessionRecord known = spoken.takenUp(later, spoken.tokens(), 2_000, spoken.seq(), 0);
    SessionChange renew = new SessionChange.Renew(later);
    SessionChange append = new SessionChange.Append(later, known.after(0));
    assertRefused(Reason.BEHIND, renew.applyTo(spoken));
    assertRefused(Reason.BEHIND, append.applyTo(spoken));
    SessionChange restore = new SessionChange.Restore(known);
    assertEquals(new SessionChange.Outcome.Put(known, new Done(3)), restore.applyTo(spoken));
    assertRefused(Reason.TAKEN_OVER, new SessionChange.Renew(FIRST).applyTo(known));
  }

  @Test
  void anEndedSessionIsNotBroughtBackByAnybody() {
    SessionRecord later = taken(spoken, SECOND, "token-1", 3, 0);
    SessionRecord ended = put(new SessionChange.End(later.owner()).applyTo(later));
    assertEquals(spoken.events(), ended.events());
    assertTrue(ended.owed().isEmpty());
    for (SessionRecord known : List.of(spoken, later)) {
      for (SessionChange change :
          List.of(
              new SessionChange.Restore(known),
              new SessionChange.Renew(known.owner()),
              new SessionChange.Append(known.owner(), List.of(said(4, Role.TRANSLATION, 0, 100))),
              new SessionChange.Leave(known.owner()),
              new SessionChange.End(known.owner()))) {
        assertRefused(Reason.ENDED, change.applyTo(ended));
      }
      assertTrue(ended.isNewerThan(known));
      assertFalse(known.isNewerThan(ended));
    }
    assertRefused(Reason.ENDED, resume(FIRST, later.tokens().current(), 3, 0).applyTo(ended));
    assertRefused(Reason.IN_USE, new SessionChange.Begin(fresh).applyTo(ended));
  }

  @Test
  void aSessionThatEndedBeforeAnythingWasSaidIsNotRevivedByAChangeThatComesLate() {
    SessionRecord ended = put(new SessionChange.End(FIRST).applyTo(fresh));
    assertRefused(Reason.IN_USE, new SessionChange.Begin(fresh).applyTo(ended));
    assertRefused(Reason.ENDED, new SessionChange.Restore(spoken).applyTo(ended));
    assertRefused(Reason.UNKNOWN, new SessionChange.Read("token-1").applyTo(ended));
  }

  @Test
  void aSessionIsBegunOnce() {
    SessionChange begin = new SessionChange.Begin(fresh);
    assertEquals(new SessionChange.Outcome.Put(fresh, new Held(fresh)), begin.applyTo(null));
    assertEquals(new Held(spoken), begin.applyTo(spoken).answer());
    SessionChange other =
        new SessionChange.Begin(
            SessionRecord.begun("session-for-tests-1", TERMS, 1_001, SECOND, "token-2"));
    assertRefused(Reason.IN_USE, other.applyTo(spoken));
    assertRefused(Reason.IN_USE, other.applyTo(spoken.left()));
  }

  /** Each attempt has the epoch 2: it was made where nobody knew of the other. */
  @Test
  void aMergeKeepsTheClientsNewestAttemptHoweverMuchAnotherHas() {
    SessionRecord abandoned =
        with(
            taken(spoken, new Owner("n1", 12, 1), "token-1", 3, 0),
            said(4, Role.TRANSLATION, 0, 100));
    SessionRecord live = put(resume(SECOND, LATER + 1, "token-1", 1, 0).applyTo(fresh));
    assertKept(live, abandoned);
    assertRefused(Reason.TAKEN_OVER, new SessionChange.Restore(abandoned).applyTo(live));
    SessionRecord again =
        taken(abandoned, new Owner("n1", 13, 1), abandoned.tokens().current(), 4, 0);
    assertKept(live, again);
    assertRefused(Reason.TAKEN_OVER, new SessionChange.Restore(again).applyTo(live));
  }

  @Test
  void aMergeKeepsAnEndAndWithinAnAttemptTheLaterEvent() {
    SessionRecord taken = taken(spoken, SECOND, "token-1", 3, 0);
    SessionRecord ended = spoken.ended();
    assertKept(spoken, fresh);
    assertKept(taken, spoken);
    assertKept(ended, taken);
    assertKept(spoken.erased(), ended);
    assertFalse(spoken.isNewerThan(spoken));
  }

  private static void assertKept(SessionRecord newer, SessionRecord older) {
    assertTrue(newer.isNewerThan(older));
    assertFalse(older.isNewerThan(newer));
  }

  /**
   * Owners that come and go commit what they hear, each believing what it last knew; every change
   * may be made twice, late, or never, and copies may fall behind or be lost, though not once more
   * before an owner has mended that. No owner says what is not committed, no client hears anything
   * twice, and none loses its session to an attempt of its own that comes late.
   */
  @Property(tries = 300)
  void nothingIsLostOrDoubledWhateverBecomesOfChanges(@ForAll long seed) {
    Random chance = new Random(seed);
    World world = new World(fresh);
    for (int step = 0; step < 200; step++) {
      switch (chance.nextInt(12)) {
        case 0 -> world.resume(chance);
        case 1, 2 -> world.thaw(chance);
        case 3 -> world.loseCopies(chance);
        default -> world.commit(chance);
      }
    }
    world.end(chance);
    world.judge();
  }

  /** One client, the owners that it has had, and what the cluster keeps. */
  private static final class World {
    private @Nullable SessionRecord kept;
    private final List<SessionRecord> before = new ArrayList<>();
    private final List<SessionRecord> owners = new ArrayList<>();
    private final List<SessionChange> sent = new ArrayList<>();
    private final List<SessionEvent> heard = new ArrayList<>();
    private String token = "token-1";
    private long claims = 100;
    private long nowMs = LATER;

    /** Whether copies were lost, and nobody who knew it all has mended it yet. */
    private boolean lost;

    World(SessionRecord fresh) {
      kept = fresh;
      owners.add(fresh);
    }

    private SessionAnswer make(SessionChange change) {
      SessionChange.Outcome outcome = change.applyTo(kept);
      if (outcome instanceof SessionChange.Outcome.Put(SessionRecord record, _)) {
        kept = record;
        before.add(record);
      }
      return outcome.answer();
    }

    /** What an owner asks for, who brings back what is not there. */
    private SessionAnswer makeWhole(SessionChange change) {
      SessionAnswer answer = make(change);
      boolean behind =
          answer.equals(new Refused(Reason.UNKNOWN))
              || answer.equals(new Refused(Reason.BEHIND))
              || (answer instanceof Done(long seq) && seq < lastHeard());
      if (behind) {
        assertTrue(lost, "nothing else lets a record fall behind");
        assertInstanceOf(Done.class, make(new SessionChange.Restore(owners.getLast())));
        answer = make(change);
      }
      lost = false;
      return answer;
    }

    /** The present owner has something to say, and its commit may be lost, or run twice. */
    void commit(Random chance) {
      SessionRecord known = owners.getLast();
      SessionRecord next = requireNonNull(known.with(event(known, chance)));
      SessionChange append = new SessionChange.Append(next.owner(), next.after(lastHeard()));
      sent.add(append);
      owners.set(owners.size() - 1, next);
      if (chance.nextInt(4) == 0) {
        return;
      }
      for (int times = 1 + chance.nextInt(2); times > 0; times--) {
        assertEquals(new Done(next.seq()), makeWhole(append));
      }
      next.after(lastHeard()).forEach(heard::add);
    }

    /** The client goes elsewhere; the owner before it may not know. */
    void resume(Random chance) {
      if (lost || chance.nextBoolean()) {
        assertInstanceOf(Done.class, makeWhole(new SessionChange.Leave(owners.getLast().owner())));
      }
      if (chance.nextBoolean()) {
        // An attempt that the client gives up; it arrives later, or never.
        sent.add(attempt());
      }
      SessionChange resume = attempt();
      sent.add(resume);
      Held held = assertInstanceOf(Held.class, make(resume));
      if (chance.nextBoolean()) {
        held = assertInstanceOf(Held.class, make(resume));
      }
      token = held.record().tokens().current();
      owners.add(held.record());
      held.record().after(lastHeard()).forEach(heard::add);
    }

    private SessionChange attempt() {
      Owner next = new Owner("n", ++claims, 1);
      return new SessionChange.Resume(
          next, ++nowMs, TERMS, token, "token-" + claims, lastHeard(), 0, true);
    }

    /** What is kept falls back to what it was, or is gone. */
    void loseCopies(Random chance) {
      lost = true;
      kept =
          before.isEmpty() || chance.nextInt(4) == 0
              ? null
              : before.get(chance.nextInt(before.size()));
    }

    /** A change that was sent long ago arrives, or an old owner goes on with what it knows. */
    void thaw(Random chance) {
      if (!sent.isEmpty()) {
        come(sent.get(chance.nextInt(sent.size())));
      }
      SessionRecord old = owners.get(chance.nextInt(owners.size()));
      if (old.owner().claim() != owners.getLast().owner().claim()) {
        come(new SessionChange.Restore(old));
      }
    }

    private void come(SessionChange late) {
      if (late instanceof SessionChange.Resume && lost) {
        // Whoever resumes what is behind hears of a gap.
        return;
      }
      SessionRecord present = kept;
      SessionAnswer answer = make(late);
      if (!lost && !isOfPresentOwner(late)) {
        assertInstanceOf(Refused.class, answer, late::toString);
        assertEquals(present, kept);
      }
    }

    private boolean isOfPresentOwner(SessionChange change) {
      long present = owners.getLast().owner().claim();
      return switch (change) {
        case SessionChange.Append append -> append.owner().claim() == present;
        case SessionChange.Resume resume -> resume.next().claim() == present;
        default -> false;
      };
    }

    /** After its end nobody changes anything any more. */
    void end(Random chance) {
      commit(chance);
      makeWhole(new SessionChange.Append(owners.getLast().owner(), owners.getLast().after(0)));
      owners.getLast().after(lastHeard()).forEach(heard::add);
      make(new SessionChange.End(owners.getLast().owner()));
      SessionRecord ended = requireNonNull(kept);
      sent.forEach(this::make);
      owners.forEach(owner -> make(new SessionChange.Restore(owner)));
      assertEquals(ended, kept);
    }

    private long lastHeard() {
      return heard.isEmpty() ? 1 : heard.getLast().seq();
    }

    void judge() {
      assertEquals(
          LongStream.range(2, 2 + heard.size()).boxed().toList(), seqs(heard), "without holes");
      Set<List<Object>> finals = new HashSet<>();
      long segment = 0;
      for (SessionEvent event : heard) {
        if (event instanceof SessionEvent.Said(_, _, Caption.Final caption)) {
          assertTrue(
              finals.add(List.of(caption.segment(), caption.role(), caption.language())),
              () -> "doubled: " + caption);
          if (caption.role() == Role.SOURCE) {
            assertEquals(segment, caption.segment(), "every segment is there");
            segment = caption.endSample();
          }
        }
      }
    }

    private static SessionEvent event(SessionRecord known, Random chance) {
      if (!known.owed().isEmpty() && chance.nextBoolean()) {
        SessionRecord.Owed owed = known.owed().getFirst();
        return said(known.seq() + 1, owed.role(), owed.said().segment(), owed.said().endSample());
      }
      return chance.nextInt(4) == 0
          ? new SessionEvent.Covered(known.seq() + 1, known.settled() + 1)
          : said(
              known.seq() + 1,
              Role.SOURCE,
              known.segment(),
              known.segment() + 1 + chance.nextInt(50));
    }
  }

  private static SessionRecord put(SessionChange.Outcome outcome) {
    return assertInstanceOf(SessionChange.Outcome.Put.class, outcome).record();
  }

  private static SessionRecord taken(
      SessionRecord record, Owner next, String token, long lastSeq, long oldestSample) {
    return assertInstanceOf(
            Held.class, resume(next, token, lastSeq, oldestSample).applyTo(record).answer())
        .record();
  }

  private static SessionChange.Resume resume(
      Owner next, String token, long lastSeq, long oldestSample) {
    return resume(next, LATER, token, lastSeq, oldestSample);
  }

  private static SessionChange.Resume resume(
      Owner next, long askedAtMs, String token, long lastSeq, long oldestSample) {
    return new SessionChange.Resume(
        next, askedAtMs, TERMS, token, "token-" + next.claim(), lastSeq, oldestSample, true);
  }

  private static void assertRefused(Reason reason, SessionChange.Outcome outcome) {
    assertEquals(new SessionChange.Outcome.Unchanged(new Refused(reason)), outcome);
  }

  private static List<Long> seqs(List<SessionEvent> events) {
    return events.stream().map(SessionEvent::seq).toList();
  }

  private static SessionRecord with(SessionRecord record, SessionEvent... events) {
    @Nullable SessionRecord next = record;
    for (SessionEvent event : events) {
      next = requireNonNull(next).with(event);
    }
    return requireNonNull(next);
  }

  static SessionEvent.Said said(long seq, Role role, long segment, long end) {
    return said(seq, role, segment, end, "text");
  }

  private static SessionEvent.Said said(long seq, Role role, long segment, long end, String text) {
    String language = role == Role.TRANSLATION ? "es" : "en-US";
    return new SessionEvent.Said(
        seq, 1, new Caption.Final(role, language, segment, 1, segment, end, text));
  }
}
