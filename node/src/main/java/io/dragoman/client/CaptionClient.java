package io.dragoman.client;

import io.dragoman.client.SendBuffer.Piece;
import io.dragoman.protocol.ClientMessage;
import io.dragoman.protocol.ClientMessage.SessionStart;
import io.dragoman.protocol.CloseCode;
import io.dragoman.protocol.Codec;
import io.dragoman.protocol.ServerMessage;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * One session, which outlives its connections: when one breaks, falls silent for 3 s, or is left
 * because its node leaves, the session is resumed through another, and what its node lacks is sent
 * again. That goes on by itself until the session has ended or cannot be had any more, or met a bug
 * twice in the time for which it is kept.
 *
 * <p>What is said is kept until the node acknowledges it: two minutes of audio at most, of which
 * the oldest is forgotten if it was sent before, but not while a node is asked for the session: up
 * to four minutes then. Thread-safe.
 */
public final class CaptionClient implements AutoCloseable {
  private static final Duration CONNECT_WITHIN = Duration.ofSeconds(10);

  private static final Duration FIRST_PAUSE = Duration.ofMillis(250);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(4);

  /** Is told what the node says: one call at a time, in order. The next message waits meanwhile. */
  @FunctionalInterface
  public interface Listener {

    /**
     * A text frame as it came.
     *
     * @param message what it means; null for a type that this version does not know
     */
    void onMessage(String raw, @Nullable ServerMessage message);

    /** The connection is of no use any more, and another one is tried. */
    default void onInterrupted(Ending why) {}

    /**
     * The session goes on; {@code session.resumed} was told before.
     *
     * @param away since something was last heard of a connection that fell silent, or since another
     *     one ended
     */
    default void onResumed(Duration away) {}
  }

  /**
   * How long a node may say nothing.
   *
   * @param answer while it is asked for the session
   * @param silence afterwards
   */
  record Patience(Duration answer, Duration silence) {
    static final Patience USUAL = new Patience(Duration.ofSeconds(10), Duration.ofSeconds(3));
  }

  private final SessionAddress address;
  private final Listener listener;
  private final Patience patience;
  private final CompletableFuture<ServerMessage.SessionStarted> started = new CompletableFuture<>();
  private final CompletableFuture<Ending> ended = new CompletableFuture<>();

  /** Held while the listener is told something. */
  private final ReentrantLock telling = new ReentrantLock();

  /** Guards what follows; taken after {@link #telling}. */
  private final ReentrantLock lock = new ReentrantLock();

  private final Condition changed = lock.newCondition();
  private final Resumption resumption;
  private @Nullable Connection connection;

  /** Whether the connection carries the session. */
  private boolean answered;

  private long answeredAt;

  /** Whether another connection is to be tried, though this one may go on. */
  private boolean leaving;

  /** Whether the node has said its last word. */
  private boolean over;

  /** When the last connection that carried the session was lost. */
  private long lostAt;

  // Only used by the session's thread.
  private int door;
  private int attempts;

  private CaptionClient(
      SessionAddress address, SessionStart start, Listener listener, Patience patience) {
    this.address = address;
    this.listener = listener;
    this.patience = patience;
    this.resumption = new Resumption(start);
  }

  /** Connects and asks for the session; {@link #awaitStarted} says whether it was granted. */
  public static CaptionClient connect(SessionAddress address, SessionStart start, Listener listener)
      throws ClientException, InterruptedException {
    return connect(address, start, listener, Patience.USUAL);
  }

  static CaptionClient connect(
      SessionAddress address, SessionStart start, Listener listener, Patience patience)
      throws ClientException, InterruptedException {
    CaptionClient client = new CaptionClient(address, start, listener, patience);
    Connection first = client.open(CONNECT_WITHIN);
    Thread.ofVirtual().name("session").start(() -> client.run(first));
    return client;
  }

  /** Waits until the session runs. Fails when the node refuses it or does not answer in time. */
  public ServerMessage.SessionStarted awaitStarted(Duration timeout)
      throws ClientException, InterruptedException {
    try {
      return started.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      throw new ClientException("no session: " + ended.join().describe());
    } catch (TimeoutException e) {
      throw new ClientException(
          "%s did not start a session within %d s"
              .formatted(address.authority(), timeout.toSeconds()));
    }
  }

  /**
   * Says audio, as the session's next samples. It is sent when a connection takes it; this waits
   * only while two minutes of audio wait to be sent.
   *
   * @param pcm whole samples, 20 to 100 ms of them; not to be changed afterwards
   * @throws ClientException when the session has ended
   */
  public void sendAudio(byte[] pcm) throws ClientException, InterruptedException {
    lock.lockInterruptibly();
    try {
      while (resumption.isFull() && !ended.isDone()) {
        changed.await();
      }
      requireGoingOn();
      resumption.say(pcm);
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Says a message after all that was said before.
   *
   * @throws ClientException when the session has ended
   */
  public void send(ClientMessage message) throws ClientException {
    lock.lock();
    try {
      requireGoingOn();
      resumption.say(message);
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Waits for the session's end. */
  public Ending awaitEnd() throws InterruptedException {
    try {
      return ended.get();
    } catch (ExecutionException e) {
      throw new AssertionError("an ending is never exceptional", e);
    }
  }

  /** Waits for the session's end; null when it has not come in time. */
  public @Nullable Ending awaitEnd(Duration timeout) throws InterruptedException {
    try {
      return ended.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      return null;
    } catch (ExecutionException e) {
      throw new AssertionError("an ending is never exceptional", e);
    }
  }

  /** Gives the session up at once, unless it has ended. */
  @Override
  public void close() {
    lock.lock();
    try {
      end(new Ending.GivenUp("the session was given up by this client"));
      if (connection != null) {
        connection.end(new Ending.GivenUp("the session was given up by this client"));
      }
    } finally {
      lock.unlock();
    }
  }

  private void requireGoingOn() throws ClientException {
    if (ended.isDone()) {
      throw new ClientException(ended.join().describe());
    }
  }

  /** The first ending counts. */
  private void end(Ending ending) {
    if (ended.complete(ending)) {
      started.completeExceptionally(new ClientException(ending.describe()));
      signal();
    }
  }

  private void signal() {
    lock.lock();
    try {
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private Connection open(Duration within) throws ClientException, InterruptedException {
    return Connection.open(address.door(door), new Events(), within, patience.answer());
  }

  /** Carries the session from one connection to the next. */
  private void run(Connection first) {
    try {
      Ending ending = carry(first);
      while (ending.resumable() && mayResume()) {
        pause(ending);
        ending = carryOn();
      }
      end(wasStarted() && ending.resumable() ? outOfReach(ending) : ending);
    } catch (InterruptedException e) {
      throw new AssertionError("nobody interrupts a session's thread", e);
    } finally {
      end(new Ending.GivenUp("the session was given up because of a bug"));
    }
  }

  /** Tries the next door. */
  private Ending carryOn() throws InterruptedException {
    door++;
    attempts++;
    try {
      return carry(open(patience.silence()));
    } catch (ClientException e) {
      return new Ending.Broken(e.getMessage());
    }
  }

  /** Asks for the session, and says what is to be said while the connection is of use. */
  private Ending carry(Connection carrier) throws InterruptedException {
    boolean useful = carrier.send(begin(carrier));
    while (useful) {
      Piece piece = awaitPiece(carrier);
      useful = piece != null && piece.sendTo(carrier);
    }
    return letGo(carrier);
  }

  /** What the connection is to say first, after all that came of the one before was told. */
  private SessionStart begin(Connection carrier) {
    telling.lock();
    lock.lock();
    try {
      connection = carrier;
      answered = false;
      leaving = false;
      if (ended.isDone()) {
        close();
      }
      return resumption.start();
    } finally {
      lock.unlock();
      telling.unlock();
    }
  }

  /** What is to be said next; null when the connection is of no use any more. */
  private @Nullable Piece awaitPiece(Connection carrier) throws InterruptedException {
    lock.lock();
    try {
      while (carrier.ending() == null && !leaving) {
        Piece piece = answered ? resumption.next() : null;
        if (piece != null) {
          changed.signalAll();
          return piece;
        }
        var _ = changed.awaitNanos(carrier.untilSilent());
      }
      return null;
    } finally {
      lock.unlock();
    }
  }

  private Ending letGo(Connection carrier) {
    Ending ending = carrier.end(new Ending.Broken(carrier.authority() + " leaves"));
    boolean interrupted;
    lock.lock();
    try {
      if (over && ending.resumable()) {
        ending = new Ending.Closed(CloseCode.ENDED.code(), "ended", null);
      } else if (ending.bug() && !resumption.outlives(carrier.endedAt())) {
        ending =
            new Ending.GivenUp("a bug came again soon after another one: " + ending.describe());
      }
      if (answered) {
        lostAt = carrier.endedAt();
        // One that is lost at once again and again must not keep the cluster busy.
        attempts = lostAt - answeredAt < LONGEST_PAUSE.toNanos() ? attempts : 0;
      }
      interrupted = answered && ending.resumable() && !ended.isDone();
    } finally {
      lock.unlock();
    }
    if (interrupted) {
      telling.lock();
      try {
        listener.onInterrupted(ending);
      } finally {
        telling.unlock();
      }
    }
    return ending;
  }

  private boolean mayResume() {
    lock.lock();
    try {
      return wasStarted()
          && !ended.isDone()
          && System.nanoTime() - lostAt < resumption.window().toNanos();
    } finally {
      lock.unlock();
    }
  }

  private boolean wasStarted() {
    return started.isDone() && !started.isCompletedExceptionally();
  }

  private Ending outOfReach(Ending last) {
    return new Ending.Broken(
        "no node took the session up again within %d s; at last: %s"
            .formatted(resumption.window().toSeconds(), last.describe()));
  }

  /** Many sessions may have lost their node at once; one that leaves sends them away in turn. */
  private void pause(Ending ending) throws InterruptedException {
    long longest =
        Math.min(LONGEST_PAUSE.toNanos(), FIRST_PAUSE.toNanos() << Math.min(attempts, 10));
    long pause = ThreadLocalRandom.current().nextLong(longest);
    if (ending instanceof Ending.Closed closed) {
      pause = Math.max(pause, closed.retryAfter().toNanos());
    }
    lock.lock();
    try {
      long left = leaving && attempts == 0 ? 0 : pause;
      while (left > 0 && !ended.isDone()) {
        left = changed.awaitNanos(left);
      }
    } finally {
      lock.unlock();
    }
  }

  /** What the connections tell. Late words of one that was let go are passed over. */
  private final class Events implements Connection.Listener {

    @Override
    public void onMessage(Connection from, String raw, @Nullable ServerMessage message) {
      telling.lock();
      try {
        if (!isFromCarrier(from)) {
          return;
        }
        listener.onMessage(raw, message);
        note(from, raw, message);
        if (message instanceof ServerMessage.SessionResumed) {
          listener.onResumed(away());
        }
      } finally {
        telling.unlock();
      }
    }

    @Override
    public void onEnd() {
      signal();
    }

    private boolean isFromCarrier(Connection from) {
      lock.lock();
      try {
        return from == connection && from.ending() == null && !ended.isDone();
      } finally {
        lock.unlock();
      }
    }

    private void note(Connection from, String raw, @Nullable ServerMessage message) {
      lock.lock();
      try {
        resumption.heard(Codec.seq(raw).orElse(0));
        switch (message) {
          case ServerMessage.SessionStarted s -> {
            carries(from, s.fromSample(), s.resumeToken(), s.resumeWindowS());
            started.complete(s);
          }
          case ServerMessage.SessionResumed s ->
              carries(from, s.fromSample(), s.resumeToken(), s.resumeWindowS());
          case ServerMessage.AudioAck ack -> resumption.acknowledged(ack.sample());
          case ServerMessage.SessionMoving _ -> leaving = true;
          case ServerMessage.SessionEnded _ -> over = true;
          case null, default -> {}
        }
        changed.signalAll();
      } finally {
        lock.unlock();
      }
    }

    private Duration away() {
      lock.lock();
      try {
        return Duration.ofNanos(answeredAt - lostAt);
      } finally {
        lock.unlock();
      }
    }

    private void carries(Connection carrier, long fromSample, String token, int windowS) {
      answered = true;
      answeredAt = System.nanoTime();
      carrier.patience(patience.silence());
      leaving = !resumption.carried(fromSample, token, windowS);
    }
  }
}
