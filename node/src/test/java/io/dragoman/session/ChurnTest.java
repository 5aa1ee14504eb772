package io.dragoman.session;

import static io.dragoman.session.RawClient.BINARY;
import static io.dragoman.session.RawClient.LAST;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Connections that come and go in every way leave nothing behind. */
@Timeout(300)
class ChurnTest {
  private static final int AT_ONCE = 40;

  private final TestNode node = node();

  /** One life of a connection, from its beginning to its end. */
  @FunctionalInterface
  private interface Life {
    void live(int port, String sid) throws IOException;
  }

  private static final List<Life> LIVES =
      List.of(
          ChurnTest::cleanEnd,
          ChurnTest::resetInAudio,
          ChurnTest::closeWithoutWaiting,
          ChurnTest::badMessage,
          ChurnTest::badFrame,
          ChurnTest::tooBig,
          ChurnTest::closeUnanswered,
          ChurnTest::beforeStart,
          ChurnTest::endInAFrame,
          ChurnTest::silence,
          ChurnTest::neverReading,
          ChurnTest::noHandshake,
          ChurnTest::halfAHead);

  private static TestNode node() {
    TestNode.Limits limits = new TestNode.Limits();
    limits.sessions = 1_000;
    limits.ping = Duration.ofSeconds(2);
    limits.patience = Duration.ofSeconds(3);
    limits.firstHead = Duration.ofSeconds(3);
    return limits.start();
  }

  /** An interrupted session keeps its own for a while. */
  private final AtomicInteger sids = new AtomicInteger();

  @AfterEach
  void stop() {
    node.close();
  }

  @Test
  void sixtyConnectionsLeaveNothing() throws Exception {
    leavesNothing(65, 8 << 20);
  }

  @Test
  @Tag("acceptance")
  void aThousandConnectionsLeaveNothing() throws Exception {
    leavesNothing(1_040, 4 << 20);
  }

  private void leavesNothing(int connections, long heapSlack) throws Exception {
    live(2 * LIVES.size());
    await().atMost(Duration.ofSeconds(30)).until(node::isEmpty);
    Leftovers before = Leftovers.now();
    live(connections).stream()
        .findFirst()
        .ifPresent(
            first -> {
              throw first;
            });
    await().atMost(Duration.ofSeconds(60)).until(node::isEmpty);
    await()
        .atMost(Duration.ofSeconds(60))
        .pollInterval(Duration.ofSeconds(1))
        .untilAsserted(
            () -> {
              Leftovers after = Leftovers.now();
              assertTrue(after.isBackAt(before, heapSlack), before + " became " + after);
            });
    System.out.printf("%d connections: %s became %s%n", connections, before, Leftovers.now());
  }

  private Queue<AssertionError> live(int connections) throws InterruptedException {
    Queue<AssertionError> failures = new ConcurrentLinkedQueue<>();
    Semaphore places = new Semaphore(AT_ONCE);
    try (ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < connections; i++) {
        Life life = LIVES.get(i % LIVES.size());
        String sid = "session-for-churn-" + sids.incrementAndGet();
        places.acquire();
        clients.execute(
            () -> {
              try {
                life.live(node.port(), sid);
              } catch (IOException | RuntimeException | AssertionError e) {
                failures.add(new AssertionError(sid, e));
              } finally {
                places.release();
              }
            });
      }
    }
    return failures;
  }

  private static void cleanEnd(int port, String sid) throws IOException {
    try (RawClient client = RawClient.started(port, sid)) {
      client.audio(4_800);
      client.text("{\"type\":\"session.end\"}");
      assertEquals(1000, client.end().closeCode());
    }
  }

  private static void resetInAudio(int port, String sid) throws IOException {
    RawClient client = RawClient.started(port, sid);
    client.audio(4_800);
    client.abort();
  }

  private static void closeWithoutWaiting(int port, String sid) throws IOException {
    try (RawClient client = RawClient.started(port, sid)) {
      client.close(1000);
    }
  }

  private static void badMessage(int port, String sid) throws IOException {
    try (RawClient client = RawClient.started(port, sid)) {
      client.text("hello");
      assertEquals(4400, client.end().closeCode());
    }
  }

  private static void badFrame(int port, String sid) throws IOException {
    try (RawClient client = RawClient.started(port, sid)) {
      client.frame(LAST | 5, new byte[10]);
      assertEquals(1002, client.end().closeCode());
    }
  }

  private static void tooBig(int port, String sid) throws IOException {
    try (RawClient client = RawClient.started(port, sid)) {
      client.audio(100_000);
      assertEquals(4413, client.end().closeCode());
    }
  }

  private static void closeUnanswered(int port, String sid) throws IOException {
    try (RawClient client = RawClient.connect(port, sid)) {
      client.audio(2);
      assertEquals(4400, client.end(false).closeCode());
    }
  }

  private static void beforeStart(int port, String sid) throws IOException {
    RawClient.connect(port, sid).close();
  }

  private static void endInAFrame(int port, String sid) throws IOException {
    try (RawClient client = RawClient.started(port, sid)) {
      client.frame(BINARY, new byte[1_000]);
      client.raw((byte) 0x80, (byte) 0xfe, (byte) 1);
    }
  }

  private static void silence(int port, String sid) throws IOException {
    try (RawClient client = RawClient.started(port, sid)) {
      client.end();
    }
  }

  private static void neverReading(int port, String sid) throws IOException {
    try (RawClient client = RawClient.started(port, sid)) {
      while (true) {
        client.audio(2);
        client.text("{\"type\":\"finalize\"}");
      }
    } catch (IOException e) {
      // Cut off.
    }
  }

  private static void noHandshake(int port, String sid) throws IOException {
    String request = "GET /v1/session?sid=%s HTTP/1.1\r\nHost: here\r\n\r\n".formatted(sid);
    try (RawClient client = RawClient.request(port, request)) {
      assertTrue(client.answer.startsWith("HTTP/1.1 426 "));
    }
  }

  private static void halfAHead(int port, String sid) throws IOException {
    try (Socket socket = RawClient.socket(port)) {
      socket
          .getOutputStream()
          .write("GET /v1/session?sid=%s HTTP/1.1\r\nHost".formatted(sid).getBytes());
      socket.setSoTimeout(60_000);
      assertEquals(-1, socket.getInputStream().read());
    }
  }
}
