package io.dragoman.speech;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The client's side of a stream: the audio it gave, and what it asked for. Thread-safe; the one
 * thread that hears the stream is woken by every change.
 */
final class Intake {

  /** The stream is over: with this failure to report, or with nothing more to say. */
  record Stop(SpeechEvent.@Nullable Failure failure) {}

  private final AudioBuffer audio;
  private final long finishWithinNanos;
  private final Runnable wake;

  /** Up to where a final was asked for. */
  private final AtomicLong flushAt = new AtomicLong();

  /** Whether the client was heard of after its last audio. */
  private volatile boolean present;

  /** When the client said that no audio follows, on the monotonic clock; null until then. */
  private volatile @Nullable Long finishedAt;

  private volatile @Nullable Stop stop;

  Intake(AudioBuffer audio, Duration finishWithin, Runnable wake) {
    this.audio = audio;
    this.finishWithinNanos = finishWithin.toNanos();
    this.wake = wake;
  }

  /** Takes audio; false when there is no room, or none is expected any more. */
  boolean offer(byte[] pcm) {
    if (isFinished() || stop != null || !audio.append(pcm)) {
      return false;
    }
    present = false;
    wake.run();
    return true;
  }

  void present() {
    present = true;
    wake.run();
  }

  /** Whether no audio comes because the client, which is there, sends none. */
  boolean isPresent() {
    return present;
  }

  void flush() {
    flushAt.accumulateAndGet(audio.end(), Math::max);
    wake.run();
  }

  void finish() {
    if (!isFinished()) {
      finishedAt = System.nanoTime();
    }
    wake.run();
  }

  /** Ends the stream; the first reason stays. */
  void stop(Stop reason) {
    synchronized (this) {
      if (stop == null) {
        stop = reason;
      }
    }
    wake.run();
  }

  @Nullable Stop stopped() {
    return stop;
  }

  boolean isFinished() {
    return finishedAt != null;
  }

  /** How long the stream may still be heard; for ever until the client has finished. */
  long nanosLeft(long now) {
    Long finished = finishedAt;
    return finished == null ? Long.MAX_VALUE : finishWithinNanos - (now - finished);
  }

  /** Where a call that began at a position must end: there the client wants what was said. */
  long limit(long from) {
    long flush = flushAt.get();
    if (flush > from) {
      return flush;
    }
    return isFinished() ? audio.end() : Long.MAX_VALUE;
  }

  long end() {
    return audio.end();
  }

  /** How many samples there is room for. */
  long room() {
    return audio.room();
  }

  byte[] read(long from, int atMost) {
    return audio.read(from, atMost);
  }

  /** A final, or silence, covers everything before the position. */
  void release(long before) {
    audio.release(before);
  }
}
