package io.dragoman.session;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dragoman.protocol.CloseCode;
import io.dragoman.protocol.ServerMessage;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class OutboxTest {
  private final FakeWire wire = new FakeWire();
  private final Outbox outbox =
      new Outbox(wire, () -> new ServerMessage.Heartbeat(0), took -> {}, Duration.ofMillis(100));

  @AfterEach
  void end() {
    wire.read.countDown();
    outbox.abandon();
  }

  @Test
  void aNewerPartialReplacesTheOneThatWaits() {
    outbox.send(partial("one"));
    outbox.send(partial("one two"));
    outbox.close(CloseCode.ENDED, "ended");
    sendAll();
    assertEquals(0, wire.count("\"one\""));
  }

  @Test
  void noPartialComesAfterItsFinal() {
    outbox.send(partial("one"));
    outbox.commit(seq -> caption(seq, "one two"));
    sendAll();
    await().until(() -> wire.count("one two") == 1);
    assertEquals(0, wire.count("tentative"));
  }

  @Test
  void aPeerThatDoesNotReadIsCutOff() {
    outbox.start();
    for (int i = 0; i < Outbox.CAPACITY + 10; i++) {
      outbox.commit(seq -> caption(seq, "text"));
    }
    await().until(() -> wire.cut.getCount() == 0);
    wire.read.countDown();
    await().until(() -> wire.count("slow_reader") == 1 && wire.closed.contains(4490));
    assertTrue(wire.count("text") < 10, "what waited is dropped");
  }

  @Test
  void aPeerThatDoesNotAnswerACloseIsCutOff() {
    outbox.close(CloseCode.ENDED, "ended");
    sendAll();
    await().until(() -> wire.closed.equals(List.of(1000)) && wire.cut.getCount() == 0);
  }

  private void sendAll() {
    wire.read.countDown();
    outbox.start();
  }

  private static ServerMessage partial(String text) {
    return new ServerMessage.Caption(
        null, "s.0", 1, 1, ServerMessage.Role.SOURCE, "en", false, "", text, null, 0, 1);
  }

  private static ServerMessage caption(long seq, String text) {
    return new ServerMessage.Caption(
        seq, "s.0", 1, 1, ServerMessage.Role.SOURCE, "en", true, null, null, text, 0, 1);
  }

  /** A peer that reads nothing until it is let. */
  private static final class FakeWire implements Outbox.Wire {
    final CountDownLatch read = new CountDownLatch(1);
    final CountDownLatch cut = new CountDownLatch(1);
    final List<String> sent = new CopyOnWriteArrayList<>();
    final List<Integer> closed = new CopyOnWriteArrayList<>();

    long count(String part) {
      return sent.stream().filter(json -> json.contains(part)).count();
    }

    @Override
    public void text(String json) {
      try {
        read.await();
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
      sent.add(json);
    }

    @Override
    public void pong(ByteBuffer payload) {}

    @Override
    public void close(int code, String reason) {
      closed.add(code);
    }

    @Override
    public void cut() {
      cut.countDown();
    }
  }
}
