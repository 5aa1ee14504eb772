package io.dragoman.session;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.time.Duration;
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
}
