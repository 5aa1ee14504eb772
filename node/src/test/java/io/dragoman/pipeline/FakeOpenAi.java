package io.dragoman.pipeline;

import io.dragoman.openai.ApiResult;
import io.dragoman.openai.ChatListener;
import io.dragoman.openai.ChatRequest;
import io.dragoman.openai.OpenAi;
import io.dragoman.openai.RateLimitHeaders;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A language model in memory: answers with the text in capitals, when it is let, or as it was told
 * to.
 */
final class FakeOpenAi implements OpenAi {
  static final RateLimitHeaders NO_LIMITS =
      new RateLimitHeaders(null, null, null, null, null, null);

  final List<String> asked = new CopyOnWriteArrayList<>();
  final List<Integer> rooms = new CopyOnWriteArrayList<>();
  final AtomicInteger inFlight = new AtomicInteger();
  final AtomicInteger mostInFlight = new AtomicInteger();

  /** Whether no connection is free. */
  volatile boolean full;

  /** What the headers of each answer say. */
  volatile RateLimitHeaders limits = NO_LIMITS;

  volatile Standing standing = new Standing.Sound();

  /** From when on the last call's time-out counts. */
  volatile long since;

  private volatile boolean broken;
  private final Semaphore answers = new Semaphore(0);
  private final Deque<ApiResult> troubles = new ArrayDeque<>();

  /** Lets the next calls be answered. */
  void answer(int calls) {
    answers.release(calls);
  }

  /** Makes the next call end like this. */
  synchronized void trouble(ApiResult result) {
    troubles.add(result);
  }

  /** Makes the next call throw, as a bug would. */
  void breakNext() {
    broken = true;
  }

  static ApiResult rateLimited() {
    return new ApiResult.RateLimited(Duration.ZERO, NO_LIMITS);
  }

  private synchronized ApiResult result(String text) {
    ApiResult trouble = troubles.poll();
    return trouble != null ? trouble : new ApiResult.Completed(text, null);
  }

  @Override
  public Optional<Slot> tryReserve() {
    return full ? Optional.empty() : Optional.of(new FakeSlot());
  }

  @Override
  public Standing standing() {
    return standing;
  }

  @Override
  public void close() {}

  private final class FakeSlot implements Slot {
    @Override
    public ApiResult call(ChatRequest request, long since, ChatListener listener)
        throws InterruptedException {
      FakeOpenAi.this.since = since;
      if (broken) {
        throw new IllegalStateException("a bug");
      }
      mostInFlight.accumulateAndGet(inFlight.incrementAndGet(), Math::max);
      try {
        rooms.add(request.maxCompletionTokens());
        asked.add(request.user());
        listener.onSent();
        answers.acquire();
        listener.onArrival(limits);
        String text = request.user().toUpperCase(Locale.ROOT);
        ApiResult result = result(text);
        if (result instanceof ApiResult.Completed) {
          listener.onText(text);
        }
        return result;
      } finally {
        inFlight.decrementAndGet();
      }
    }

    @Override
    public void close() {}
  }
}
