package io.dragoman.session;

import io.dragoman.protocol.CloseCode;
import io.dragoman.protocol.ErrorCode;
import io.dragoman.protocol.ServerMessage;
import io.dragoman.protocol.ServerMessage.Caption;
import io.dragoman.protocol.ServerMessage.Failure;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What waits to be sent to one client, and the one thread that sends it.
 *
 * <p>Of partial captions only the newest wait ({@link Backlog}). Everything else is sent in order;
 * when more of it waits than may, the client does not read, and the connection is closed with
 * {@link CloseCode#SLOW_READER}. Thread-safe.
 */
final class Outbox {

  /** A client that hears nothing for three of these takes the connection for dead. */
  private static final Duration HEARTBEAT = Duration.ofSeconds(1);

  /** For each of these that waits at the end, a client has as much time again. */
  private static final int CLOSING_BYTES = 16_384;

  /** Ends that are not an error's. */
  static final String ENDED = "ended";

  static final String MOVING = "moving";
  static final String CLIENT = "client";
  static final String BROKEN = "broken";
  static final String CROWDED = "crowded";
  static final String SILENT = "silent";
  static final String STUCK = "stuck";
  static final List<String> ENDS = List.of(ENDED, MOVING, CLIENT, BROKEN, CROWDED, SILENT, STUCK);

  /** The connection, as the writer sees it. */
  interface Wire {

    /** Sends a frame; blocks while the client does not read. */
    void write(byte[] frame) throws UncheckedIOException;
  }

  private final Wire wire;
  private final int mostMessages;
  private final int mostBytes;
  private final Supplier<ServerMessage> heartbeat;
  private final Consumer<Duration> captionSent;
  private final Thread writer;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Condition sent = lock.newCondition();
  // Guarded by lock.
  private final Backlog backlog = new Backlog();

  /** Since when the writer has been busy with one frame; meaningless while it waits. */
  private long writingSince;

  private boolean writing;
  private long closingSince;

  /** How many bytes waited when the closing began. */
  private long closingBytes;

  /** Why the connection is over; once it is set nothing is added. Written under the lock. */
  private volatile @Nullable String end;

  /** Whether the last frame was taken. Written by the writer. */
  private volatile boolean allSent;

  /** When the client must have heard something. Only accessed by the writer. */
  private long heartbeatDue;

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

  /** Sends a message; a partial caption may be replaced before its turn comes. */
  void send(ServerMessage message) {
    lock.lock();
    try {
      if (end != null) {
        return;
      }
      if (message instanceof Caption caption && !caption.isFinal()) {
        backlog.addPartial(caption);
        changed.signal();
      } else {
        enqueue(message);
      }
    } finally {
      lock.unlock();
    }
  }

  /** Waits until much more may be sent, or nothing. */
  void awaitRoom() throws InterruptedException {
    lock.lockInterruptibly();
    try {
      while (end == null
          && (backlog.messages() > mostMessages / 2 || backlog.bytes() > mostBytes / 2)) {
        sent.await();
      }
    } finally {
      lock.unlock();
    }
  }

  /** Answers a ping. */
  void pong(byte[] payload) {
    lock.lock();
    try {
      backlog.pong(payload);
      changed.signal();
    } finally {
      lock.unlock();
    }
  }

  /** Asks the client whether it is there. */
  void ping() {
    lock.lock();
    try {
      backlog.ping();
      changed.signal();
    } finally {
      lock.unlock();
    }
  }

  /** Closes the connection once all that waits is sent; what comes later is not. */
  void close(CloseCode code, String why) {
    lock.lock();
    try {
      closeWith(code.code(), why, why);
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
        backlog.add(failure);
        closeWith(code.code(), why, why);
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
        backlog.clear();
        closeWith(code, "", CLIENT);
      }
    } finally {
      lock.unlock();
    }
  }

  /**
   * Ends the writer at once: the connection is gone. A client that was {@link #STUCK} while it was
   * being closed did not come to the end that was meant.
   */
  void abandon(String why) {
    lock.lock();
    try {
      if (end == null) {
        over(why);
      } else if (why.equals(STUCK) && !allSent) {
        end = STUCK;
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
      long all = patience.toNanos() * (1 + closingBytes / CLOSING_BYTES);
      return (writing && now - writingSince > patience.toNanos())
          || (end != null && now - closingSince > all);
    } finally {
      lock.unlock();
    }
  }

  private void enqueue(ServerMessage message) {
    backlog.add(message);
    if (backlog.messages() > mostMessages || backlog.bytes() > mostBytes) {
      backlog.clear();
      fail(
          new Failure(ErrorCode.SLOW_READER, true, true, null, null, "What is sent must be read."),
          CloseCode.SLOW_READER);
    }
    changed.signal();
  }

  private void closeWith(int code, String reason, String why) {
    if (end == null) {
      backlog.close(code, reason);
      over(why);
      changed.signal();
    }
  }

  private void over(String why) {
    end = why;
    sent.signalAll();
    closingSince = System.nanoTime();
    closingBytes = backlog.bytes();
  }

  private void write() {
    try {
      hearAgainWithin(HEARTBEAT);
      Outgoing next;
      do {
        next = next();
        wire.write(next.frame());
        switch (next) {
          case Outgoing.Control control -> {}
          case Outgoing.Close close -> {}
          case Outgoing.Message message -> said(message.captionSince());
          case Outgoing.Partial partial -> said(partial.since());
        }
      } while (!(next instanceof Outgoing.Close));
      allSent = true;
    } catch (InterruptedException e) {
      // Abandoned: there is nobody to write to.
    } catch (UncheckedIOException e) {
      // The connection broke while writing; its reader notices as well, and cleans up.
      abandon(BROKEN);
    }
  }

  private void hearAgainWithin(Duration time) {
    heartbeatDue = System.nanoTime() + time.toNanos();
  }

  private void said(@Nullable Long captionSince) {
    hearAgainWithin(HEARTBEAT);
    if (captionSince != null) {
      captionSent.accept(Duration.ofNanos(System.nanoTime() - captionSince));
    }
  }

  /** Waits for something to send, no longer than until the next heartbeat. */
  private Outgoing next() throws InterruptedException {
    Outgoing next;
    lock.lockInterruptibly();
    try {
      writing = false;
      next = backlog.poll();
      for (long left = 1; next == null && left > 0; next = backlog.poll()) {
        left = changed.awaitNanos(heartbeatDue - System.nanoTime());
      }
      sent.signalAll();
      writing = true;
      writingSince = System.nanoTime();
    } finally {
      lock.unlock();
    }
    return next != null ? next : Outgoing.Message.of(heartbeat.get());
  }
}
