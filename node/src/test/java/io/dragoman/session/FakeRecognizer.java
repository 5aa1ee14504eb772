package io.dragoman.session;

import io.dragoman.speech.SpeechEvent;
import io.dragoman.speech.SpeechListener;
import io.dragoman.speech.SpeechRecognizer;
import io.dragoman.speech.SpeechRequest;
import io.dragoman.speech.SpeechStream;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A recogniser in memory: a flush or the end makes a final that says how many samples came since
 * the one before.
 */
final class FakeRecognizer implements SpeechRecognizer {
  final AtomicInteger open = new AtomicInteger();
  final AtomicLong samples = new AtomicLong();
  volatile boolean full;

  /** Whether the service is away, and the buffer full for it. */
  volatile boolean away;

  /** Whether nobody speaks, and audio is settled at once. */
  volatile boolean silent;

  /** How many samples of silence, which finals settle as well, come after their last words. */
  volatile int pause;

  /** Whether streams end at the next audio, for a reason that stays. */
  volatile boolean failing;

  /** Whether streams have a bug. */
  volatile boolean broken;

  /** Whether streams that are finished say nothing any more, as if they were still being heard. */
  volatile boolean quiet;

  @Override
  public SpeechStream open(SpeechRequest request, SpeechListener listener) {
    open.incrementAndGet();
    return new FakeStream(request.fromSample(), listener);
  }

  @Override
  public void close() {}

  private final class FakeStream implements SpeechStream {
    private final SpeechListener listener;
    private long position;
    private long committed;

    FakeStream(long position, SpeechListener listener) {
      this.position = position;
      this.committed = position;
      this.listener = listener;
    }

    @Override
    public boolean offer(byte[] pcm) {
      if (away) {
        listener.onEvent(
            new SpeechEvent.Interrupted(
                "UNAVAILABLE", Duration.ofMillis(500), Duration.ofSeconds(40)));
        return false;
      }
      if (failing) {
        Thread.startVirtualThread(
            () ->
                listener.onEvent(
                    new SpeechEvent.Ended(
                        new SpeechEvent.Failure("UNAUTHENTICATED", "a secret of the node"))));
        return true;
      }
      if (full) {
        return false;
      }
      if (broken) {
        throw new IllegalStateException("a secret of the node");
      }
      position += pcm.length / 2;
      samples.addAndGet(pcm.length / 2);
      if (silent) {
        listener.onEvent(new SpeechEvent.Settled(position));
        return true;
      }
      listener.onEvent(new SpeechEvent.Interim("", (position - committed) + " samples", position));
      return true;
    }

    @Override
    public void present() {}

    @Override
    public void flush() {
      if (position > committed) {
        listener.onEvent(
            new SpeechEvent.Final(
                (position - committed) + " samples",
                List.of(),
                committed,
                position - pause,
                position));
        committed = position;
        listener.onEvent(new SpeechEvent.Settled(position));
      }
    }

    @Override
    public void finish() {
      if (!quiet) {
        flush();
        listener.onEvent(new SpeechEvent.Ended(null));
      }
    }

    @Override
    public void close() {
      open.decrementAndGet();
    }
  }
}
