package io.dragoman.sidebyside;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.DatagramChannel;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Takes the requests of all members as they arrive, and knows nothing of who let them go. A request
 * is a datagram of three numbers: the member, the session, and how many the member has sent.
 */
final class Observer implements AutoCloseable {
  static final int SIZE = 3 * Integer.BYTES;

  private final DatagramChannel channel;
  private final Thread thread = Thread.ofPlatform().name("observer").unstarted(this::observe);

  // Guarded by this.
  private final List<Arrivals.Arrival> arrivals = new ArrayList<>();
  private final Map<Integer, Integer> sent = new HashMap<>();

  Observer() throws IOException {
    channel = DatagramChannel.open().bind(new InetSocketAddress(Member.Place.HOST, 0));
    thread.start();
  }

  int port() throws IOException {
    return ((InetSocketAddress) channel.getLocalAddress()).getPort();
  }

  /**
   * All that has arrived.
   *
   * @throws IOException where something was lost on the way
   */
  synchronized Arrivals arrivals() throws IOException {
    int all = sent.values().stream().mapToInt(Integer::intValue).sum();
    if (all != arrivals.size()) {
      throw new IOException("of %d requests %d arrived".formatted(all, arrivals.size()));
    }
    return new Arrivals(List.copyOf(arrivals));
  }

  private void observe() {
    ByteBuffer request = ByteBuffer.allocate(SIZE);
    try {
      while (true) {
        channel.receive(request.clear());
        long now = System.nanoTime();
        request.flip();
        int member = request.getInt();
        arrived(member, new Arrivals.Arrival(now, request.getInt()), request.getInt());
      }
    } catch (AsynchronousCloseException e) {
      // That is how it ends.
    } catch (IOException e) {
      throw new IllegalStateException("requests cannot be counted", e);
    }
  }

  private synchronized void arrived(int member, Arrivals.Arrival arrival, int number) {
    arrivals.add(arrival);
    sent.merge(member, number, Math::max);
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
