package io.dragoman.sidebyside;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/**
 * The sessions of one member, which ask for all that they can get. Each request goes to the {@link
 * Observer}, for which it takes up to a tenth of a second; its answer begins 0.2 s after that.
 */
final class Speakers {

  /** How many requests sessions have under way or waiting, in turn. */
  private static final int[] LANES = {1, 3, 9};

  private static final int LONGEST_WAY_MS = 100;
  private static final Duration ANSWER = Duration.ofMillis(200);

  private final Limiter limiter;
  private final int member;
  private final DatagramChannel channel = DatagramChannel.open();

  /** How many were sent; guarded by this. */
  private int sent;

  Speakers(Limiter limiter, int member, InetSocketAddress observer) throws IOException {
    this.limiter = limiter;
    this.member = member;
    channel.connect(observer);
  }

  /**
   * @param first the number of the first session
   */
  void start(int first, int count) {
    for (int session = first; session < first + count; session++) {
      int number = session;
      Limiter.Session opened = limiter.open();
      for (int lane = 0; lane < LANES[session % LANES.length]; lane++) {
        Thread.startVirtualThread(() -> speak(number, opened));
      }
    }
  }

  private void speak(int number, Limiter.Session session) {
    try {
      while (true) {
        Runnable answered = session.await();
        Thread.sleep(ThreadLocalRandom.current().nextInt(LONGEST_WAY_MS));
        send(number);
        Thread.sleep(ANSWER);
        answered.run();
      }
    } catch (InterruptedException | IOException e) {
      throw new IllegalStateException("a session that asks cannot end", e);
    }
  }

  private synchronized void send(int session) throws IOException {
    sent++;
    channel.write(
        ByteBuffer.allocate(Observer.SIZE).putInt(member).putInt(session).putInt(sent).flip());
  }
}
