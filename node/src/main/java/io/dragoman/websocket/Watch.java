package io.dragoman.websocket;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One thread that looks at all connections a few times a second, so that none needs a timer of its
 * own. Thread-safe.
 */
public final class Watch implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Watch.class);
  private static final Duration EVERY = Duration.ofMillis(200);

  /** What has deadlines. */
  @FunctionalInterface
  public interface Watched {

    /**
     * Acts on deadlines that are over. Must not block.
     *
     * @param now {@link System#nanoTime}
     */
    void check(long now);
  }

  private final Set<Watched> watched = ConcurrentHashMap.newKeySet();
  private final Thread thread = Thread.ofVirtual().name("connection-watch").start(this::look);

  public void add(Watched one) {
    watched.add(one);
  }

  public void remove(Watched one) {
    watched.remove(one);
  }

  @Override
  public void close() {
    thread.interrupt();
  }

  private void look() {
    try {
      while (true) {
        Thread.sleep(EVERY);
        long now = System.nanoTime();
        for (Watched one : watched) {
          check(one, now);
        }
      }
    } catch (InterruptedException e) {
      // Closed.
    }
  }

  private static void check(Watched one, long now) {
    try {
      one.check(now);
    } catch (RuntimeException | Error bug) {
      // Without this thread no connection of the node had deadlines any more.
      log.error("a connection's deadlines could not be checked", bug);
    }
  }
}
