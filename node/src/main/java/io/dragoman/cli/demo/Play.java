package io.dragoman.cli.demo;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Runs the demo's sessions to their end, before everybody's eyes. Used by one thread. */
final class Play {
  private static final int REDRAW_MS = 200;

  private final List<DemoSession> sessions;
  private final Board board;

  Play(List<DemoSession> sessions, Board board) {
    this.sessions = sessions;
    this.board = board;
  }

  /**
   * Returns when all sessions have ended; an interrupt makes them come to it.
   *
   * @param fault to be set on the way; null for none
   * @param faultDoor where
   * @return a sentence when the fault could not be set
   */
  @Nullable String run(@Nullable StandInFault fault, Supplier<String> faultDoor) {
    CountDownLatch running = new CountDownLatch(sessions.size());
    sessions.forEach(session -> start(session, running));
    long startNanos = System.nanoTime();
    StandInFault toSet = fault;
    String trouble = null;
    for (boolean ended = false; !ended; ) {
      try {
        ended = running.await(REDRAW_MS, TimeUnit.MILLISECONDS);
        if (toSet != null && sessions.stream().allMatch(Play::isUnderWay)) {
          StandInFault now = toSet;
          toSet = null;
          trouble = set(now, faultDoor.get());
        }
      } catch (InterruptedException e) {
        board.say("Ending after the sentences that are being spoken…");
        sessions.forEach(DemoSession::stop);
      }
      board.show(sessions, Duration.ofNanos(System.nanoTime() - startNanos));
    }
    return toSet == null ? trouble : "the sessions ended before the fault was to be set";
  }

  private static void start(DemoSession session, CountDownLatch running) {
    Thread.ofVirtual()
        .name(session.plan().name())
        .start(
            () -> {
              try {
                session.run();
              } finally {
                running.countDown();
              }
            });
  }

  private static boolean isUnderWay(DemoSession session) {
    return session.spokenSeconds() >= StandInFault.BEGINS_AFTER_SECONDS
        || session.state() == DemoSession.State.FAILED;
  }

  private @Nullable String set(StandInFault fault, String door) throws InterruptedException {
    try {
      fault.set(door);
    } catch (IOException e) {
      return "the fault could not be set: " + e;
    }
    board.say("From now on " + fault.describe() + ".");
    return null;
  }
}
