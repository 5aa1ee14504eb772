package io.dragoman.session;

import static io.dragoman.session.RawClient.CLOSE;
import static io.dragoman.session.RawClient.LAST;
import static io.dragoman.session.RawClient.PING;
import static io.dragoman.session.RawClient.PONG;
import static io.dragoman.session.RawClient.START;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.dragoman.session.RawClient.Ending;
import io.dragoman.session.RawClient.Seen;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How connections live and end, seen by a client that does nothing by itself. */
@Timeout(180)
class ConnectionLifeTest extends NodeFixture {
  @Test
  void aPingIsAnsweredWithItsPayload() throws IOException {
    try (RawClient client = RawClient.connect(node.port(), SID)) {
      client.frame(LAST | PING, new byte[] {1, 2, 3});
      assertArrayEquals(new byte[] {1, 2, 3}, client.next(PONG).payload());
      client.frame(LAST | PING, new byte[125]);
      assertEquals(125, client.next(PONG).payload().length);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1000, 1001, 1003, 1011, 3000, 4999})
  void aClientsCloseIsEchoed(int code) throws IOException {
    try (RawClient client = RawClient.started(node.port(), SID)) {
      client.close(code);
      Ending ending = client.end(false);
      assertEquals(code, ending.closeCode());
      assertEquals("", ending.closeReason());
      assertFalse(ending.reset());
    }
    await().until(node::isEmpty);
    await().until(() -> node.ended("client") == 1);
  }

  @Test
  void aCloseWithoutACodeIsAnsweredWithoutOne() throws IOException {
    try (RawClient client = RawClient.connect(node.port(), SID)) {
      client.frame(LAST | CLOSE, new byte[0]);
      assertEquals(1005, client.end(false).closeCode());
    }
  }

  @Test
  void theEndThatWasAskedForIsClosedWith1000() throws IOException {
    try (RawClient client = RawClient.started(node.port(), SID)) {
      client.audio(4_800);
      client.text(END);
      Ending ending = client.end();
      assertEquals(1000, ending.closeCode());
      assertEquals("session.ended", ending.messages().getLast().path("type").asText());
    }
    await().until(node::isEmpty);
    await().until(() -> node.ended("ended") == 1);
  }

  @Test
  void aSidInUseIsClosedWith4403AndAResumeWith4404() throws IOException {
    try (RawClient client = RawClient.started(node.port(), SID);
        RawClient second = RawClient.connect(node.port(), SID);
        RawClient resuming = RawClient.connect(node.port(), "session-for-tests-2")) {
      second.text(START);
      assertEnds(second, "sid_in_use", 4403);
      resuming.text(
          START.replace(
              "\"correct\"",
              "\"resume\":{\"token\":\"t\",\"last_seq\":1,\"oldest_sample\":0},\"correct\""));
      assertEnds(resuming, "resume_unavailable", 4404);
      client.text(END);
      assertEquals(1000, client.end().closeCode());
    }
  }

  @Test
  void aFullNodeClosesWith4429AndSaysWhenToTryAgain() throws IOException {
    limits.sessions = 1;
    restart();
    try (RawClient client = RawClient.started(node.port(), SID);
        RawClient second = RawClient.connect(node.port(), "session-for-tests-2")) {
      second.text(START);
      JsonNode error = assertEnds(second, "full", 4429);
      assertTrue(error.path("retryable").asBoolean());
      assertEquals(5_000, error.path("retry_after_ms").asInt());
      client.text(END);
      assertEquals(1000, client.end().closeCode());
    }
    await().until(node::isEmpty);
    RawClient.started(node.port(), "session-for-tests-3").close();
  }

  @Test
  void aClusterThatDoesNotAnswerIsToldWith4429AndTakesNoPlace() throws IOException {
    limits.sessions = 1;
    limits.opening = Duration.ofMillis(300);
    restart();
    node.registry.away = true;
    try (RawClient client = RawClient.connect(node.port(), SID)) {
      client.text(START);
      JsonNode error = assertEnds(client, "unavailable", 4429);
      assertTrue(error.path("retryable").asBoolean());
      assertEquals(1_000, error.path("retry_after_ms").asInt());
      assertFalse(error.toString().contains("secret"));
      node.registry.away = false;
      RawClient.started(node.port(), SID).close();
    }
    await().until(node::isEmpty);
  }

  @Test
  void aSessionThatCannotBeTakenOffTheClustersListIsReleasedHere() throws IOException {
    try (RawClient client = RawClient.started(node.port(), SID)) {
      node.registry.away = true;
      client.text(END);
      assertEquals(1000, client.end().closeCode());
    }
    await().until(() -> node.endpoint.connections() == 0);
    assertEquals(0, node.endpoint.sessions());
    assertEquals(0, node.recognizer.open.get());
  }

  @Test
  void aBugIsClosedWith4500AndSaysNothingOfItself() throws IOException {
    try (RawClient client = RawClient.started(node.port(), SID)) {
      node.recognizer.broken = true;
      client.audio(4_800);
      Ending ending = client.end();
      assertEquals("internal", ending.errorCode());
      assertEquals(4500, ending.closeCode());
      assertFalse(ending.messages().toString().contains("secret"));
      assertEquals("internal", ending.closeReason());
      assertTrue(ending.of("error").getLast().path("retryable").asBoolean());
    }
    await().until(node::isEmpty);
  }

  @Test
  void aClientThatDoesNotStartIsClosedWith4408() throws IOException {
    limits.start = Duration.ofMillis(300);
    restart();
    try (RawClient client = RawClient.connect(node.port(), SID)) {
      client.text("{\"type\":\"keepalive\"}");
      assertEnds(client, "start_timeout", 4408);
    }
    await().until(node::isEmpty);
  }

  @Test
  void anIdleClientIsClosedWith4408ThoughItAnswersPings() throws IOException {
    limits.idle = Duration.ofSeconds(5);
    limits.ping = Duration.ofSeconds(1);
    restart();
    try (RawClient idle = RawClient.started(node.port(), SID);
        RawClient muted = RawClient.started(node.port(), "session-for-tests-2")) {
      Seen seen = idle.next();
      int pings = 0;
      for (; seen.opcode() != CLOSE; seen = idle.next()) {
        if (seen.opcode() == PING) {
          pings++;
          idle.frame(LAST | PONG, seen.payload());
          muted.text("{\"type\":\"keepalive\"}");
        }
      }
      assertEquals(4408, seen.closeCode());
      assertTrue(pings >= 3, "%d pings".formatted(pings));
      muted.text(END);
      assertEquals(1000, muted.end().closeCode());
    }
    await().until(() -> node.ended("idle") == 1);
  }

  @Test
  void aClientThatWaitsForTheEndIsNotIdle() throws IOException {
    limits.idle = Duration.ofSeconds(3);
    restart();
    node.recognizer.quiet = true;
    try (RawClient waiting = RawClient.started(node.port(), SID)) {
      waiting.text(END);
      try (RawClient idle = RawClient.started(node.port(), "session-for-tests-2")) {
        assertEnds(idle, "idle", 4408);
      }
      waiting.text(END);
      assertEnds(waiting, "out_of_order", 4400);
    }
  }

  @Test
  void aClientThatAnswersNoPingIsGone() throws IOException {
    limits.ping = Duration.ofMillis(300);
    restart();
    try (RawClient client = RawClient.started(node.port(), SID)) {
      await().until(node::isEmpty);
      await().until(() -> node.ended("silent") == 1);
      Ending ending = client.end();
      assertEquals(null, ending.closeCode());
    }
  }

  @Test
  void aResetReleasesEverything() throws IOException {
    RawClient client = RawClient.started(node.port(), SID);
    client.audio(4_800);
    client.abort();
    await().until(node::isEmpty);
    await().until(() -> node.ended("broken") == 1);
  }

  @Test
  void anEndOfTheStreamWithoutACloseReleasesEverything() throws IOException {
    try (RawClient client = RawClient.started(node.port(), SID)) {
      client.raw((byte) 0x82, (byte) 0xfe);
      client.halfClose();
      await().until(node::isEmpty);
    }
  }

  @Test
  void aClientThatDoesNotAnswerACloseIsCutOff() throws IOException {
    limits.patience = Duration.ofMillis(300);
    restart();
    try (RawClient client = RawClient.connect(node.port(), SID)) {
      client.text("hello");
      Ending ending = client.end(false);
      assertEquals(4400, ending.closeCode());
    }
    await().until(node::isEmpty);
    await().until(() -> node.ended("bad_message") == 1);
  }

  @Test
  void aClientThatGoesOnSendingStillHearsWhy() throws IOException {
    try (RawClient client = RawClient.connect(node.port(), SID)) {
      client.text("hello");
      for (int i = 0; i < 50; i++) {
        client.audio(9_600);
      }
      assertEnds(client, "bad_message", 4400);
    }
  }
}
