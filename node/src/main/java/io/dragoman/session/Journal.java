package io.dragoman.session;

import io.dragoman.pipeline.Caption;
import io.dragoman.protocol.CloseCode;
import io.dragoman.protocol.ErrorCode;
import io.dragoman.protocol.ServerMessage;
import io.dragoman.session.SessionAnswer.Reason;
import io.dragoman.session.SessionRecord.Owner;
import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a session tells its client, in order, each committed event only after the cluster has it.
 *
 * <p>Nobody who tells something waits. One thread commits: all events that have come since its last
 * commit in one change of the session's {@link SessionEntry}. Whatever is said meanwhile waits
 * behind them, but of partial captions only the newest. While the cluster does not answer, nothing
 * is lost: the thread goes on asking, and after a while the client is told to go elsewhere. Once
 * another connection carries the session, nothing more is committed, nor said. Thread-safe.
 */
final class Journal {
  private static final Logger log = LoggerFactory.getLogger(Journal.class);

  /** A node that cannot commit for so long tells its clients to try another one. */
  private static final Duration STALLED = Duration.ofSeconds(2);

  /** For so long it waits with them. */
  private static final Duration MOVING = Duration.ofSeconds(30);

  /** Once the connection is gone, for so long what is left to be done is tried. */
  private static final Duration LETTING_GO = Duration.ofSeconds(30);

  /** In the time in which a session may be resumed it is renewed at least so many times. */
  private static final int RENEWALS = 4;

  private final SessionEntry entry;
  private final Owner owner;
  private final CaptionWording wording;
  private final Outbox outbox;
  private final long renewEvery;
  private final Consumer<Duration> committedAfter;
  private final Thread thread = Thread.ofVirtual().name("journal").unstarted(this::run);

  /** Set before anything is committed. */
  private Runnable whenLost = () -> {};

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();

  // Guarded by lock.
  private final Unsaid unsaid = new Unsaid();

  /** With all events, the last of which may not be committed yet. */
  private SessionRecord record;

  private long committed;
  private boolean closed;

  /** When it was closed, on the monotonic clock. */
  private long closedAt;

  /** Whether the session ended, and nobody will resume it. */
  private boolean ended;

  /** Whether nothing more is committed: the session was let go, or another owner carries it. */
  private boolean over;

  // Only accessed by the thread.
  /** Whether the cluster has lost events, or all of the session. */
  private boolean incomplete;

  private @Nullable Long stalledSince;
  private long renewAt;

  /**
   * @param record the session as its owner has just got it
   * @param resumable for how long it may be resumed once it is interrupted
   * @param committedAfter is told how long each event waited for its commit
   */
  Journal(
      SessionEntry entry,
      SessionRecord record,
      CaptionWording wording,
      Outbox outbox,
      Duration resumable,
      Consumer<Duration> committedAfter) {
    this.entry = entry;
    this.record = record;
    this.committed = record.seq();
    this.owner = record.owner();
    this.wording = wording;
    this.outbox = outbox;
    this.renewEvery = Math.min(resumable.toNanos() / RENEWALS, SessionRegistry.RENEWAL.toNanos());
    this.committedAfter = committedAfter;
    this.renewAt = System.nanoTime() + renewEvery;
  }

  /**
   * Begins to commit.
   *
   * @param whenLost is run once the session is another connection's, or nobody's
   */
  void start(Runnable whenLost) {
    this.whenLost = whenLost;
    thread.start();
  }

  /** Says something that is not committed, in its order. */
  void say(ServerMessage message) {
    lock.lock();
    try {
      if (unsaid.isEmpty()) {
        outbox.send(message);
      } else {
        unsaid.add(message);
      }
    } finally {
      lock.unlock();
    }
  }

  /**
   * Commits what was said, and at once with it what that settles, and says both. Were it committed
   * without, and the node to die, its last word might be heard again by the next owner.
   */
  void said(Caption.Final source, long settled) {
    lock.lock();
    try {
      finished(source);
      covered(settled);
    } finally {
      lock.unlock();
    }
  }

  /** Commits a final caption, and says it. */
  void finished(Caption.Final caption) {
    lock.lock();
    try {
      add(new SessionEvent.Said(record.seq() + 1, owner.epoch(), caption));
    } finally {
      lock.unlock();
    }
  }

  /** Commits that finals or silence cover all audio before a sample, and says it. */
  void covered(long sample) {
    lock.lock();
    try {
      if (sample > record.settled()) {
        add(new SessionEvent.Covered(record.seq() + 1, sample));
      }
    } finally {
      lock.unlock();
    }
  }

  private void add(SessionEvent event) {
    SessionRecord next = record.with(event);
    if (next == null) {
      log.error("session {}: a caption was made twice, and is not said again", entry.sid());
      return;
    }
    record = next;
    unsaid.add(wording.event(event), event.seq());
    changed.signalAll();
  }

  /** Waits until all is said, or cannot be any more. */
  void awaitSaid() throws InterruptedException {
    lock.lockInterruptibly();
    try {
      while (!unsaid.isEmpty() && !over) {
        changed.await();
      }
    } finally {
      lock.unlock();
    }
  }

  /**
   * The connection is gone: what came last is committed, what the cluster lost is brought back, and
   * the session is let go, if the cluster answers soon.
   *
   * @param forGood whether the client heard all, and will not resume
   */
  void close(boolean forGood) {
    lock.lock();
    try {
      closed = true;
      closedAt = System.nanoTime();
      ended = forGood;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Waits until what came last is committed, or cannot be: half a minute after the close. */
  void awaitLetGo() throws InterruptedException {
    thread.join();
  }

  private void run() {
    try {
      while (awaitWork()) {
        SessionChange change = next();
        SessionAnswer answer = entry.change(change, STALLED);
        if (answer == null) {
          stalled();
        } else {
          take(answer, change);
        }
      }
    } catch (InterruptedException e) {
      // Nobody does.
      Thread.currentThread().interrupt();
    } catch (RuntimeException bug) {
      log.error("session {} cannot be committed because of a bug", entry.sid(), bug);
      outbox.fail(
          new ServerMessage.Failure(
              ErrorCode.INTERNAL, true, true, SessionSocket.RETRY_AFTER_MS, null, Session.BUG),
          CloseCode.INTERNAL);
      entry.ask(new SessionChange.Leave(owner));
      nothingMore();
      whenLost.run();
    } finally {
      nothingMore();
    }
  }

  /** Waits until something is to be asked of the cluster; false when nothing will be. */
  private boolean awaitWork() throws InterruptedException {
    lock.lockInterruptibly();
    try {
      long left = renewAt - System.nanoTime();
      while (!over && !closed && !incomplete && committed >= record.seq() && left > 0) {
        left = changed.awaitNanos(left);
      }
      boolean inVain = closed && System.nanoTime() - closedAt > LETTING_GO.toNanos();
      if (inVain && !over) {
        warnOfWhatIsLeft();
      }
      return !over && !inVain;
    } finally {
      lock.unlock();
    }
  }

  private SessionChange next() {
    lock.lock();
    try {
      if (incomplete) {
        return new SessionChange.Restore(record);
      }
      if (committed < record.seq()) {
        return new SessionChange.Append(owner, record.after(committed));
      }
      if (closed) {
        return ended ? new SessionChange.End(owner) : new SessionChange.Leave(owner);
      }
      return new SessionChange.Renew(owner);
    } finally {
      lock.unlock();
    }
  }

  private void take(SessionAnswer answer, SessionChange change) {
    stalledSince = null;
    renewAt = System.nanoTime() + renewEvery;
    switch (answer) {
      case SessionAnswer.Done(long seq) -> {
        // A copy that took the place of one that was lost may be behind it.
        found(seq < committed);
        sayUpTo(seq);
        if (!incomplete
            && (change instanceof SessionChange.Leave || change instanceof SessionChange.End)) {
          nothingMore();
        }
      }
      // Copies were lost, and this is the only whole one.
      case SessionAnswer.Refused(Reason why) when why == Reason.UNKNOWN || why == Reason.BEHIND ->
          found(true);
      case SessionAnswer.Refused(Reason why) when why == Reason.TAKEN_OVER -> takenOver();
      case SessionAnswer.Refused(Reason why) when why == Reason.ENDED ->
          lost(
              ErrorCode.RESUME_UNAVAILABLE,
              CloseCode.RESUME_EXPIRED,
              "The session was ended; start a new one with another sid.");
      case SessionAnswer.Held _, SessionAnswer.Refused _ ->
          throw new IllegalStateException("no answer to what was asked: " + answer);
    }
  }

  private void found(boolean lost) {
    // The session's start is its first event: where there is no other, nothing was said.
    if (lost && !incomplete && committed > 1) {
      log.warn(
          "session {}: all whole copies of it in the cluster are lost; this node brings it back, up to its event"
              + " {}. Nobody need act, but to start the nodes that are missing",
          entry.sid(),
          committed);
    }
    incomplete = lost;
  }

  private void warnOfWhatIsLeft() {
    if (incomplete || committed < record.seq()) {
      log.warn(
          "session {}: given up {} s after its connection was lost ({}); {}",
          entry.sid(),
          LETTING_GO.toSeconds(),
          entry.trouble(),
          incomplete
              ? "what was committed of it, up to its event %d, is not brought back, and nothing does that now"
                  .formatted(committed)
              : "its last %d events are not committed, and are made anew where its client resumes it"
                  .formatted(record.seq() - committed));
    }
  }

  private void sayUpTo(long seq) {
    lock.lock();
    try {
      committed = Math.max(committed, seq);
      unsaid.say(committed, outbox, committedAfter);
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Another connection has the session: nothing more is committed or said. Thread-safe. */
  void takenOver() {
    lost(ErrorCode.TAKEN_OVER, CloseCode.TAKEN_OVER, "The session goes on in another connection.");
  }

  private void lost(ErrorCode code, CloseCode close, String sentence) {
    // First, so that whoever waits for the last words takes their absence for no good end.
    outbox.fail(new ServerMessage.Failure(code, true, false, null, null, sentence), close);
    nothingMore();
    whenLost.run();
  }

  private void nothingMore() {
    lock.lock();
    try {
      over = true;
      unsaid.clear();
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private void stalled() {
    long now = System.nanoTime();
    if (stalledSince == null) {
      stalledSince = now;
      log.warn(
          "session {} cannot be committed ({}){}",
          entry.sid(),
          entry.trouble(),
          outbox.isClosing() ? "" : "; its client is told to try another node");
      outbox.send(new ServerMessage.SessionMoving(MOVING.toMillis()));
    } else if (now - stalledSince > MOVING.toNanos()) {
      outbox.close(CloseCode.MOVING, Outbox.MOVING);
    }
  }
}
