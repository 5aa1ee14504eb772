package io.dragoman.quota;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dragoman.quota.FairQueue.Session;
import io.dragoman.quota.QuotaRequest.Priority;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class FairQueueTest {
  private static final Amount LIMIT = Amount.of(4_500, 1_800_000);
  private static final int[] SIZES = {100, 120, 550, 625};

  /** The dominant share of the largest request. */
  private static final double LARGEST = 625.0 / LIMIT.tokens();

  private final FairQueue queue = new FairQueue(rules());

  @Property(tries = 100)
  void whoWaitsAllTheTimeIsNeverFurtherAheadThanOneRequest(
      @ForAll @Size(min = 2, max = 8) List<@IntRange(min = 1, max = 5) Integer> weights,
      @ForAll long seed) {
    FairQueue own = new FairQueue(rules());
    Random random = new Random(seed);
    List<Session> sessions = sessions(weights);
    sessions.forEach(session -> own.add(partial(session, random)));
    for (int i = 0; i < 500; i++) {
      own.add(partial(grant(own).session(), random));
      for (Session session : sessions) {
        double ahead = ahead(own, session);
        assertTrue(ahead <= LARGEST / session.weight() + 1e-6, "ahead by " + ahead);
      }
    }
  }

  @Property(tries = 100)
  void withFinalsNobodyIsFurtherAheadThanTwoRequests(
      @ForAll @Size(min = 2, max = 8) List<@IntRange(min = 1, max = 5) Integer> weights,
      @ForAll long seed) {
    FairQueue own = new FairQueue(rules());
    Random random = new Random(seed);
    List<Session> sessions = sessions(weights);
    sessions.forEach(session -> own.add(partial(session, random)));
    for (int i = 0; i < 500; i++) {
      Session lucky = sessions.get(random.nextInt(sessions.size()));
      own.add(new Ticket(lucky, Priority.FINAL, SIZES[random.nextInt(SIZES.length)], i, 0));
      Ticket next = grant(own);
      if (next.priority() == Priority.PARTIAL) {
        own.add(partial(next.session(), random));
      }
      for (Session session : sessions) {
        Ticket last = partial(session, random);
        own.add(last);
        double ahead = (double) own.before(last) / FairShare.WHOLE;
        own.remove(last);
        assertTrue(ahead <= (1 + 1.0 / session.weight()) * LARGEST + 1e-6, "ahead by " + ahead);
      }
    }
  }

  @Test
  void aLargeRequestIsForgotten() {
    List<Session> two = sessions(List.of(1, 1));
    queue.charge(two.get(0), Amount.of(1, 100_000), LIMIT);
    queue.charge(two.get(1), Amount.of(1, 100_000), LIMIT);
    for (int i = 0; i < 20_000; i++) {
      queue.charge(two.get(i % 2), Amount.of(1, 100), LIMIT);
    }
    assertTrue(finalsAheadOfAPartial(two) <= 3);
  }

  @Property(tries = 50)
  void whatASessionIsGivenFollowsItsWeight(
      @ForAll @Size(min = 2, max = 6) List<@IntRange(min = 1, max = 9) Integer> weights) {
    FairQueue own = new FairQueue(rules());
    List<Session> sessions = sessions(weights);
    int[] given = new int[sessions.size()];
    sessions.forEach(session -> own.add(new Ticket(session, Priority.PARTIAL, 100, 0, 0)));
    int rounds = 50 * weights.stream().mapToInt(Integer::intValue).sum();
    for (int i = 0; i < rounds; i++) {
      Session session = grant(own).session();
      given[(int) session.id()]++;
      own.add(new Ticket(session, Priority.PARTIAL, 100, 0, 0));
    }
    for (int number = 0; number < given.length; number++) {
      assertEquals(50.0 * weights.get(number), given[number], weights.get(number) + 1);
    }
  }

  @Test
  void aFinalGoesAheadAndIsRepaid() {
    List<Session> two = sessions(List.of(1, 1));
    Ticket partial = add(two.get(0), Priority.PARTIAL, 1);
    Ticket last = add(two.get(1), Priority.FINAL, 2);
    assertSame(last, grant(queue));
    Ticket own = add(two.get(1), Priority.PARTIAL, 3);
    assertSame(partial, grant(queue), "it borrowed, so the other is next");
    assertSame(own, grant(queue));
  }

  @Test
  void finalsGoInTheOrderOfTheirDeadlines() {
    List<Session> three = sessions(List.of(1, 1, 1));
    Ticket late = add(three.get(0), Priority.FINAL, 30);
    Ticket soon = add(three.get(1), Priority.FINAL, 10);
    Ticket middle = add(three.get(2), Priority.FINAL, 20);
    assertSame(soon, grant(queue));
    assertSame(middle, grant(queue));
    assertSame(late, grant(queue));
  }

  @Test
  void furtherAheadThanOneRequestAFinalWaitsForItsTurn() {
    assertEquals(2, finalsAheadOfAPartial(sessions(List.of(1, 1))), "one is due, and one ahead");
  }

  private int finalsAheadOfAPartial(List<Session> two) {
    for (int i = 0; i < 10; i++) {
      add(two.get(0), Priority.FINAL, i);
      add(two.get(1), Priority.PARTIAL, i);
    }
    int finals = 0;
    while (grant(queue).session() == two.get(0)) {
      finals++;
    }
    return finals;
  }

  @Test
  void whoWakesBeginsWhereTheOthersAre() {
    List<Session> two = sessions(List.of(1, 1));
    for (int i = 0; i < 100; i++) {
      add(two.get(0), Priority.PARTIAL, 0);
      grant(queue);
    }
    for (int i = 0; i < 20; i++) {
      add(two.get(0), Priority.PARTIAL, 0);
      add(two.get(1), Priority.PARTIAL, 0);
    }
    int own = 0;
    for (int i = 0; i < 20; i++) {
      own += grant(queue).session() == two.get(1) ? 1 : 0;
    }
    assertEquals(10, own, 1);
  }

  @Test
  void whoIsParkedDoesNotHoldUpTheOthers() {
    List<Session> two = sessions(List.of(1, 1));
    Ticket first = add(two.get(0), Priority.FINAL, 1);
    Ticket second = add(two.get(1), Priority.FINAL, 2);
    queue.park(two.get(0));
    assertSame(second, grant(queue));
    assertNull(queue.next());
    assertTrue(queue.isEmpty());
    queue.unpark();
    assertSame(first, grant(queue));
  }

  @Property(tries = 100)
  void whateverComesAndGoesTheLeastServedIsNext(@ForAll long seed) {
    FairQueue own = new FairQueue(rules());
    Random random = new Random(seed);
    List<Session> sessions = sessions(List.of(1, 2, 3, 1, 2, 3, 1, 2, 3, 1));
    List<Ticket> waiting = new ArrayList<>();
    for (int i = 0; i < 400; i++) {
      switch (random.nextInt(4)) {
        case 0, 1 -> {
          Ticket ticket = partial(sessions.get(random.nextInt(sessions.size())), random);
          own.add(ticket);
          waiting.add(ticket);
        }
        case 2 -> {
          if (!waiting.isEmpty()) {
            own.remove(waiting.remove(random.nextInt(waiting.size())));
          }
        }
        default -> {
          Ticket next = own.next();
          assertEquals(waiting.isEmpty(), next == null);
          if (next != null) {
            assertEquals(0, own.before(next));
            own.grant(next, Amount.of(1, next.tokens()), LIMIT);
            waiting.remove(next);
          }
        }
      }
    }
  }

  /** How far a session that waits with a partial is ahead of the one that was given least. */
  private static double ahead(FairQueue queue, Session session) {
    Ticket head = session.head();
    assertNotNull(head);
    return (double) queue.before(head) / FairShare.WHOLE;
  }

  private static Rules rules() {
    return new Rules(Timing.of(5, Duration.ofSeconds(20), Duration.ofSeconds(2)));
  }

  private static List<Session> sessions(List<Integer> weights) {
    List<Session> sessions = new ArrayList<>();
    for (int weight : weights) {
      sessions.add(new Session(sessions.size(), weight, null));
    }
    return sessions;
  }

  private static Ticket partial(Session session, Random random) {
    return new Ticket(session, Priority.PARTIAL, SIZES[random.nextInt(SIZES.length)], 0, 0);
  }

  private Ticket add(Session session, Priority priority, long deadline) {
    Ticket ticket = new Ticket(session, priority, 100, deadline, 0);
    queue.add(ticket);
    return ticket;
  }

  private static Ticket grant(FairQueue from) {
    Ticket next = from.next();
    assertNotNull(next);
    from.grant(next, Amount.of(1, next.tokens()), LIMIT);
    return next;
  }
}
