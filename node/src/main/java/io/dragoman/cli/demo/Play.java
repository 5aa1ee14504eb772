package io.dragoman.cli.demo;

import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Runs the demo's sessions to their end, before everybody's eyes. Used by one thread. */
final class Play {
  private static final int REDRAW_MS = 200;

  private final List<DemoSession> sessions;
  private final Board board;

  /** What the event has to say. */
  private final Queue<String> said = new ConcurrentLinkedQueue<>();

  private volatile @Nullable String trouble;

  Play(List<DemoSession> sessions, Board board) {
    this.sessions = sessions;
    this.board = board;
  }

  /** What is to happen on the way. */
  @FunctionalInterface
  interface Event {

    /**
     * Makes it happen; an interrupt ends it.
     *
     * @param say shows a sentence
     * @return a sentence when it could not be made to happen, which makes the sessions come to
     *     their end; null otherwise
     */
    @Nullable String happen(Consumer<String> say) throws InterruptedException;
  }

  /**
   * Returns when all sessions have ended; an interrupt makes them come to it.
   *
   * @param event to happen once all are under way; null for none
   * @return a sentence when it could not
   */
  @Nullable String run(@Nullable Event event) {
    CountDownLatch running = new CountDownLatch(sessions.size());
    sessions.forEach(session -> start(session, running));
    long startNanos = System.nanoTime();
    Thread happening = null;
    for (boolean ended = false; !ended; ) {
      try {
        ended = running.await(REDRAW_MS, TimeUnit.MILLISECONDS);
        if (event != null && happening == null && sessions.stream().allMatch(Play::isUnderWay)) {
          happening = Thread.ofVirtual().name("event").start(() -> happen(event));
        }
      } catch (InterruptedException e) {
        board.say("Ending after the sentences that are being spoken…");
        sessions.forEach(DemoSession::stop);
      }
      for (String sentence = said.poll(); sentence != null; sentence = said.poll()) {
        board.say(sentence);
      }
      board.show(sessions, Duration.ofNanos(System.nanoTime() - startNanos));
    }
    if (event != null && happening == null) {
      return "the sessions ended before the fault was to be set";
    }
    if (happening != null) {
      end(happening);
    }
    return trouble;
  }

  private void happen(Event event) {
    try {
      trouble = event.happen(said::add);
    } catch (InterruptedException e) {
      // Nobody looks any more.
    } catch (RuntimeException bug) {
      trouble = "what was to happen on the way met a bug: " + bug;
    }
    if (trouble != null) {
      sessions.forEach(DemoSession::stop);
    }
  }

  private static void end(Thread happening) {
    happening.interrupt();
    boolean again = false;
    while (happening.isAlive()) {
      try {
        happening.join();
      } catch (InterruptedException e) {
        again = true;
      }
    }
    if (again) {
      Thread.currentThread().interrupt();
    }
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
}
