package io.dragoman.client;

import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * A clock for audio that is sent as if it were being spoken: every sample is due when a microphone
 * would have heard it. Times are counted from the first call, so that no error adds up; whoever is
 * late catches up. Used by one thread.
 */
public final class AudioPacer {

  /** Waits, like {@link TimeUnit#sleep}. */
  interface Sleeper {
    void sleep(long nanos) throws InterruptedException;
  }

  private final int sampleRate;
  private final LongSupplier nanoTime;
  private final Sleeper sleeper;
  private boolean started;
  private long startNanos;

  /**
   * @param sampleRate samples per second
   */
  public AudioPacer(int sampleRate) {
    this(sampleRate, System::nanoTime, TimeUnit.NANOSECONDS::sleep);
  }

  AudioPacer(int sampleRate, LongSupplier nanoTime, Sleeper sleeper) {
    this.sampleRate = sampleRate;
    this.nanoTime = nanoTime;
    this.sleeper = sleeper;
  }

  /** Waits until all samples before {@code position} have been spoken; sample 0 begins now. */
  public void awaitSample(long position) throws InterruptedException {
    if (!started) {
      started = true;
      startNanos = nanoTime.getAsLong();
    }
    long dueNanos = Math.multiplyExact(position, TimeUnit.SECONDS.toNanos(1)) / sampleRate;
    long waitNanos = startNanos + dueNanos - nanoTime.getAsLong();
    if (waitNanos > 0) {
      sleeper.sleep(waitNanos);
    }
  }
}
