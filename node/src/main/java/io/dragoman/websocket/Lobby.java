package io.dragoman.websocket;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.time.Duration;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.SequencedSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The connections of a listener, so many at most: when one more comes, an older one gives way, so
 * that nobody keeps a newcomer out who asks something short, such as a balancer that asks for the
 * node's health.
 *
 * <p>The oldest connection gives way of the address that has the most. So a machine that takes all
 * places by itself only crowds itself out. Behind a balancer all clients have one address, and then
 * it is the oldest of all: a client that says at once what it came for has long been answered, or
 * has a session, before its turn comes. A connection that has one ({@link Place#keep}) never gives
 * way. Thread-safe.
 */
public final class Lobby {
  private static final Logger log = LoggerFactory.getLogger(Lobby.class);
  private static final Duration REMINDER = Duration.ofMinutes(1);

  /** An IPv6 host chooses the rest of its address as it likes. */
  private static final int IPV6_NETWORK_BYTES = 8;

  private final String name;
  private final int most;

  // All guarded by this.

  /** The places that may have to be given up, by address; of each the oldest first. */
  private final Map<String, SequencedSet<Place>> waiting = new HashMap<>();

  private int taken;
  private long ticket;
  private long warnAfter = System.nanoTime();

  /**
   * @param name what the listener is for, as an operator calls it
   * @param most how many connections it holds; at least one more than are ever kept
   */
  public Lobby(String name, int most) {
    this.name = name;
    this.most = most;
  }

  int most() {
    return most;
  }

  /**
   * Takes a place for a connection, which must be closed when the connection is over.
   *
   * @param from the client's address
   * @param cut ends the connection without waiting; may be called by any thread
   */
  public Place enter(InetAddress from, Runnable cut) {
    Place place;
    Place victim;
    synchronized (this) {
      place = new Place(network(from), cut, ticket++);
      waiting.computeIfAbsent(place.network, network -> new LinkedHashSet<>()).add(place);
      taken++;
      victim = taken > most ? giveWay() : null;
    }
    if (victim != null) {
      victim.cut.run();
    }
    return place;
  }

  private Place giveWay() {
    // Of addresses that have as many, the one that was here first.
    SequencedSet<Place> mostOfAll =
        waiting.values().stream()
            .max(
                Comparator.<SequencedSet<Place>>comparingInt(SequencedSet::size)
                    .thenComparing(places -> -places.getFirst().ticket))
            .orElseThrow();
    Place victim = mostOfAll.getFirst();
    warn(victim.network, mostOfAll.size());
    victim.lost = true;
    victim.leave();
    return victim;
  }

  private void warn(String network, int count) {
    long now = System.nanoTime();
    if (now - warnAfter >= 0) {
      warnAfter = now + REMINDER.toNanos();
      log.warn(
          "the {} listener holds as many connections as it may, {}; the oldest without a session are cut, now one of {}"
              + " from {}. If that is one client, keep it off at the balancer or the firewall; if these are many,"
              + " add nodes",
          name,
          most,
          count,
          network);
    }
  }

  private static String network(InetAddress from) {
    if (from instanceof Inet6Address six) {
      byte[] bytes = Arrays.copyOf(six.getAddress(), IPV6_NETWORK_BYTES);
      return IntStream.range(0, IPV6_NETWORK_BYTES / 2)
          .mapToObj(i -> "%x".formatted((bytes[2 * i] & 0xff) << 8 | (bytes[2 * i + 1] & 0xff)))
          .collect(Collectors.joining(":", "", "::/64"));
    }
    return from.getHostAddress();
  }

  /** A connection's place. Thread-safe. */
  public final class Place implements AutoCloseable {
    private final String network;
    private final Runnable cut;
    private final long ticket;
    private volatile boolean lost;

    /** Guarded by the lobby. */
    private boolean left;

    private Place(String network, Runnable cut, long ticket) {
      this.network = network;
      this.cut = cut;
      this.ticket = ticket;
    }

    /** The connection has proved of use: it never gives way. */
    public void keep() {
      synchronized (Lobby.this) {
        withdraw();
      }
    }

    /** Whether the connection had to give way. */
    public boolean lost() {
      return lost;
    }

    /** The connection is over. */
    @Override
    public void close() {
      synchronized (Lobby.this) {
        leave();
      }
    }

    private void leave() {
      if (!left) {
        left = true;
        withdraw();
        taken--;
      }
    }

    private void withdraw() {
      SequencedSet<Place> neighbours = waiting.get(network);
      if (neighbours != null && neighbours.remove(this) && neighbours.isEmpty()) {
        waiting.remove(network);
      }
    }
  }
}
