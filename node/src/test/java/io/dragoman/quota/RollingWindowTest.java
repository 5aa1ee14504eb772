package io.dragoman.quota;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dragoman.quota.Decision.Bound;
import io.dragoman.quota.QuotaRequest.Priority;
import io.dragoman.quota.RollingWindow.Answer;
import io.dragoman.quota.RollingWindow.Booked;
import io.dragoman.quota.RollingWindow.Granted;
import io.dragoman.quota.RollingWindow.Refused;
import io.dragoman.quota.RollingWindow.Stale;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** The window's rules, one by one. */
final class RollingWindowTest {

  private static final QuotaConfig CONFIG =
      new QuotaConfig(
          4, 1_000, 50, Duration.ofSeconds(20), Duration.ofSeconds(2), Duration.ofSeconds(60));
  private static final long NOW = 1_000_000;

  private RollingWindow window = RollingWindow.EMPTY;
  private long sequence;

  @Test
  void grantsUntilTheRequestsAreSpent() {
    for (int i = 0; i < 4; i++) {
      assertInstanceOf(Granted.class, ask(NOW, Priority.FINAL, 1));
    }
    assertEquals(new Refused(82_250, Bound.REQUESTS), ask(NOW, Priority.FINAL, 1));
  }

  @Test
  void grantsUntilTheTokensAreSpent() {
    ask(NOW, Priority.FINAL, 900);
    assertEquals(new Refused(82_250, Bound.TOKENS), ask(NOW, Priority.FINAL, 101));
    assertInstanceOf(Granted.class, ask(NOW, Priority.FINAL, 100));
  }

  @Test
  void partialsLeaveRoomForFinals() {
    ask(NOW, Priority.PARTIAL, 1);
    ask(NOW, Priority.PARTIAL, 1);
    assertEquals(new Refused(82_250, Bound.RESERVED_FOR_FINALS), ask(NOW, Priority.PARTIAL, 1));
    assertInstanceOf(Granted.class, ask(NOW, Priority.FINAL, 1));
    assertInstanceOf(Granted.class, ask(NOW, Priority.FINAL, 1));
  }

  @Test
  void partialsKeepRoomForFinalsWhoeverFilledTheRest() {
    ask(NOW, Priority.FINAL, 1);
    assertInstanceOf(Granted.class, ask(NOW, Priority.PARTIAL, 1));
    assertInstanceOf(Refused.class, ask(NOW, Priority.PARTIAL, 1));
    assertInstanceOf(Granted.class, ask(NOW, Priority.FINAL, 1));
    assertInstanceOf(Granted.class, ask(NOW, Priority.FINAL, 1));
  }

  @Test
  void countsUntilAWindowAfterTheProof() {
    PermitId id = granted(NOW, 1_000);
    long proven = NOW + 300;
    window = window.arrived(proven, id, CONFIG);
    Refused refused = assertInstanceOf(Refused.class, ask(proven, Priority.FINAL, 1));
    assertTrue(refused.waitMs() > 60_000 && refused.waitMs() <= 60_250, refused::toString);
    long room = proven + refused.waitMs();
    assertInstanceOf(Refused.class, ask(room - 1, Priority.FINAL, 1));
    assertInstanceOf(Granted.class, ask(room, Priority.FINAL, 1));
  }

  @Test
  void countsWithoutProofUntilAWindowAfterTheLastMomentOfArrival() {
    granted(NOW, 1_000);
    assertInstanceOf(Refused.class, ask(NOW + 82_000, Priority.FINAL, 1));
    assertInstanceOf(Granted.class, ask(NOW + 82_250, Priority.FINAL, 1));
  }

  @Test
  void aProofNeverMakesABookingLonger() {
    PermitId id = granted(NOW, 1_000);
    window = window.arrived(NOW + 60_000, id, CONFIG);
    assertInstanceOf(Granted.class, ask(NOW + 82_250, Priority.FINAL, 1));
  }

  @Test
  void whatWasNeverSentMakesRoomAtOnce() {
    PermitId id = granted(NOW, 1_000);
    window = window.unspent(NOW, id, CONFIG);
    assertInstanceOf(Granted.class, ask(NOW, Priority.FINAL, 1_000));
  }

  @Test
  void saysHowLongUntilTheRequestFits() {
    PermitId first = granted(NOW, 300);
    PermitId second = granted(NOW, 300);
    granted(NOW, 400);
    window = window.arrived(NOW, first, CONFIG);
    window = window.arrived(NOW + 5_000, second, CONFIG);
    assertEquals(new Refused(60_250, Bound.TOKENS), ask(NOW, Priority.FINAL, 300));
    assertEquals(new Refused(65_250, Bound.TOKENS), ask(NOW, Priority.FINAL, 301));
  }

  @Test
  void aRefusalChangesNothing() {
    granted(NOW, 1_000);
    RollingWindow before = window;
    ask(NOW, Priority.FINAL, 1);
    assertSame(before, window);
  }

  @Test
  void theFirstSettlementDecides() {
    PermitId id = granted(NOW, 1_000);
    window = window.arrived(NOW, id, CONFIG);
    assertSame(window, window.unspent(NOW, id, CONFIG));
    assertSame(window, window.arrived(NOW + 900, id, CONFIG));
  }

  @Test
  void aBookingThatComesAfterItsSettlementBooksNothing() {
    PermitId late = new PermitId("n1", 99);
    window = window.unspent(NOW, late, CONFIG);
    Booked booked = window.book(NOW + 1_999, late, new QuotaRequest(Priority.FINAL, 1), CONFIG);
    assertEquals(new Booked(window, new Stale()), booked);
  }

  @Test
  void forgetsWhatHasEnded() {
    for (int i = 0; i < 4; i++) {
      window = window.arrived(NOW, granted(NOW, 1), CONFIG);
    }
    PermitId last = granted(NOW + 100_000, 1);
    assertTrue(window.proven().isEmpty());
    assertTrue(window.settled().isEmpty());
    assertEquals(1, window.open().size());
    assertTrue(window.open().containsKey(last));
  }

  @Test
  void whatCanNeverFitIsSaid() {
    assertEquals(null, CONFIG.impossible(new QuotaRequest(Priority.FINAL, 1_000)));
    assertEquals(
        "a request of 1001 tokens can never fit into a limit of 1000",
        CONFIG.impossible(new QuotaRequest(Priority.FINAL, 1_001)));
    assertEquals(
        "a request of 501 tokens can never fit into a limit of 500",
        CONFIG.impossible(new QuotaRequest(Priority.PARTIAL, 501)));
  }

  private PermitId granted(long nowMs, int tokens) {
    assertInstanceOf(Granted.class, ask(nowMs, Priority.FINAL, tokens));
    return new PermitId("n1", sequence);
  }

  private Answer ask(long nowMs, Priority priority, int tokens) {
    PermitId id = new PermitId("n1", ++sequence);
    Booked booked = window.book(nowMs, id, new QuotaRequest(priority, tokens), CONFIG);
    window = booked.window();
    return booked.answer();
  }
}
