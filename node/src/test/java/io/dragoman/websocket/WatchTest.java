package io.dragoman.websocket;

import static org.awaitility.Awaitility.await;

import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class WatchTest {

  @Test
  void deadlinesAreStillHeldAfterAnErrorOfOneConnection() {
    try (Watch watch = new Watch()) {
      AtomicInteger errors = new AtomicInteger();
      watch.add(
          now -> {
            errors.incrementAndGet();
            throw new StackOverflowError("a test's");
          });
      await().until(() -> errors.get() > 0);
      AtomicInteger checks = new AtomicInteger();
      watch.add(now -> checks.incrementAndGet());
      await().until(() -> checks.get() > 1);
    }
  }
}
