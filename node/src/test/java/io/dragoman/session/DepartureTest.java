package io.dragoman.session;

import static java.util.Objects.requireNonNull;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.dragoman.session.SessionEndpoint.Stayed;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** How sessions leave a node that is drained, one that is cut off, and connections that are old. */
@Timeout(180)
class DepartureTest extends TwoNodeFixture {
  private static final Stayed NOBODY = new Stayed(0, 0);

  /** Completes with those who had not gone. */
  private CompletableFuture<Stayed> leave(Duration within) {
    CompletableFuture<Stayed> left = new CompletableFuture<>();
    Thread.startVirtualThread(
        () -> {
          try {
            left.complete(node.endpoint.leave(within));
          } catch (InterruptedException | RuntimeException e) {
            left.completeExceptionally(e);
          }
        });
    return left;
  }

  private static Stayed join(CompletableFuture<Stayed> left) throws Exception {
    return left.get(60, TimeUnit.SECONDS);
  }

  @Test
  void clientsAreAskedOneAfterAnotherOnceABalancerKnows() throws Exception {
    List<RawClient> clients = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      clients.add(RawClient.started(node.port(), "session-to-move-" + i));
    }
    CompletableFuture<Stayed> left = leave(Duration.ofSeconds(10));
    List<Long> deadlines = new ArrayList<>();
    for (RawClient client : clients) {
      deadlines.add(client.await("session.moving").path("deadline_ms").asLong());
    }
    assertFalse(left.isDone());
    for (RawClient client : clients) {
      client.close();
    }
    assertEquals(NOBODY, join(left));
    deadlines.sort(null);
    // The first is asked after 1 s, the last 3.2 s later; on a busy machine less apart.
    assertTrue(deadlines.getLast() <= 9_000, deadlines::toString);
    assertTrue(deadlines.getLast() - deadlines.getFirst() >= 1_600, deadlines::toString);
    assertTrue(deadlines.getFirst() >= 3_000, deadlines::toString);
  }

  @Test
  void aNodeWithoutSessionsLeavesAtOnce() throws Exception {
    try (RawClient idle = RawClient.connect(node.port(), SID)) {
      long since = System.nanoTime();
      CompletableFuture<Stayed> left = leave(Duration.ofMinutes(10));
      assertEquals(1012, idle.end().closeCode());
      assertEquals(NOBODY, join(left));
      assertTrue(System.nanoTime() - since < Duration.ofSeconds(30).toNanos());
    }
  }

  @Test
  void aSessionGoesOnElsewhereAndLosesNothing() throws Exception {
    try (RawClient client = RawClient.connect(node.port(), SID)) {
      client.text(RawClient.START);
      JsonNode started = client.await("session.started");
      client.audio(SECOND);
      client.text("{\"type\":\"finalize\"}");
      // Half a second that no final covers.
      client.audio(SECOND / 2);
      CompletableFuture<Stayed> left = leave(Duration.ofSeconds(30));
      client.await("session.moving");
      try (RawClient next = resume(other, started, 1, 0)) {
        assertEquals(24_000, next.await("session.resumed").path("from_sample").asLong());
        client.close();
        assertEquals(NOBODY, join(left));
        next.audio(SECOND / 2);
        next.text(END);
        var ending = next.end();
        assertEquals(1000, ending.closeCode());
        assertEquals(
            List.of(2L, 3L, 4L, 5L, 6L, 7L, 8L, 9L),
            ending.messages().stream()
                .filter(message -> message.has("seq"))
                .map(message -> message.path("seq").asLong())
                .toList());
      }
    }
  }

  @Test
  void whatIsSaidIsCommittedBeforeTheNodeGoesOn() throws Exception {
    try (RawClient client = RawClient.started(node.port(), SID)) {
      client.audio(SECOND);
      client.await("caption");
      node.registry.silent = true;
      client.text("{\"type\":\"finalize\"}");
      client.await("session.moving"); // What was said waits to be committed.
    }
    await().until(() -> node.recognizer.open.get() == 0);
    CompletableFuture<Stayed> left = leave(Duration.ofSeconds(30));
    node.registry.silent = false;
    assertEquals(NOBODY, join(left));
    // At least the sentence itself; what it owes is made by who resumes the session.
    assertTrue(requireNonNull(node.registry.held(SID)).seq() > 1);
  }

  @Test
  void whoHasGoneIsToldApartFromWhoStays() throws Exception {
    try (RawClient gone = RawClient.started(node.port(), SID);
        RawClient stays = RawClient.started(node.port(), "session-for-tests-2")) {
      gone.audio(SECOND);
      gone.await("caption");
      node.registry.silent = true;
      gone.abort();
      await().until(() -> node.endpoint.carrying().size() == 1);
      CompletableFuture<Stayed> left = leave(Duration.ofSeconds(1));
      stays.await("session.moving");
      assertEquals(new Stayed(1, 1), join(left));
      node.registry.silent = false;
    }
  }

  @Test
  void whoStaysIsClosedAtTheDeadlineAndNobodyIsAdmittedMeanwhile() throws Exception {
    try (RawClient client = RawClient.connect(node.port(), SID)) {
      client.text(RawClient.START);
      JsonNode started = client.await("session.started");
      CompletableFuture<Stayed> left = leave(Duration.ofSeconds(10));
      client.await("session.moving");
      assertUnavailable("leaves", "session-for-tests-2");
      try (RawClient back = resume(node, started, 1, 0)) {
        assertEnds(back, "unavailable", 4429);
      }
      assertEquals(1012, client.end().closeCode());
      join(left); // Its own connection may have closed it a moment before.
      try (RawClient next = resume(other, started, 1, 0)) {
        assertEquals(2, next.await("session.resumed").path("epoch").asInt());
      }
    }
    await().until(node::isEmpty);
  }

  @Test
  void aNodeThatIsCutOffRefusesAtOnceAndSaysWhy() throws Exception {
    try (RawClient client = RawClient.connect(node.port(), SID)) {
      client.text(RawClient.START);
      JsonNode started = client.await("session.started");
      node.registry.cutOff = true;
      assertUnavailable("does not reach a majority", "session-for-tests-2");
      try (RawClient back = resume(node, started, 1, 0)) {
        assertEnds(back, "unavailable", 4429);
      }
      node.registry.cutOff = false;
      RawClient.started(node.port(), "session-for-tests-2").close();
    }
  }

  private void assertUnavailable(String why, String sid) throws IOException {
    try (RawClient late = RawClient.connect(node.port(), sid)) {
      late.text(RawClient.START);
      JsonNode error = assertEnds(late, "unavailable", 4429);
      assertTrue(error.path("message").asText().contains(why), error::toString);
      assertTrue(error.path("retryable").asBoolean());
      assertEquals(1_000, error.path("retry_after_ms").asInt());
    }
  }

  @Test
  void anOldConnectionIsRenewedEvenAtAFullNode() throws Exception {
    limits.longest = Duration.ofSeconds(1);
    limits.sessions = 1;
    restart();
    try (RawClient client = RawClient.connect(node.port(), SID)) {
      client.text(RawClient.START);
      JsonNode started = client.await("session.started");
      client.audio(SECOND);
      assertEquals(30_000, client.await("session.moving").path("deadline_ms").asInt());
      try (RawClient stranger = RawClient.connect(node.port(), "session-for-tests-2")) {
        stranger.text(RawClient.START);
        assertEnds(stranger, "full", 4429);
      }
      try (RawClient next = resume(node, started, 1, 0)) {
        next.await("session.resumed");
        assertEnds(client, "taken_over", 4409);
        next.audio(SECOND);
        next.text(END);
        var ending = next.end();
        assertEquals(1000, ending.closeCode());
        assertEquals(List.of(), ending.of("error"));
      }
    }
    await().until(node::isEmpty);
  }
}
