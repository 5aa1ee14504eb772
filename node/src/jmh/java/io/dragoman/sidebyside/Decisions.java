package io.dragoman.sidebyside;

import io.dragoman.sidebyside.Limiter.Session;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;

/**
 * What decisions cost where nobody comes up against the limit.
 *
 * @param alone how many one thread has made in a second
 * @param crowded how many eight threads have
 * @param p50 how long one takes, of one thread, in nanoseconds, with the reading of a clock
 * @param p99 likewise, of the slowest hundredth the fastest
 */
record Decisions(double alone, double crowded, long p50, long p99) {
  private static final int CROWD = 8;
  private static final int MOST_SAMPLES = 2_000_000;
  private static final Duration WARM_UP = Duration.ofSeconds(5);
  private static final Duration MEASURED = Duration.ofSeconds(3);

  /** Many threads go first, to warm up the ways between the members as well. */
  static Decisions measure(Limiter limiter) throws InterruptedException {
    perSecond(limiter, CROWD, WARM_UP);
    double crowded = perSecond(limiter, CROWD, MEASURED);
    sample(limiter.open(), MEASURED);
    double alone = perSecond(limiter, 1, MEASURED);
    long[] sorted = sample(limiter.open(), MEASURED);
    return new Decisions(
        alone, crowded, sorted[sorted.length / 2], sorted[(int) (sorted.length * 0.99)]);
  }

  static Decisions parse(String line) {
    String[] words = line.split(" ");
    return new Decisions(
        Double.parseDouble(words[0]),
        Double.parseDouble(words[1]),
        Long.parseLong(words[2]),
        Long.parseLong(words[3]));
  }

  @Override
  public String toString() {
    return "%s %s %d %d".formatted(alone, crowded, p50, p99);
  }

  private static double perSecond(Limiter limiter, int threads, Duration time)
      throws InterruptedException {
    long start = System.nanoTime();
    List<Callable<Long>> work =
        Stream.generate(() -> count(limiter.open(), start + time.toNanos())).limit(threads).toList();
    try (ExecutorService pool = Executors.newFixedThreadPool(threads)) {
      long all = 0;
      for (Future<Long> each : pool.invokeAll(work)) {
        all += each.get();
      }
      return all * 1e9 / (System.nanoTime() - start);
    } catch (ExecutionException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Callable<Long> count(Session session, long end) {
    return () -> {
      long count = 0;
      do {
        decide(session);
        count++;
        // A clock is read so seldom that it does not show.
      } while (count % 64 != 0 || System.nanoTime() < end);
      return count;
    };
  }

  private static long[] sample(Session session, Duration time) throws InterruptedException {
    long[] samples = new long[MOST_SAMPLES];
    int count = 0;
    long end = System.nanoTime() + time.toNanos();
    for (long now = System.nanoTime(); now < end && count < MOST_SAMPLES; count++) {
      decide(session);
      long then = System.nanoTime();
      samples[count] = then - now;
      now = then;
    }
    long[] sorted = Arrays.copyOf(samples, count);
    Arrays.sort(sorted);
    return sorted;
  }

  private static void decide(Session session) throws InterruptedException {
    if (!session.decide()) {
      throw new IllegalStateException("there is not enough for everybody");
    }
  }
}
