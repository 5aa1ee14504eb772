package io.dragoman.session;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import io.dragoman.session.RawClient.Ending;
import java.io.IOException;
import org.junit.jupiter.api.AfterEach;

/** A test around a node, whose limits it may set before it starts the node anew. */
abstract class NodeFixture {
  static final String SID = "session-for-tests-1";
  static final String END = "{\"type\":\"session.end\"}";

  final TestNode.Limits limits = new TestNode.Limits();
  TestNode node = limits.start();

  @AfterEach
  void stop() {
    node.close();
  }

  /** Starts the node anew, with other limits. */
  final void restart() {
    node.close();
    node = limits.start();
  }

  /** Reads to the connection's end, and returns the last error. */
  static JsonNode assertEnds(RawClient client, String error, int code) throws IOException {
    Ending ending = client.end();
    assertEquals(error, ending.errorCode());
    assertEquals(code, ending.closeCode());
    return ending.of("error").getLast();
  }
}
