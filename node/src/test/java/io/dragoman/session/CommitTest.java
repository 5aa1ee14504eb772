package io.dragoman.session;

import static java.util.Objects.requireNonNull;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.dragoman.pipeline.PipelineConfig;
import io.dragoman.session.RawClient.Ending;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** How finals are committed where the cluster does not answer, or has lost what it kept. */
@Timeout(180)
class CommitTest extends TwoNodeFixture {
  @Test
  void aCommitThatMayOrMayNotBeMadeIsSaidOnce() throws IOException {
    try (RawClient client = begun()) {
      client.await("session.started");
      client.audio(SECOND);
      node.registry.uncertain = true;
      client.text(FINALIZE);
      client.text(END);
      Ending ending = client.end();
      List<JsonNode> committed =
          ending.messages().stream().filter(message -> message.has("seq")).toList();
      assertEquals(List.of(2L, 3L, 4L, 5L), seqs(committed));
      assertFalse(node.registry.uncertain);
    }
  }

  @Test
  void aClusterThatDoesNotAnswerDelaysFinalsAndClientsAreToldToMove() throws IOException {
    try (RawClient client = begun()) {
      client.await("session.started");
      client.audio(SECOND);
      node.registry.silent = true;
      client.text(FINALIZE);
      JsonNode next;
      do {
        next = client.next(RawClient.TEXT).json();
        assertFalse(next.has("seq"), () -> "said before it was committed");
      } while (!next.path("type").asText().equals("session.moving"));
      assertEquals(1, requireNonNull(node.registry.held(SID)).seq());
      node.registry.silent = false;
      assertEquals(List.of(2L, 3L, 4L, 5L), seqs(events(client, 5)));
      client.text(END);
      assertEquals(1000, client.end().closeCode());
    }
  }

  @Test
  void whatAllCopiesLostIsBroughtBackByWhoCarriesTheSession() throws IOException {
    try (Logs logs = new Logs();
        RawClient client = begun()) {
      client.await("session.started");
      client.audio(SECOND);
      client.text(FINALIZE);
      assertEquals(List.of(2L, 3L, 4L, 5L), seqs(events(client, 5)));
      assertEquals(List.of(), logs.lines());
      node.registry.records.clear();
      client.audio(SECOND);
      client.text(FINALIZE);
      assertEquals(List.of(6L, 7L, 8L, 9L), seqs(events(client, 9)));
      assertEquals(9, requireNonNull(node.registry.held(SID)).seq());
      assertEquals(
          1, logs.count(SID, "brings it back, up to its event 5"), () -> logs.lines().toString());
    }
  }

  @Test
  void whatCannotBeBroughtBackIsToldToTheOperator() throws IOException {
    try (Logs logs = new Logs()) {
      try (RawClient client = begun()) {
        client.await("session.started");
        client.audio(SECOND);
        client.text(FINALIZE);
        events(client, 5);
        node.registry.lossy = true;
        node.registry.records.clear();
        client.abort();
      }
      await().atMost(Duration.ofMinutes(2)).until(node::isEmpty);
      assertEquals(1, logs.count(SID, "given up 30 s"), () -> logs.lines().toString());
      assertEquals(1, logs.count(SID, "up to its event 5, is not brought back"));
    }
  }

  /** Nobody else could: the next owner knows only what is kept. */
  @Test
  void whatAllCopiesLostIsBroughtBackThoughTheConnectionIsGone() throws IOException {
    JsonNode started;
    try (RawClient client = begun()) {
      started = client.await("session.started");
      client.audio(SECOND);
      client.text(FINALIZE);
      events(client, 5);
      node.registry.records.clear();
      client.abort();
    }
    await().until(() -> node.registry.held(SID) != null && node.isEmpty());
    try (RawClient client = resume(other, started, 1, 24_000)) {
      client.await("session.resumed");
      assertEquals(List.of(2L, 3L, 4L, 5L), seqs(events(client, 5)));
    }
  }

  @Test
  void whatWasNotCommittedWhenTheConnectionEndedIsCommittedAndTheSessionLetGo() throws IOException {
    try (RawClient client = begun()) {
      client.await("session.started");
      client.audio(SECOND);
      client.await("caption");
      node.registry.silent = true;
      client.text(FINALIZE);
      client.await("session.moving");
      client.abort();
    }
    await().until(() -> node.endpoint.carrying().isEmpty());
    node.registry.away = true;
    node.registry.silent = false;
    int asked = node.registry.asked.get();
    await().until(() -> node.registry.asked.get() > asked + 2);
    node.registry.away = false;
    await().until(node::isEmpty);
    SessionRecord kept = requireNonNull(node.registry.held(SID));
    assertTrue(kept.events().getFirst() instanceof SessionEvent.Said, kept::toString);
  }

  @Test
  void aSessionInWhichNothingIsSaidIsRenewedAndBroughtBack() throws IOException {
    limits.resume = Duration.ofSeconds(1);
    restart();
    try (RawClient client = begun()) {
      client.await("session.started");
      node.registry.records.clear();
      await().until(() -> node.registry.held(SID) != null);
      client.text(END);
      assertEquals(1000, client.end().closeCode());
    }
    await().until(() -> requireNonNull(node.registry.held(SID)).hasEnded());
  }

  @Test
  void whatIsSaidKeepsItsOrderWhileItIsCommitted() throws IOException {
    try (RawClient client = begun()) {
      client.await("session.started");
      client.audio(SECOND);
      client.await("caption");
      node.registry.silent = true;
      client.text(FINALIZE);
      for (int i = 0; i < 5; i++) {
        client.audio(SECOND / 10);
      }
      List<String> sources = new ArrayList<>();
      while (sources.isEmpty() || !sources.getLast().equals(SID + ".24000 false")) {
        JsonNode next = client.next(RawClient.TEXT).json();
        if (next.path("type").asText().equals("session.moving")) {
          node.registry.silent = false;
        } else if (next.path("role").asText().equals("source")) {
          sources.add(next.path("seg").asText() + " " + next.path("final").asText());
        }
      }
      sources.remove(SID + ".0 false");
      assertEquals(List.of(SID + ".0 true", SID + ".24000 false"), sources);
    }
  }

  /** Where a word ends is not known exactly, so audio from there on would be heard again. */
  @Test
  void aFinalIsCommittedWithWhatItSettlesThoughNoMoreOfThemMayWait() throws IOException {
    node.model.away = true;
    // What is owed would come faster than this client reads.
    other.model.away = true;
    node.recognizer.pause = 100;
    int finals = PipelineConfig.of("model").waitingFinals() + 1;
    try (RawClient client = begun()) {
      JsonNode started = client.await("session.started");
      long seq = 0;
      for (int i = 1; i <= finals; i++) {
        client.audio(480);
        client.text(FINALIZE);
        seq = 2 * i;
        events(client, seq);
      }
      try (RawClient next = resume(other, started, seq, 0)) {
        assertEquals(240L * finals, next.await("session.resumed").path("from_sample").asLong());
        next.audio(480);
        next.text(FINALIZE);
        JsonNode caption;
        do {
          caption = next.await("caption");
        } while (!caption.path("role").asText().equals("source"));
        assertEquals(SID + "." + (240L * finals - 100), caption.path("seg").asText());
      }
      node.model.away = false;
      other.model.away = false;
    }
  }

  @Test
  void aSessionThatABugKeepsFromBeingCommittedIsNotHeardAnyMore() throws IOException {
    limits.patience = Duration.ofMinutes(2);
    restart();
    try (RawClient client = begun()) {
      client.await("session.started");
      client.audio(SECOND);
      client.await("caption");
      node.registry.broken = true;
      client.text(FINALIZE);
      assertEquals("internal", client.await("error").path("code").asText());
      await().until(() -> node.recognizer.open.get() == 0);
      assertEquals(1, node.endpoint.connections(), "its client has not answered the close");
      node.registry.broken = false;
    }
    await().until(() -> node.endpoint.sessions() == 0);
  }
}
