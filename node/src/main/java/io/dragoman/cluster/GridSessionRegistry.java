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
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The sessions of all nodes, in a distributed map by session id. An entry counts as long as its
 * node is a member of the cluster; when the members change, what counts no more is removed.
 */
final class GridSessionRegistry implements SessionRegistry {
  static final String MAP = "sessions";

  private static final int ATTEMPTS = 4;
  private static final Duration PAUSE = Duration.ofMillis(500);

  private static final Logger log = LoggerFactory.getLogger(GridSessionRegistry.class);

  private final HazelcastInstance hazelcast;
  private final String node;
  private final IMap<String, SessionEntry> sessions;

  /** What this node holds, by session id; decides between sockets of this node. */
  private final Map<String, SessionEntry> mine = new ConcurrentHashMap<>();

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
    } finally {
      if (!claimed) {
        mine.remove(entry.sid());
      }
    }
    return claimed;
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
      reachable(() -> sessions.remove(sid, entry));
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

  /** Removes, apart from the grid's own threads, the entries that count no more. */
  void membersChanged() {
    Thread.ofVirtual().name("session-sweep").start(this::sweep);
  }

  private void sweep() {
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
    } catch (HazelcastException | HazelcastInstanceNotActiveException e) {
      log.info("stale sessions stay until the members change again: {}", e.toString());
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
