package io.dragoman.session;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dragoman.protocol.CloseCode;
import io.dragoman.protocol.ServerMessage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(180)
class OutboxTest {
  private static final int MESSAGES = 100;

  private final FakeWire wire = new FakeWire();
  private final Outbox outbox =
      new Outbox(wire, MESSAGES, 65_536, () -> new ServerMessage.Heartbeat(0), took -> {});

  @AfterEach
  void end() {
    wire.read.countDown();
    outbox.abandon("done");
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
    outbox.send(caption(2, "one two"));
    sendAll();
    await().until(() -> wire.count("one two") == 1);
    assertEquals(0, wire.count("tentative"));
  }

  @Test
  void aPeerThatDoesNotReadLosesWhatWaitsAndIsClosed() {
    outbox.start();
    for (int i = 0; i < MESSAGES + 10; i++) {
      outbox.send(caption(2, "text"));
    }
    wire.read.countDown();
    await().until(() -> wire.count("\"slow_reader\"") == 1 && wire.closed().equals(List.of(4490)));
    assertTrue(wire.count("text") < 10, "what waited is dropped");
  }

  @Test
  void bytesAreBoundedToo() {
    outbox.start();
    for (int i = 0; i < 10; i++) {
      outbox.send(caption(2, "text".repeat(2_000)));
    }
    wire.read.countDown();
    await().until(() -> wire.closed().equals(List.of(4490)));
  }

  @Test
  void ofPingsOnlyTheNewestIsAnswered() {
    for (byte i = 0; i < 10; i++) {
      outbox.pong(new byte[] {i});
    }
    outbox.close(CloseCode.ENDED, "ended");
    sendAll();
    await().until(() -> wire.closed().equals(List.of(1000)));
    assertEquals(1, wire.frames.stream().filter(frame -> frame[0] == (byte) 0x8a).count());
    assertEquals(9, wire.frames.getFirst()[2]);
  }

  @Test
  void heartbeatsComeThoughPingsAreAnswered() {
    sendAll();
    await()
        .pollInterval(Duration.ofMillis(200))
        .until(
            () -> {
              outbox.pong(new byte[0]);
              return wire.count("heartbeat") >= 2;
            });
  }

  @Test
  void aWriteThatDoesNotEndIsOverdue() {
    Duration patience = Duration.ofMillis(50);
    outbox.start();
    assertFalse(outbox.isOverdue(System.nanoTime() + Duration.ofHours(1).toNanos(), patience));
    outbox.send(caption(2, "text"));
    await().until(() -> outbox.isOverdue(System.nanoTime(), patience));
  }

  @Test
  void aCloseThatIsNotAnsweredIsOverdue() {
    Duration patience = Duration.ofMillis(50);
    outbox.close(CloseCode.ENDED, "ended");
    sendAll();
    await().until(() -> outbox.isOverdue(System.nanoTime(), patience));
  }

  @Test
  void whoHasMuchToReadBeforeTheCloseHasMoreTimeForIt() {
    Duration patience = Duration.ofSeconds(10);
    for (int i = 0; i < 6; i++) {
      outbox.send(caption(2, "text".repeat(2_000)));
    }
    outbox.close(CloseCode.ENDED, "ended");
    long now = System.nanoTime();
    assertFalse(outbox.isOverdue(now + patience.multipliedBy(2).toNanos(), patience));
    assertTrue(outbox.isOverdue(now + patience.multipliedBy(5).toNanos(), patience));
  }

  @Test
  void aPeerThatIsCutBeforeTheCloseWasStuckHoweverItWasToEnd() {
    outbox.close(CloseCode.ENDED, "ended");
    outbox.start();
    outbox.abandon(Outbox.STUCK);
    assertEquals(Outbox.STUCK, outbox.end());
  }

  @Test
  void aPeerThatDoesNotAnswerTheCloseEndedAsItWasTo() {
    outbox.close(CloseCode.ENDED, "ended");
    sendAll();
    await().until(() -> wire.closed().equals(List.of(1000)));
    outbox.abandon(Outbox.STUCK);
    assertEquals("ended", outbox.end());
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
    final List<byte[]> frames = new CopyOnWriteArrayList<>();

    long count(String part) {
      return frames.stream().filter(frame -> new String(frame, UTF_8).contains(part)).count();
    }

    List<Integer> closed() {
      return frames.stream()
          .filter(frame -> frame[0] == (byte) 0x88)
          .map(frame -> (frame[2] & 0xff) << 8 | frame[3] & 0xff)
          .toList();
    }

    @Override
    public void write(byte[] frame) {
      try {
        read.await();
      } catch (InterruptedException e) {
        throw new UncheckedIOException(new IOException(e));
      }
      frames.add(frame);
    }
  }
}
