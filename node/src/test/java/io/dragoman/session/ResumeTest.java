package io.dragoman.session;

import static java.util.Objects.requireNonNull;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.dragoman.pipeline.Caption;
import io.dragoman.session.RawClient.Ending;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a client hears that goes on with its session in another connection, here or elsewhere. */
@Timeout(180)
class ResumeTest extends TwoNodeFixture {
  @Test
  void anInterruptedSessionGoesOnElsewhereFromExactlyWhereItWas() throws IOException {
    JsonNode started;
    try (RawClient client = begun()) {
      started = client.await("session.started");
      client.audio(SECOND);
      client.text(FINALIZE);
      assertEquals(List.of(2L, 3L, 4L, 5L), seqs(events(client, 5)));
      // Half a second that no final covers.
      client.audio(SECOND / 2);
      client.await("caption");
      client.abort();
    }
    await().until(node::isEmpty);
    try (RawClient client = resume(other, started, 3, 20_000)) {
      JsonNode resumed = client.await("session.resumed");
      assertEquals(2, resumed.path("epoch").asInt());
      assertEquals(24_000, resumed.path("from_sample").asLong());
      assertEquals(List.of(4L, 5L), seqs(events(client, 5)));
      client.audio(SECOND / 2);
      client.text(END);
      Ending ending = client.end();
      assertEquals(1000, ending.closeCode());
      List<JsonNode> finals =
          ending.of("caption").stream()
              .filter(caption -> caption.path("final").asBoolean())
              .toList();
      assertEquals(3, finals.size());
      for (JsonNode caption : finals) {
        assertEquals(SID + ".24000", caption.path("seg").asText());
        assertEquals(2, caption.path("epoch").asInt());
      }
      assertEquals(1_500, ending.of("session.ended").getFirst().at("/usage/audio_ms").asLong());
    }
    await().until(() -> requireNonNull(node.registry.held(SID)).hasEnded());
    try (RawClient client = resume(other, started, 3, 20_000)) {
      assertEnds(client, "resume_unavailable", 4404);
    }
    assertEquals(1, other.meters.counter("dragoman.sessions.resumed").count());
  }

  @Test
  void whatIsOwedIsMadeOnceThoughTheClientSaysNothingMore() throws IOException {
    node.recognizer.silent = false;
    JsonNode started;
    try (RawClient client = begun()) {
      started = client.await("session.started");
      node.model.away = true;
      client.audio(SECOND);
      client.text(FINALIZE);
      assertEquals(List.of(2L, 3L), seqs(events(client, 3)));
      client.abort();
    }
    await().until(node::isEmpty);
    assertEquals(2, requireNonNull(node.registry.held(SID)).owed().size());
    try (RawClient client = resume(other, started, 3, 24_000)) {
      JsonNode resumed = client.await("session.resumed");
      List<JsonNode> events = events(client, 5);
      assertEquals(
          List.of("24000 SAMPLES", "24000 SAMPLES"),
          events.stream().map(event -> event.path("text").asText()).toList());
      client.abort();
      await().until(other::isEmpty);
      try (RawClient again = resume(node, resumed, 3, 24_000)) {
        node.model.away = false;
        again.text(END);
        Ending ending = again.end();
        assertEquals(List.of(4L, 5L), seqs(ending.of("caption")), "the same two, and no others");
      }
    }
  }

  @Test
  void aSecondConnectionTakesTheSessionOverFromTheFirst() throws IOException {
    try (RawClient client = begun()) {
      JsonNode started = client.await("session.started");
      try (RawClient next = resume(node, started, 1, 0)) {
        next.await("session.resumed");
        assertEnds(client, "taken_over", 4409);
        next.text(END);
        assertEquals(1000, next.end().closeCode());
      }
    }
    await().until(node::isEmpty);
  }

  /** The cluster did not answer its first attempt, so the client made another, elsewhere. */
  @Test
  void anAttemptWhoseClientIsGoneIsNotMadeAgain() throws IOException {
    FakeRegistry unreachable = new FakeRegistry();
    unreachable.silent = true;
    TestNode.Limits same = new TestNode.Limits();
    same.registry = unreachable;
    try (TestNode cutOff = same.start()) {
      try (RawClient client = resume(cutOff, RawClient.json("{\"resume_token\":\"t\"}"), 1, 0)) {
        await().until(() -> unreachable.asked.get() > 0);
        client.abort();
      }
      // It would go on for the ten seconds that a client may have to wait.
      await().atMost(Duration.ofSeconds(6)).until(cutOff::isEmpty);
    }
  }

  @Test
  void anOldOwnerThatComesBackToLifeSaysNothingMore() throws IOException {
    try (RawClient client = begun()) {
      JsonNode started = client.await("session.started");
      client.audio(SECOND);
      try (RawClient next = resume(other, started, 1, 0)) {
        next.await("session.resumed");
        // The first node does not know yet. What it hears now is not committed, nor said.
        client.text(FINALIZE);
        await().until(() -> node.recognizer.open.get() + node.gate.sessions.get() == 0);
        assertEquals(1, node.endpoint.connections(), "it has not answered its close");
        Ending ending = client.end();
        assertEquals("taken_over", ending.errorCode());
        assertEquals(4409, ending.closeCode());
        assertTrue(ending.of("caption").stream().noneMatch(c -> c.path("final").asBoolean()));
        next.audio(SECOND);
        next.text(FINALIZE);
        assertEquals(List.of(2L, 3L, 4L, 5L), seqs(events(next, 5)));
      }
    }
  }

  @Test
  void audioThatTheClientNoLongerHasIsAGap() throws IOException {
    JsonNode started;
    try (RawClient client = begun()) {
      started = client.await("session.started");
      client.abort();
    }
    await().until(node::isEmpty);
    try (Logs logs = new Logs();
        RawClient client = resume(other, started, 1, 7_200)) {
      assertEquals(7_200, client.await("session.resumed").path("from_sample").asLong());
      JsonNode gap = client.await("gap");
      assertEquals(2, gap.path("seq").asLong());
      assertEquals(0, gap.path("from_sample").asLong());
      assertEquals(7_200, gap.path("to_sample").asLong());
      client.audio(SECOND);
      client.text(FINALIZE);
      JsonNode said = events(client, 3).getFirst();
      assertEquals(SID + ".7200", said.path("seg").asText());
      try (RawClient next = resume(other, started, 1, 7_200)) {
        assertEquals(List.of(2L), seqs(events(next, 2)));
      }
      assertEquals(2, other.meters.counter("dragoman.sessions.gaps").count());
      assertEquals(1, logs.count(SID, "the audio from 0 to 300 ms"), "once a minute at most");
    }
  }

  @Test
  void aSessionThatIsNotKeptAnyMoreOrWasSomebodyElsesIsClosedWith4404() throws IOException {
    JsonNode started;
    try (RawClient client = begun()) {
      started = client.await("session.started");
    }
    await().until(node::isEmpty);
    JsonNode guessed = RawClient.json("{\"resume_token\":\"guessed\"}");
    try (RawClient client = resume(other, guessed, 1, 0)) {
      assertEnds(client, "resume_unavailable", 4404);
    }
    try (RawClient client = RawClient.connect(other.port(), SID)) {
      client.text(RawClient.START);
      assertEnds(client, "sid_in_use", 4403);
    }
    node.registry.records.clear();
    try (RawClient client = resume(other, started, 1, 0)) {
      JsonNode error = assertEnds(client, "resume_unavailable", 4404);
      assertTrue(error.path("message").asText().contains("kept for 60 s"), error::toString);
    }
    assertNull(node.registry.held(SID));
  }

  @Test
  void aClientThatMissedMoreThanIsKeptIsToldSo() throws IOException {
    JsonNode started;
    try (RawClient client = begun()) {
      started = client.await("session.started");
    }
    await().until(node::isEmpty);
    String tooMuch = "x".repeat(SessionRecord.MOST_BYTES);
    Caption.Final said = new Caption.Final(Caption.Role.SOURCE, "en-US", 0, 1, 0, 9, tooMuch);
    SessionRecord record = requireNonNull(node.registry.held(SID));
    node.registry.records.put(SID, requireNonNull(record.with(new SessionEvent.Said(2, 1, said))));
    try (RawClient client = resume(other, started, 1, 0)) {
      JsonNode error = assertEnds(client, "resume_unavailable", 4404);
      assertTrue(error.path("message").asText().contains("not all kept"), error::toString);
    }
  }

  @Test
  void whileARecordMayComeYetNobodyIsToldThatItIsGone() throws IOException {
    JsonNode started;
    try (RawClient client = begun()) {
      started = client.await("session.started");
    }
    await().until(node::isEmpty);
    SessionRecord record = requireNonNull(node.registry.records.remove(SID));
    node.registry.settling = true;
    try (RawClient client = resume(other, started, 1, 0)) {
      assertEnds(client, "unavailable", 4429);
    }
    node.registry.records.put(SID, record);
    JsonNode newer = RawClient.json("{\"resume_token\":\"of what is merged later\"}");
    try (RawClient client = resume(other, newer, 1, 0)) {
      assertEnds(client, "unavailable", 4429);
    }
    try (RawClient client = resume(other, started, 1, 0)) {
      client.await("session.resumed");
    }
  }

  @Test
  void aSessionIsResumedAsItBegan() throws IOException {
    JsonNode started;
    try (RawClient client = begun()) {
      started = client.await("session.started");
    }
    await().until(node::isEmpty);
    SessionRecord before = node.registry.held(SID);
    try (RawClient client = RawClient.connect(other.port(), SID)) {
      client.text(
          RawClient.START
              .replace("24000", "16000")
              .replace(
                  "\"correct\"",
                  "\"resume\":{\"token\":\"%s\",\"last_seq\":1,\"oldest_sample\":0},\"correct\""
                      .formatted(started.path("resume_token").asText())));
      assertEnds(client, "unsupported", 4400);
    }
    assertEquals(before, node.registry.held(SID));
    try (RawClient client = resume(node, started, 1, 0)) {
      assertEquals(2, client.await("session.resumed").path("epoch").asInt());
    }
  }

  @Test
  void aSessionThatMetABugGoesOn() throws IOException {
    JsonNode started;
    try (RawClient client = begun()) {
      started = client.await("session.started");
      client.audio(SECOND);
      client.text(FINALIZE);
      events(client, 5);
      node.recognizer.broken = true;
      client.audio(SECOND);
      JsonNode error = assertEnds(client, "internal", 4500);
      assertTrue(error.path("message").asText().contains("Resume"), error::toString);
    }
    try (RawClient client = resume(other, started, 5, 24_000)) {
      assertEquals(24_000, client.await("session.resumed").path("from_sample").asLong());
      client.audio(SECOND);
      client.text(END);
      assertEquals(1000, client.end().closeCode());
    }
  }

  @Test
  void aSessionThatCannotBeBuiltIsLetGo() throws IOException {
    node.gate.broken = true;
    try (RawClient client = begun()) {
      assertEnds(client, "internal", 4500);
    }
    await().until(node::isEmpty);
  }

  /** It crossed the node's, so nobody knows what the client heard. */
  @Test
  void aCloseThatIsNoAnswerToTheEndLeavesTheSessionToBeResumed() throws IOException {
    JsonNode started;
    try (RawClient client = begun()) {
      started = client.await("session.started");
      client.audio(SECOND);
      client.text(END);
      client.close(1001);
      client.end(false);
    }
    await().until(node::isEmpty);
    try (RawClient client = resume(other, started, 1, 24_000)) {
      client.await("session.resumed");
      client.text(END);
      assertEquals(1000, client.end().closeCode());
    }
    await().until(other::isEmpty);
    assertTrue(requireNonNull(node.registry.held(SID)).hasEnded());
  }

  /** The numbers of what follows would begin again from below. */
  @Test
  void whoClaimsToHaveMoreThanThereCanBeIsRefused() throws IOException {
    JsonNode started;
    try (RawClient client = begun()) {
      started = client.await("session.started");
    }
    for (long lastSeq : new long[] {1L << 53, Long.MAX_VALUE - 1}) {
      try (RawClient client = resume(other, started, lastSeq, 0)) {
        assertEnds(client, "unsupported", 4400);
      }
      try (RawClient client = resume(other, started, 1, lastSeq)) {
        assertEnds(client, "unsupported", 4400);
      }
    }
    try (RawClient client = resume(other, started, (1L << 53) - 1, 0)) {
      assertEquals(2, client.await("session.resumed").path("epoch").asInt());
    }
  }

  @Test
  void whatAClientSendsAgainIsReadAtLittleMoreThanThePaceOfSpeech() throws IOException {
    JsonNode started;
    try (RawClient client = begun()) {
      started = client.await("session.started");
    }
    await().until(node::isEmpty);
    try (RawClient client = resume(other, started, 1, 0)) {
      client.await("session.resumed");
      long since = System.nanoTime();
      for (int i = 0; i < 40; i++) {
        client.audio(SECOND / 10);
      }
      await().until(() -> other.recognizer.samples.get() == 4 * 24_000);
      Duration took = Duration.ofNanos(System.nanoTime() - since);
      // Of 4 s, half a second comes at once.
      assertTrue(took.toMillis() >= 2_600, took::toString);
      client.text(END);
      Ending ending = client.end();
      assertEquals(1000, ending.closeCode());
      assertEquals(List.of(), ending.of("error"), "and nobody is blamed for it");
    }
  }

  /** As where its machine, or the node's, has too much to do for a moment. */
  @Test
  void aClientThatHesitatesHasNotCaughtUp() throws IOException {
    limits.ahead = Duration.ofSeconds(1);
    restart();
    JsonNode started;
    try (RawClient client = begun()) {
      started = client.await("session.started");
    }
    await().until(node::isEmpty);
    try (RawClient client = resume(node, started, 1, 0)) {
      client.await("session.resumed");
      for (int i = 0; i < 20; i++) {
        client.audio(SECOND / 10);
      }
      client.await("heartbeat");
      for (int i = 0; i < 40; i++) {
        client.audio(SECOND / 10);
      }
      client.text(END);
      Ending ending = client.end();
      assertEquals(List.of(), ending.of("error"), "it is read slowly, and not blamed for it");
      assertEquals(1000, ending.closeCode());
    }
  }

  @Test
  void aLongReplayDoesNotTakeTheClientForASlowReader() throws IOException {
    limits.outboxMessages = 16;
    restart();
    JsonNode started;
    try (RawClient client = begun()) {
      started = client.await("session.started");
      node.recognizer.silent = true;
      for (int i = 0; i < 100; i++) {
        client.audio(480);
        client.await("audio.ack");
      }
    }
    await().until(node::isEmpty);
    try (RawClient client = resume(node, started, 1, 0)) {
      assertEquals(24_000, client.await("session.resumed").path("from_sample").asLong());
      assertEquals(100, events(client, 101).size());
    }
  }
}
