package io.dragoman.session;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Who gets a place at a node that carries as many sessions as it may. */
@Timeout(180)
class FullNodeTest extends TwoNodeFixture {

  /** As where a balancer died: the older connection is there, and its client is not. */
  @Test
  void aSessionThatIsTakenOverIsHeardAndSharesInTheQuotaOnce() throws IOException {
    limits.sessions = 1;
    limits.patience = Duration.ofMinutes(2);
    restart();
    try (RawClient client = begun()) {
      JsonNode started = client.await("session.started");
      client.audio(SECOND);
      client.await("caption");
      try (RawClient next = resume(node, started, 1, 0)) {
        next.await("session.resumed");
        await()
            .untilAsserted(
                () -> {
                  assertEquals(1, node.recognizer.open.get());
                  assertEquals(1, node.gate.sessions.get());
                });
        assertEquals(2, node.endpoint.connections(), "the older one has not answered its close");
      }
    }
    await().until(node::isEmpty);
  }

  /** A balancer sends it nowhere else. */
  @Test
  void anInterruptedSessionIsResumedWhereNewcomersAreRefused() throws IOException {
    limits.sessions = 10;
    restart();
    List<RawClient> clients = new ArrayList<>();
    try {
      for (int i = 0; i < limits.sessions; i++) {
        clients.add(RawClient.started(node.port(), "session-of-a-full-node-" + i));
      }
      JsonNode first = interrupted("session-of-another-node-1");
      JsonNode second = interrupted("session-of-another-node-2");
      try (RawClient newcomer = RawClient.connect(node.port(), SID)) {
        newcomer.text(RawClient.START);
        assertEnds(newcomer, "full", 4429);
      }
      clients.add(resume(node, "session-of-another-node-1", first, 1, 0));
      clients.getLast().await("session.resumed");
      try (RawClient late = resume(node, "session-of-another-node-2", second, 1, 0)) {
        assertEnds(late, "full", 4429);
      }
    } finally {
      for (RawClient client : clients) {
        client.close();
      }
    }
  }

  /** Returns what its client was told when it began at the other node, which it has left. */
  private JsonNode interrupted(String sid) throws IOException {
    try (RawClient client = RawClient.connect(other.port(), sid)) {
      client.text(RawClient.START);
      JsonNode started = client.await("session.started");
      client.abort();
      return started;
    } finally {
      await().until(() -> other.endpoint.sessions() == 0);
    }
  }
}
