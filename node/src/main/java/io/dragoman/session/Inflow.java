package io.dragoman.session;

import io.dragoman.speech.SpeechStream;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A session's audio on its way to the recogniser. A client that sends faster than twice real time,
 * or more than is heard, is held back by holding the thread that reads it; when that lasts too
 * long, it is told to go. Used by the connection's thread.
 */
final class Inflow {
  private static final Duration ROOM_PAUSE = Duration.ofMillis(20);

  /** How much faster than it is spoken audio may come, on average. */
  private static final double TIMES_REAL_TIME = 2;

  /** The same for audio that comes again, and how much of it may come at once, in seconds. */
  private static final double REPLAY_TIMES = 1.25;

  private static final double REPLAY_AHEAD = 0.5;

  /**
   * A client that sent so much, and never faster than it may, has caught up; in seconds. One that
   * only stood still for a moment sends what it has at once thereafter.
   */
  private static final double REPLAY_LEAST = 1;

  /** The session, as far as too much audio concerns it. */
  interface Owner {

    /** Whether no audio is wanted any more. */
    boolean isOver();

    /** The client begins to be held back. */
    void heldBack(String message);

    /** The client was held back for long enough. */
    void overflowed(String message);
  }

  private final SpeechStream speech;
  private final int sampleRate;
  private final long overflowNanos;
  private final Owner owner;

  /** In seconds of audio. */
  private final Pace pace;

  /**
   * While audio comes that another connection had sent already: the recogniser is to hear that at
   * little more than the pace at which it was spoken. Null once the client has caught up.
   */
  private @Nullable Pace replay;

  /** How much of it came since it last came faster than it is read, in seconds. */
  private double unhurried;

  /** Since when audio comes too fast; null while it does not. */
  private @Nullable Long rushingSince;

  /** Whether the recogniser is too far behind, and the client was told so. */
  private boolean lagging;

  /**
   * @param resumed whether the client begins with audio that it has sent before
   */
  Inflow(SpeechStream speech, int sampleRate, SessionConfig config, Owner owner, boolean resumed) {
    this.speech = speech;
    this.sampleRate = sampleRate;
    this.overflowNanos = config.overflow().toNanos();
    this.owner = owner;
    this.pace = new Pace(TIMES_REAL_TIME, config.ahead().toSeconds(), System.nanoTime());
    this.replay = resumed ? new Pace(REPLAY_TIMES, REPLAY_AHEAD, System.nanoTime()) : null;
  }

  /** Takes the next audio, as soon as it may be taken; false when it was not. */
  boolean take(byte[] pcm) throws InterruptedException {
    double seconds = pcm.length / 2.0 / sampleRate;
    awaitReplay(seconds);
    return awaitPace(seconds) && awaitRoom(pcm);
  }

  /** A client may send again all that it has; it is read no faster than it should send. */
  private void awaitReplay(double seconds) throws InterruptedException {
    if (replay == null) {
      return;
    }
    long wait = replay.take(seconds, System.nanoTime());
    unhurried = replay.isRelaxed() ? unhurried + seconds : 0;
    if (unhurried > REPLAY_LEAST) {
      replay = null;
    }
    TimeUnit.NANOSECONDS.sleep(wait);
  }

  private boolean awaitPace(double seconds) throws InterruptedException {
    long now = System.nanoTime();
    long wait = pace.take(seconds, now);
    if (pace.isRelaxed()) {
      rushingSince = null;
    }
    if (wait == 0) {
      return true;
    }
    if (rushingSince == null) {
      rushingSince = now;
      owner.heldBack(
          "Audio comes faster than twice real time and is held back; send it in real time.");
    } else if (now - rushingSince > overflowNanos) {
      owner.overflowed(
          "Audio came faster than twice real time for too long; send it in real time.");
      return false;
    }
    TimeUnit.NANOSECONDS.sleep(wait);
    return true;
  }

  private boolean awaitRoom(byte[] pcm) throws InterruptedException {
    if (speech.offer(pcm)) {
      lagging = false;
      return true;
    }
    if (!lagging) {
      lagging = true;
      owner.heldBack("What is said is not heard as fast as it comes; the audio waits.");
    }
    long deadline = System.nanoTime() + overflowNanos;
    while (!owner.isOver() && System.nanoTime() < deadline) {
      Thread.sleep(ROOM_PAUSE);
      if (speech.offer(pcm)) {
        return true;
      }
    }
    if (!owner.isOver()) {
      owner.overflowed("The audio could not be heard in time; connect again later.");
    }
    return false;
  }
}
