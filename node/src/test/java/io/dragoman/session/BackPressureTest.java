package io.dragoman.session;

import static io.dragoman.session.RawClient.LAST;
import static io.dragoman.session.RawClient.PING;
import static io.dragoman.session.RawClient.PONG;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.dragoman.client.AudioPacer;
import io.dragoman.quota.Delay.Bound;
import io.dragoman.quota.Delay.Cause;
import io.dragoman.quota.QuotaRequest.Priority;
import io.dragoman.session.RawClient.Ending;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Clients that read too slowly, or send too fast, or faster than they are heard. */
@Timeout(180)
class BackPressureTest extends NodeFixture {

  @Test
  void aSlowReaderLosesOldPartialsOnly() throws IOException {
    try (RawClient client = RawClient.started(node.port(), SID)) {
      int frames = 20_000;
      for (int i = 0; i < frames; i++) {
        client.audio(2);
      }
      client.text(END);
      Ending ending = client.end();
      assertEquals(1000, ending.closeCode());
      List<String> partials =
          ending.of("caption").stream()
              .filter(m -> m.path("role").asText().equals("source"))
              .filter(m -> !m.path("final").asBoolean())
              .map(m -> m.path("tentative").asText())
              .toList();
      assertTrue(partials.size() < frames / 2, partials.size() + " of " + frames);
      assertEquals(
          3, ending.of("caption").stream().filter(m -> m.path("final").asBoolean()).count());
    }
  }

  @Test
  void aClientThatReadsTooSlowlyIsClosedWith4490() throws IOException {
    limits.patience = Duration.ofMinutes(1);
    restart();
    try (RawClient client = RawClient.started(node.port(), SID)) {
      fill(client);
      Ending ending = client.end();
      assertEquals("slow_reader", ending.errorCode());
      assertEquals(4490, ending.closeCode());
    }
    await().until(node::isEmpty);
  }

  @Test
  void aClientThatNeverReadsIsCutOff() throws IOException {
    limits.patience = Duration.ofMillis(500);
    restart();
    try (RawClient client = RawClient.started(node.port(), SID)) {
      fill(client);
      await().until(node::isEmpty);
    }
  }

  @Test
  void aWriteThatNeverEndsIsCutOffBeforeTheOutboxIsFull() throws IOException {
    limits.patience = Duration.ofSeconds(1);
    limits.outboxMessages = 65_536;
    limits.outboxBytes = 16_777_216;
    restart();
    try (RawClient client = RawClient.started(node.port(), SID)) {
      fill(client);
      await().until(() -> node.ended("stuck") == 1);
      await().until(node::isEmpty);
    }
  }

  @Test
  void aFloodOfAudioIsHeldBackThenClosedWith4429() throws Exception {
    limits.ahead = Duration.ofSeconds(1);
    limits.overflow = Duration.ofSeconds(1);
    restart();
    try (RawClient client = RawClient.started(node.port(), SID)) {
      long begun = System.nanoTime();
      Thread flood =
          Thread.startVirtualThread(
              () -> {
                try {
                  while (true) {
                    client.audio(4_800);
                  }
                } catch (IOException e) {
                  // Closed.
                }
              });
      JsonNode warning = client.await("error");
      assertEquals("audio_overflow", warning.path("code").asText());
      assertFalse(warning.path("fatal").asBoolean());
      JsonNode last = assertEnds(client, "audio_overflow", 4429);
      assertTrue(last.path("fatal").asBoolean());
      double seconds = (System.nanoTime() - begun) / 1e9;
      long heard = node.recognizer.samples.get();
      assertTrue(
          heard <= 24_000 * (1 + 2 * (seconds + 0.2)),
          "%d samples in %.1f s".formatted(heard, seconds));
      client.close();
      flood.join();
    }
    await().until(node::isEmpty);
  }

  @Test
  void speechThatStaysAwayUntilTheBufferIsFullIsToldThenClosedWith4500() throws IOException {
    limits.overflow = Duration.ofMillis(500);
    restart();
    try (RawClient client = RawClient.started(node.port(), SID)) {
      node.recognizer.away = true;
      client.audio(4_800);
      JsonNode warning = client.await("error");
      assertEquals("speech_unavailable", warning.path("code").asText());
      assertFalse(warning.path("fatal").asBoolean());
      assertTrue(warning.path("retryable").asBoolean());
      assertEquals(500, warning.path("retry_after_ms").asInt());
      assertEquals(40_500, warning.path("kept_ms").asInt());
      Ending ending = client.end();
      assertEquals("speech_unavailable", ending.errorCode());
      assertTrue(ending.of("error").getLast().path("fatal").asBoolean());
      assertEquals(4500, ending.closeCode());
      assertEquals("speech_unavailable", ending.closeReason());
      assertTrue(
          ending.of("error").stream()
              .allMatch(error -> error.path("code").asText().equals("speech_unavailable")));
    }
    await().until(node::isEmpty);
  }

  @Test
  void aClientIsToldHowLongItsCaptionsWaitWhereThatIsKnown() throws IOException {
    node.gate.shut(Priority.FINAL);
    try (RawClient client = RawClient.started(node.port(), SID)) {
      client.audio(4_800);
      client.text("{\"type\":\"finalize\"}");
      assertFalse(client.await("status").has("wait_ms"));
      node.gate.say(Cause.QUARANTINE, Bound.TOKENS, Duration.ofSeconds(60));
      JsonNode status = client.await("status");
      assertEquals("quota.quarantine", status.path("reason").asText());
      assertEquals(60_000, status.path("wait_ms").asInt());
    }
    await().until(node::isEmpty);
  }

  @Test
  void aClientWhoseCaptionsWaitForTheirShareIsToldHowLargeItIs() throws IOException {
    node.gate.shut(Priority.FINAL);
    node.gate.say(Cause.SHARE, Bound.TOKENS, Duration.ofSeconds(2));
    try (RawClient client = RawClient.started(node.port(), SID)) {
      client.audio(4_800);
      client.text("{\"type\":\"finalize\"}");
      JsonNode status = client.await("status");
      assertEquals("quota.tokens", status.path("reason").asText());
      assertEquals("{\"requests\":44,\"tokens\":15250}", status.path("share").toString());
      node.gate.say(Cause.QUARANTINE, Bound.TOKENS, Duration.ofSeconds(60));
      assertFalse(client.await("status").has("share"));
      node.gate.say(Cause.UPSTREAM, Bound.REQUESTS, Duration.ZERO);
      JsonNode fewerCalls = client.await("status");
      assertEquals("quota.requests", fewerCalls.path("reason").asText());
      assertFalse(fewerCalls.has("share"), "that of nothing is none");
    }
    await().until(node::isEmpty);
  }

  @Test
  void aSessionThatHearsNoMoreIsToldAtOnceThoughItsCaptionsWait() throws IOException {
    try (RawClient client = RawClient.started(node.port(), SID)) {
      node.gate.shut(Priority.FINAL);
      client.audio(4_800);
      client.text("{\"type\":\"finalize\"}");
      client.await("status");
      node.recognizer.failing = true;
      client.audio(4_800);
      JsonNode warning = client.await("error");
      assertEquals("speech_unavailable", warning.path("code").asText());
      assertFalse(warning.path("fatal").asBoolean());
      assertEquals(0, warning.path("kept_ms").asInt(-1));
      JsonNode last = assertEnds(client, "speech_unavailable", 4500);
      assertTrue(last.path("fatal").asBoolean());
      assertFalse(last.toString().contains("secret"));
    }
    await().until(node::isEmpty);
  }

  @Test
  void whatWasSaidBeforeSpeechFailedIsStillTranslated() throws IOException {
    try (RawClient client = RawClient.started(node.port(), SID)) {
      node.gate.shut(Priority.FINAL);
      client.audio(4_800);
      client.text("{\"type\":\"finalize\"}");
      client.await("status");
      node.recognizer.failing = true;
      client.audio(4_800);
      client.await("error");
      node.gate.open(Priority.FINAL);
      Ending ending = client.end();
      assertEquals(4500, ending.closeCode());
      assertEquals(
          2, ending.of("caption").stream().filter(c -> c.path("final").asBoolean()).count());
    }
  }

  @Test
  void aClientIsNotBlamedForARecogniserThatIsBehind() throws IOException {
    try (RawClient client = RawClient.started(node.port(), SID)) {
      node.recognizer.full = true;
      client.audio(4_800);
      JsonNode error = client.await("error");
      assertEquals("audio_overflow", error.path("code").asText());
      assertFalse(error.path("message").asText().contains("real time"), error::toString);
    }
  }

  @Test
  void aClientThatIsHeldBackIsNotIdle() throws IOException {
    limits.overflow = Duration.ofSeconds(4);
    limits.idle = Duration.ofSeconds(2);
    restart();
    try (RawClient client = RawClient.started(node.port(), SID)) {
      node.recognizer.full = true;
      client.audio(4_800);
      Ending ending = client.end();
      assertEquals(4429, ending.closeCode());
      assertTrue(
          ending.of("error").stream()
              .allMatch(error -> error.path("code").asText().equals("audio_overflow")));
    }
  }

  @Test
  void audioAtTwiceRealTimeIsNotHeldAgainstAClient() throws Exception {
    limits.ahead = Duration.ofSeconds(1);
    limits.overflow = Duration.ofMillis(100);
    restart();
    try (RawClient client = RawClient.started(node.port(), SID)) {
      AudioPacer twiceAsFast = new AudioPacer(2 * 24_000);
      for (int sent = 0; sent < 20 * 4_800; sent += 4_800) {
        twiceAsFast.awaitSample(sent);
        client.audio(2 * 4_800);
      }
      client.text(END);
      Ending ending = client.end();
      assertEquals(1000, ending.closeCode());
      assertEquals(List.of(), ending.of("error"));
    }
  }

  @Test
  void aFloodOfMessagesIsReadAtItsPace() throws IOException {
    limits.messagesPerSecond = 100;
    restart();
    try (RawClient client = RawClient.started(node.port(), SID)) {
      long begun = System.nanoTime();
      for (int i = 0; i < 400; i++) {
        client.text("{\"type\":\"keepalive\"}");
      }
      client.frame(LAST | PING, new byte[] {7});
      assertEquals(7, client.next(PONG).payload()[0]);
      double seconds = (System.nanoTime() - begun) / 1e9;
      assertTrue(seconds > 1.5, "%.2f s".formatted(seconds));
    }
  }

  /** Makes the node say more than all buffers take, and reads nothing of it. */
  private static void fill(RawClient client) {
    try {
      for (int i = 0; i < 3_000; i++) {
        client.audio(2);
        client.text("{\"type\":\"finalize\"}");
      }
    } catch (IOException e) {
      // Cut off.
    }
  }
}
