package io.dragoman.session;

import io.dragoman.protocol.CloseCode;
import io.dragoman.protocol.Codec;
import io.dragoman.protocol.ErrorCode;
import io.dragoman.protocol.ServerMessage;
import io.dragoman.protocol.ServerMessage.Caption;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.LongFunction;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What waits to be sent to one client, and the one thread that sends it.
 *
 * <p>A partial caption is replaced by a newer one of the same segment, role and language, and
 * dropped once the final is there, so partials never pile up. Everything else is sent in order;
 * when {@link #CAPACITY} of it waits, the client does not read, and the connection is closed with
 * {@link CloseCode#SLOW_READER}. Thread-safe.
 */
final class Outbox {

  /** How many messages may wait, beside partials. */
  static final int CAPACITY = 1024;

  /** How long a connection may take to be closed by both sides. */
  private static final Duration CLOSE_WITHIN = Duration.ofSeconds(10);

  /** A client that hears nothing for three of these takes the connection for dead. */
  private static final Duration HEARTBEAT = Duration.ofSeconds(1);

  /** The socket, as the writer sees it. Each call may block while the peer does not read. */
  interface Wire {
    void text(String json);

    void pong(ByteBuffer payload);

    void close(int code, String reason);

    /** Breaks the connection, whatever it is doing. Called by any thread. */
    void cut();
  }

  private record PartialKey(String seg, ServerMessage.Role role, String lang) {
    static PartialKey of(Caption caption) {
      return new PartialKey(caption.seg(), caption.role(), caption.lang());
    }
  }

  private sealed interface Item {
    /** Put in order at a moment of the monotonic clock. */
    record Message(ServerMessage message, long since) implements Item {}

    record Pong(ByteBuffer payload) implements Item {}

    record Close(CloseCode code, String reason) implements Item {}
  }

  private final Wire wire;
  private final Supplier<ServerMessage> heartbeat;
  private final Consumer<Duration> captionSent;
  private final Duration closeWithin;
  private final Thread writer;
  private final CountDownLatch gone = new CountDownLatch(1);

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();

  // Guarded by lock.
  private final Deque<Item> queue = new ArrayDeque<>();
  private final Map<PartialKey, Item.Message> partials = new LinkedHashMap<>();
  private long seq;
  private boolean closing;

  /**
   * @param heartbeat what to say when nothing else was said for a second
   * @param captionSent is told how long each caption took from here into the socket
   */
  Outbox(Wire wire, Supplier<ServerMessage> heartbeat, Consumer<Duration> captionSent) {
    this(wire, heartbeat, captionSent, CLOSE_WITHIN);
  }

  Outbox(
      Wire wire,
      Supplier<ServerMessage> heartbeat,
      Consumer<Duration> captionSent,
      Duration closeWithin) {
    this.wire = wire;
    this.heartbeat = heartbeat;
    this.captionSent = captionSent;
    this.closeWithin = closeWithin;
    this.writer = Thread.ofVirtual().name("session-writer").unstarted(this::write);
  }

  void start() {
    writer.start();
  }

  /** Sends a message that carries the next sequence number. */
  void commit(LongFunction<ServerMessage> message) {
    lock.lock();
    try {
      if (closing) {
        return;
      }
      ServerMessage committed = message.apply(++seq);
      if (committed instanceof Caption caption) {
        partials.remove(PartialKey.of(caption));
      }
      enqueue(message(committed));
    } finally {
      lock.unlock();
    }
  }

  /** Sends a message that has no sequence number. */
  void send(ServerMessage message) {
    lock.lock();
    try {
      if (closing) {
        return;
      }
      if (message instanceof Caption caption) {
        partials.put(PartialKey.of(caption), message(caption));
        changed.signal();
      } else {
        enqueue(message(message));
      }
    } finally {
      lock.unlock();
    }
  }

  /** Answers a ping. */
  void pong(ByteBuffer payload) {
    lock.lock();
    try {
      if (!closing) {
        enqueue(new Item.Pong(payload));
      }
    } finally {
      lock.unlock();
    }
  }

  /** Closes the connection once all that waits is sent; what comes later is not. */
  void close(CloseCode code, String reason) {
    lock.lock();
    try {
      if (!closing) {
        end(code, reason);
      }
    } finally {
      lock.unlock();
    }
  }

  /** Ends the writer at once: the connection is gone. */
  void abandon() {
    lock.lock();
    try {
      closing = true;
    } finally {
      lock.unlock();
    }
    gone.countDown();
    writer.interrupt();
  }

  private void enqueue(Item item) {
    if (queue.size() < CAPACITY) {
      queue.add(item);
    } else {
      queue.clear();
      partials.clear();
      queue.add(
          message(
              new ServerMessage.Failure(
                  ErrorCode.SLOW_READER, true, true, null, "What is sent must be read.")));
      end(CloseCode.SLOW_READER, "slow_reader");
    }
    changed.signal();
  }

  /** Lets the writer close, and sees to it that a peer that does not read or answer is cut off. */
  private void end(CloseCode code, String reason) {
    queue.add(new Item.Close(code, reason));
    closing = true;
    changed.signal();
    Thread.startVirtualThread(this::seeOut);
  }

  private void seeOut() {
    try {
      if (!gone.await(closeWithin.toNanos(), TimeUnit.NANOSECONDS)) {
        wire.cut();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void write() {
    try {
      while (true) {
        switch (next()) {
          case Item.Message(ServerMessage message, long since) -> {
            wire.text(Codec.encode(message));
            if (message instanceof Caption) {
              captionSent.accept(Duration.ofNanos(System.nanoTime() - since));
            }
          }
          case Item.Pong(ByteBuffer payload) -> wire.pong(payload);
          case Item.Close(CloseCode code, String reason) -> {
            wire.close(code.code(), reason);
            return;
          }
        }
      }
    } catch (InterruptedException e) {
      // Abandoned: there is nobody to write to.
    } catch (RuntimeException e) {
      // The connection broke while writing; its reader notices as well, and cleans up.
      abandon();
    }
  }

  /**
   * Ordered messages first, then the oldest partial; a heartbeat when there is neither for too
   * long.
   */
  private Item next() throws InterruptedException {
    long left = HEARTBEAT.toNanos();
    lock.lockInterruptibly();
    try {
      while (queue.isEmpty() && partials.isEmpty() && left > 0) {
        left = changed.awaitNanos(left);
      }
      Item item = queue.poll();
      if (item != null) {
        return item;
      }
      Item partial = pollPartial();
      return partial != null ? partial : message(heartbeat.get());
    } finally {
      lock.unlock();
    }
  }

  private static Item.Message message(ServerMessage message) {
    return new Item.Message(message, System.nanoTime());
  }

  private @Nullable Item pollPartial() {
    Map.Entry<PartialKey, Item.Message> oldest =
        partials.isEmpty() ? null : partials.entrySet().iterator().next();
    if (oldest == null) {
      return null;
    }
    partials.remove(oldest.getKey());
    return oldest.getValue();
  }
}
