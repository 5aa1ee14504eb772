package io.dragoman.session;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** One machine opens as many connections as it can, and all the others are served. */
@Timeout(180)
class CrowdTest {
  private static final String SID = "session-for-tests-1";

  /** More than the listener holds, of which 500 are for HTTP, and more than it lets wait. */
  private static final int CROWD = 700;

  private final List<AutoCloseable> crowd = new ArrayList<>();
  private final TestNode node;

  CrowdTest() {
    TestNode.Limits limits = new TestNode.Limits();
    limits.connections = 10;
    node = limits.start();
  }

  @AfterEach
  void stop() throws Exception {
    for (AutoCloseable one : crowd) {
      one.close();
    }
    await().until(node::isEmpty);
    node.close();
  }

  @Test
  void connectionsThatSayNothingKeepNobodyOut() throws Exception {
    try (RawClient session = RawClient.started(node.port(), SID)) {
      for (int i = 0; i < CROWD; i++) {
        crowd.add(RawClient.socket(node.port()));
      }
      assertServed(session);
    }
  }

  @Test
  void requestsThatLeaveTheirConnectionsOpenKeepNobodyOut() throws Exception {
    try (RawClient session = RawClient.started(node.port(), SID)) {
      for (int i = 0; i < CROWD; i++) {
        Socket socket = RawClient.socket(node.port());
        crowd.add(socket);
        socket
            .getOutputStream()
            .write("GET /hello HTTP/1.1\r\nHost: here\r\n\r\n".getBytes(US_ASCII));
      }
      assertServed(session);
    }
  }

  @Test
  void webSocketsWithoutASessionKeepNobodyOut() throws Exception {
    try (RawClient session = RawClient.started(node.port(), SID)) {
      for (int i = 0; i < CROWD; i++) {
        crowd.add(RawClient.connect(node.port(), "session-of-crowd-" + i));
      }
      assertServed(session);
      await().until(() -> node.ended("crowded") > 100);
    }
  }

  @Test
  void webSocketsThatWereRefusedAndStayKeepNobodyOut() throws Exception {
    try (RawClient session = RawClient.started(node.port(), SID)) {
      for (int i = 0; i < CROWD; i++) {
        RawClient refused = RawClient.connect(node.port(), SID);
        crowd.add(refused);
        refused.text(RawClient.START);
      }
      assertServed(session);
    }
  }

  @Test
  void sessionsLeavePlacesToOthers() throws Exception {
    TestNode.Limits limits = new TestNode.Limits();
    limits.connections = 2;
    limits.sessions = 10;
    try (TestNode small = limits.start();
        RawClient first = RawClient.started(small.port(), SID);
        RawClient second = RawClient.started(small.port(), "session-for-tests-2");
        RawClient third = RawClient.connect(small.port(), "session-for-tests-3")) {
      third.text(RawClient.START);
      assertEquals("full", third.end().errorCode());
      assertTrue(first.socket.isConnected() && second.socket.isConnected());
    }
  }

  /** A request is answered, a session can begin, and the one that was there goes on. */
  private void assertServed(RawClient session) throws IOException {
    try (RawClient health =
        RawClient.request(node.port(), "GET /hello HTTP/1.1\r\nHost: here\r\n\r\n")) {
      assertTrue(health.answer.startsWith("HTTP/1.1 200 "), health.answer);
    }
    RawClient.started(node.port(), "session-for-tests-2").close();
    session.text("{\"type\":\"session.end\"}");
    assertEquals(1000, session.end().closeCode());
  }
}
