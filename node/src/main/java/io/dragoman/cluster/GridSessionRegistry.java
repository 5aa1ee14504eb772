package io.dragoman.cluster;

import static java.util.stream.Collectors.toSet;

import com.hazelcast.cluster.Member;
import com.hazelcast.core.HazelcastException;
import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.core.HazelcastInstanceNotActiveException;
import com.hazelcast.map.IMap;
import io.dragoman.session.SessionEntry;
import io.dragoman.session.SessionRegistry;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The sessions of all nodes, in a distributed map by session id. An entry counts as long as its
 * node is a member of the cluster, and knows of it; what counts no more is removed when the members
 * change, and after a call that the grid did not answer.
 */
final class GridSessionRegistry implements SessionRegistry {
  static final String MAP = "sessions";

  private static final int ATTEMPTS = 4;
  private static final Duration PAUSE = Duration.ofMillis(500);

  /** How long to wait before a sweep, and before the next try of one. */
  private static final Duration SWEEP_AFTER = Duration.ofSeconds(2);

  private static final Logger log = LoggerFactory.getLogger(GridSessionRegistry.class);

  private final HazelcastInstance hazelcast;
  private final String node;
  private final IMap<String, SessionEntry> sessions;

  /** What this node holds, by session id; decides between sockets of this node. */
  private final Map<String, SessionEntry> mine = new ConcurrentHashMap<>();

  /** Whether a sweep is about to begin. */
  private final AtomicBoolean sweepIsDue = new AtomicBoolean();

  GridSessionRegistry(HazelcastInstance hazelcast, String node) {
    this.hazelcast = hazelcast;
    this.node = node;
    this.sessions = hazelcast.getMap(MAP);
  }

  @Override
  public boolean claim(SessionEntry entry) {
    if (!entry.node().equals(node)) {
      throw new IllegalArgumentException("a node claims sessions for itself only: " + entry);
    }
    if (mine.putIfAbsent(entry.sid(), entry) != null) {
      return false;
    }
    boolean claimed = false;
    try {
      claimed = putPatiently(entry);
      return claimed;
    } catch (Unavailable e) {
      sweepSoon();
      throw e;
    } finally {
      if (!claimed) {
        mine.remove(entry.sid());
      }
    }
  }

  /** While members come and go an operation may fail though the next one succeeds. */
  private boolean putPatiently(SessionEntry entry) {
    for (int attempt = 1; attempt < ATTEMPTS; attempt++) {
      try {
        return reachable(() -> put(entry));
      } catch (Unavailable e) {
        log.info("a session is claimed again: {}", String.valueOf(e.getCause()));
        LockSupport.parkNanos(PAUSE.toNanos());
      }
    }
    return reachable(() -> put(entry));
  }

  private boolean put(SessionEntry entry) {
    while (true) {
      SessionEntry held = sessions.putIfAbsent(entry.sid(), entry);
      // The grid may run an operation twice, so an entry that is there may be this very one.
      if (held == null || held.equals(entry)) {
        return true;
      }
      if (counts(held, liveNodes())) {
        return false;
      }
      if (sessions.replace(entry.sid(), held, entry)) {
        return true;
      }
    }
  }

  @Override
  public void release(String sid) {
    SessionEntry entry = mine.remove(sid);
    if (entry != null) {
      try {
        reachable(() -> sessions.remove(sid, entry));
      } catch (Unavailable e) {
        sweepSoon();
        throw e;
      }
    }
  }

  @Override
  public List<SessionEntry> all() {
    return reachable(
        () -> {
          Set<String> live = liveNodes();
          return sessions.values().stream().filter(entry -> counts(entry, live)).toList();
        });
  }

  void membersChanged() {
    sweepSoon();
  }

  /** Removes, apart from the caller's thread, what counts no more; tries until it could. */
  private void sweepSoon() {
    if (!sweepIsDue.getAndSet(true)) {
      Thread.ofVirtual()
          .name("session-sweep")
          .start(
              () -> {
                do {
                  LockSupport.parkNanos(SWEEP_AFTER.toNanos());
                  sweepIsDue.set(false);
                } while (!sweep() && !sweepIsDue.getAndSet(true));
              });
    }
  }

  /** Returns whether there is nothing left to do. */
  private boolean sweep() {
    try {
      boolean eldest = hazelcast.getCluster().getMembers().iterator().next().localMember();
      Set<String> live = liveNodes();
      for (SessionEntry entry : sessions.values()) {
        // The eldest knows the members first. What a failed call of this node left, only it knows.
        boolean ours = eldest || entry.node().equals(node);
        if (ours && !counts(entry, live) && sessions.remove(entry.sid(), entry)) {
          log.info("removed a session that {} left behind", entry.node());
        }
      }
      return true;
    } catch (HazelcastInstanceNotActiveException e) {
      return true;
    } catch (HazelcastException e) {
      log.debug("stale sessions stay for now: {}", e.toString());
      return false;
    }
  }

  /** Whether an entry stands for a session that may be alive: not if this node forgot it. */
  private boolean counts(SessionEntry entry, Set<String> live) {
    return entry.node().equals(node)
        ? entry.equals(mine.get(entry.sid()))
        : live.contains(entry.node());
  }

  private Set<String> liveNodes() {
    return hazelcast.getCluster().getMembers().stream()
        .map((Member member) -> member.getAttribute(Grid.NODE))
        .filter(Objects::nonNull)
        .collect(toSet());
  }

  private static <T> T reachable(Supplier<T> work) {
    try {
      return work.get();
    } catch (HazelcastException | HazelcastInstanceNotActiveException e) {
      throw new Unavailable(e);
    }
  }
}
