package io.dragoman.session;

import io.dragoman.protocol.CloseCode;
import io.dragoman.protocol.Codec;
import io.dragoman.protocol.ErrorCode;
import io.dragoman.protocol.ServerMessage;
import io.dragoman.protocol.ServerMessage.Caption;
import io.dragoman.protocol.ServerMessage.Failure;
import io.dragoman.websocket.Frames;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.LongFunction;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What waits to be sent to one client, and the one thread that sends it.
 *
 * <p>A partial caption is replaced by a newer one of its role and language, and dropped once the
 * final is there, so there are never more of them than lanes. Of pings only the newest is answered.
 * Everything else is sent in order; when more of it waits than may, the client does not read, and
 * the connection is closed with {@link CloseCode#SLOW_READER}. Thread-safe.
 */
final class Outbox {

  /** A client that hears nothing for three of these takes the connection for dead. */
  private static final Duration HEARTBEAT = Duration.ofSeconds(1);

  /** Ends that are not an error's. */
  static final String ENDED = "ended";

  static final String MOVING = "moving";
  static final String CLIENT = "client";
  static final String BROKEN = "broken";
  static final String SILENT = "silent";
  static final String STUCK = "stuck";

  /** The connection, as the writer sees it. */
  interface Wire {

    /** Sends a frame; blocks while the client does not read. */
    void write(byte[] frame) throws UncheckedIOException;
  }

  /**
   * A frame to be sent.
   *
   * @param captionSince since when the caption in it waits, on the monotonic clock; null if it is
   *     no caption
   * @param last whether nothing may follow it
   */
  @SuppressWarnings("ArrayRecordComponent") // Never compared.
  private record Outgoing(byte[] bytes, @Nullable Long captionSince, boolean last) {
    static Outgoing of(byte[] bytes) {
      return new Outgoing(bytes, null, false);
    }

    static Outgoing of(ServerMessage message, long since) {
      return new Outgoing(
          Frames.text(Codec.encode(message)), message instanceof Caption ? since : null, false);
    }
  }

  private final Wire wire;
  private final int mostMessages;
  private final int mostBytes;
  private final Supplier<ServerMessage> heartbeat;
  private final Consumer<Duration> captionSent;
  private final Thread writer;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();

  // Guarded by lock.
  private final Deque<Outgoing> frames = new ArrayDeque<>();
  private long bytes;
  private final Partials partials = new Partials();
  private byte @Nullable [] pong;
  private boolean ping;
  private long seq;

  /** The last frame to be sent; once it is set nothing is added. */
  private @Nullable Outgoing close;

  /** Since when the writer has been busy with one frame; meaningless while it waits. */
  private long writingSince;

  private boolean writing;
  private long closingSince;

  /** Why the connection is over; null while it is not. Written under the lock. */
  private volatile @Nullable String end;

  /**
   * @param heartbeat what to say when nothing else was said for a second
   * @param captionSent is told how long each caption took from here into the socket
   */
  Outbox(
      Wire wire,
      int mostMessages,
      int mostBytes,
      Supplier<ServerMessage> heartbeat,
      Consumer<Duration> captionSent) {
    this.wire = wire;
    this.mostMessages = mostMessages;
    this.mostBytes = mostBytes;
    this.heartbeat = heartbeat;
    this.captionSent = captionSent;
    this.writer = Thread.ofVirtual().name("session-writer").unstarted(this::write);
  }

  void start() {
    writer.start();
  }

  /** Waits until the last frame is sent, or cannot be. */
  void awaitSent() throws InterruptedException {
    writer.join();
  }

  /** Whether the connection is over for whatever is still to be said. */
  boolean isClosing() {
    return end != null;
  }

  /** Why the connection is over: an error's code, or one of the ends above. */
  String end() {
    String why = end;
    return why == null ? BROKEN : why;
  }

  /** Sends a message that carries the next sequence number. */
  void commit(LongFunction<ServerMessage> message) {
    lock.lock();
    try {
      if (end != null) {
        return;
      }
      ServerMessage committed = message.apply(++seq);
      if (committed instanceof Caption caption) {
        partials.settle(caption);
      }
      enqueue(committed);
    } finally {
      lock.unlock();
    }
  }

  /** Sends a message that has no sequence number. */
  void send(ServerMessage message) {
    lock.lock();
    try {
      if (end != null) {
        return;
      }
      if (message instanceof Caption caption) {
        partials.add(caption);
        changed.signal();
      } else {
        enqueue(message);
      }
    } finally {
      lock.unlock();
    }
  }

  /** Answers a ping. */
  void pong(byte[] payload) {
    lock.lock();
    try {
      pong = Frames.pong(payload);
      changed.signal();
    } finally {
      lock.unlock();
    }
  }

  /** Asks the client whether it is there. */
  void ping() {
    lock.lock();
    try {
      ping = true;
      changed.signal();
    } finally {
      lock.unlock();
    }
  }

  /** Closes the connection once all that waits is sent; what comes later is not. */
  void close(CloseCode code, String why) {
    lock.lock();
    try {
      closeWith(Frames.close(code.code(), why), why);
    } finally {
      lock.unlock();
    }
  }

  /** Sends an error after all that waits, and closes the connection. */
  void fail(Failure failure, CloseCode code) {
    lock.lock();
    try {
      if (end == null) {
        String why = failure.code().word();
        frames.add(Outgoing.of(failure, 0));
        closeWith(Frames.close(code.code(), why), why);
      }
    } finally {
      lock.unlock();
    }
  }

  /** Answers the client's close; nothing is said to it any more. */
  void answerClose(int code) {
    lock.lock();
    try {
      if (end == null) {
        frames.clear();
        closeWith(Frames.close(code, ""), CLIENT);
      }
    } finally {
      lock.unlock();
    }
  }

  /** Ends the writer at once: the connection is gone. */
  void abandon(String why) {
    lock.lock();
    try {
      if (end == null) {
        end = why;
      }
    } finally {
      lock.unlock();
    }
    writer.interrupt();
  }

  /** Whether one frame, or all of the closing, has taken longer than it may. */
  boolean isOverdue(long now, Duration patience) {
    lock.lock();
    try {
      return (writing && now - writingSince > patience.toNanos())
          || (end != null && now - closingSince > patience.toNanos());
    } finally {
      lock.unlock();
    }
  }

  private void enqueue(ServerMessage message) {
    Outgoing frame = Outgoing.of(message, System.nanoTime());
    frames.add(frame);
    bytes += frame.bytes.length;
    if (frames.size() > mostMessages || bytes > mostBytes) {
      frames.clear();
      fail(
          new Failure(ErrorCode.SLOW_READER, true, true, null, "What is sent must be read."),
          CloseCode.SLOW_READER);
    }
    changed.signal();
  }

  private void closeWith(byte[] frame, String why) {
    if (end == null) {
      close = new Outgoing(frame, null, true);
      end = why;
      closingSince = System.nanoTime();
      changed.signal();
    }
  }

  private void write() {
    try {
      Outgoing frame;
      do {
        frame = next();
        wire.write(frame.bytes);
        if (frame.captionSince != null) {
          captionSent.accept(Duration.ofNanos(System.nanoTime() - frame.captionSince));
        }
      } while (!frame.last);
    } catch (InterruptedException e) {
      // Abandoned: there is nobody to write to.
    } catch (UncheckedIOException e) {
      // The connection broke while writing; its reader notices as well, and cleans up.
      abandon(BROKEN);
    }
  }

  /** Waits for something to send, no longer than until the next heartbeat. */
  private Outgoing next() throws InterruptedException {
    long left = HEARTBEAT.toNanos();
    Partials.@Nullable Partial partial;
    lock.lockInterruptibly();
    try {
      writing = false;
      Outgoing frame = poll();
      while (frame == null && partials.isEmpty() && left > 0) {
        left = changed.awaitNanos(left);
        frame = poll();
      }
      writing = true;
      writingSince = System.nanoTime();
      if (frame != null) {
        return frame;
      }
      partial = partials.poll();
    } finally {
      lock.unlock();
    }
    return partial == null
        ? Outgoing.of(heartbeat.get(), 0)
        : Outgoing.of(partial.caption(), partial.since());
  }

  /** What goes before partials, and the close after everything. */
  private @Nullable Outgoing poll() {
    byte[] answer = pong;
    if (answer != null) {
      pong = null;
      return Outgoing.of(answer);
    }
    if (ping) {
      ping = false;
      return Outgoing.of(Frames.ping());
    }
    Outgoing frame = frames.poll();
    if (frame != null) {
      bytes -= frame.bytes.length;
      return frame;
    }
    return close;
  }
}
