package io.dragoman.session;

import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** The cluster's records in memory, with a cluster's moods. */
final class FakeRegistry implements SessionRegistry {
  final Map<String, SessionRecord> records = new ConcurrentHashMap<>();

  /** Whether the cluster refuses every change. */
  volatile boolean away;

  /** Whether it does not answer, and changes nothing. */
  volatile boolean silent;

  /** Whether it meets a bug. */
  volatile boolean broken;

  /** Whether it makes every change twice, and says that it is not certain. */
  volatile boolean uncertain;

  /** Whether it does not take back what it lost. */
  volatile boolean lossy;

  /** How often it was asked for a change. */
  final AtomicInteger asked = new AtomicInteger();

  /** Whether the node knows that it is cut off from the cluster. */
  volatile boolean cutOff;

  /** Whether a record that is not there may come yet. */
  volatile boolean settling;

  @Override
  public CompletionStage<SessionAnswer> change(String sid, SessionChange change) {
    asked.incrementAndGet();
    if (broken) {
      throw new IllegalStateException("a bug");
    }
    if (silent) {
      return new CompletableFuture<>();
    }
    if (away || (lossy && change instanceof SessionChange.Restore)) {
      return CompletableFuture.failedFuture(new IllegalStateException("a secret of the node"));
    }
    SessionAnswer answer = make(sid, change);
    if (uncertain) {
      // Only what is asked for again is answered.
      uncertain = false;
      make(sid, change);
      return CompletableFuture.failedFuture(new IllegalStateException("it may be done or not"));
    }
    return CompletableFuture.completedFuture(answer);
  }

  @Override
  public long nowMs() {
    return System.currentTimeMillis();
  }

  @Override
  public boolean hasMajority() {
    return !cutOff;
  }

  @Override
  public boolean isSettled() {
    return !settling;
  }

  private synchronized SessionAnswer make(String sid, SessionChange change) {
    SessionChange.Outcome outcome = change.applyTo(held(sid));
    switch (outcome) {
      case SessionChange.Outcome.Unchanged _ -> {}
      case SessionChange.Outcome.Put put -> records.put(sid, put.record());
    }
    return outcome.answer();
  }

  @Nullable SessionRecord held(String sid) {
    return records.get(sid);
  }

  /** Whether nobody carries a session, though one may still be resumed. */
  boolean isQuiet() {
    return records.values().stream().allMatch(record -> record.owner().claim() == 0);
  }
}
