package io.dragoman.session;

import com.sun.management.UnixOperatingSystemMXBean;
import io.dragoman.protocol.CloseCode;
import io.dragoman.protocol.ErrorCode;
import io.dragoman.session.Admission.RefusedException;
import io.dragoman.websocket.Door;
import io.dragoman.websocket.HttpLimits;
import io.dragoman.websocket.Lobby;
import io.dragoman.websocket.Watch;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.http.Headers;
import io.helidon.http.HttpPrologue;
import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.ListenerConfig;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.spi.ServerConnection;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The place where sessions connect: {@code /v1/session} of a node's public listener. Thread-safe.
 */
public final class SessionEndpoint implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(SessionEndpoint.class);
  private static final String PATH = "/v1/session";
  private static final String SUBPROTOCOL = "dragoman.v1";

  /** Connections beside those that may be sessions': pages, health checks, refused clients. */
  private static final int SPARE_CONNECTIONS = 500;

  /** What the rest of a node opens: jars, the grid, calls to Google and OpenAI. */
  private static final int SPARE_DESCRIPTORS = 1_000;

  /** One more for each so many sessions may be live where they are resumed. */
  private static final int RESERVE_PART = 10;

  /** The spare connections are not all theirs, so that one that asks for health has a place. */
  private static final int MOST_RESERVED = SPARE_CONNECTIONS / 2;

  /**
   * Sessions that are still here when their node has to leave.
   *
   * @param connected those whose clients are still connected
   * @param uncommitted those whose clients have gone, and whose last words are not committed yet
   */
  public record Stayed(int connected, int uncommitted) {}

  private final SessionServices services;
  private final Watch watch = new Watch();
  private final Set<SessionConnection> connections = ConcurrentHashMap.newKeySet();

  /** The connections that have a session, by its id. Guarded by itself. */
  private final Map<String, SessionSocket> carried = new HashMap<>();

  /** Sessions whose clients have gone, but not all of their last words. Guarded by carried. */
  private int uncommitted;

  private final AtomicInteger sessions = new AtomicInteger();

  /** Whether the node leaves. */
  private volatile boolean leaving;

  /** Whether nobody may stay any more. */
  private volatile boolean closing;

  public SessionEndpoint(SessionServices services) {
    this.services = services;
  }

  /**
   * Makes a listener serve sessions and their transcripts beside its HTTP routes, and bounds what
   * any of its clients may do.
   */
  public void serveOn(
      ListenerConfig.BuilderBase<?, ?> listener, HttpRouting.Builder routes, HttpLimits limits) {
    int most = services.config().connections().most() + SPARE_CONNECTIONS;
    warnIfTooMany(most);
    new TranscriptEndpoint(services.registry()).serveOn(routes);
    new Door(limits, new Lobby("public", most), watch)
        .serveOn(listener, routes, PATH, SUBPROTOCOL, this::open);
  }

  /** How many connections are open, with sessions or without. */
  public int connections() {
    return connections.size();
  }

  /** How many sessions are live. */
  public int sessions() {
    return sessions.get();
  }

  /**
   * Admits no further session, and has all go on elsewhere: asks one after another, and returns
   * when no connection is left, about two seconds after the given time at the latest.
   *
   * @return what had not gone in time; what was committed is kept, and clients may resume
   */
  public Stayed leave(Duration within) throws InterruptedException {
    leaving = true;
    return new Departure(this, within).run();
  }

  /** Who would not have gone by now. */
  Stayed staying() {
    synchronized (carried) {
      return new Stayed(carried.size(), uncommitted);
    }
  }

  /** The sessions' connections. */
  List<SessionSocket> carrying() {
    synchronized (carried) {
      return List.copyOf(carried.values());
    }
  }

  /** Closes every connection, also of who still comes, for the clients to connect elsewhere. */
  void closeAll() {
    closing = true;
    connections.forEach(connection -> connection.socket().leave());
  }

  /** Ends the deadlines; to be called when the listener is stopped. */
  @Override
  public void close() {
    watch.close();
  }

  /** Takes a place for one more session. */
  void admit(String sid, boolean resumed) throws RefusedException {
    if (leaving) {
      throw new RefusedException(
          ErrorCode.UNAVAILABLE,
          CloseCode.FULL,
          "this node leaves the cluster; connect again, and another one takes the session");
    }
    if (!services.registry().hasMajority()) {
      throw new RefusedException(
          ErrorCode.UNAVAILABLE,
          CloseCode.FULL,
          "this node does not reach a majority of the cluster's nodes; connect again, perhaps another"
              + " one does");
    }
    int atOnce = resumed ? mostWithResumed(sid) : most();
    if (sessions.getAndUpdate(live -> live < atOnce ? live + 1 : live) >= atOnce) {
      throw new RefusedException(
          ErrorCode.FULL,
          CloseCode.FULL,
          "this node carries as many sessions as it may; try again later");
    }
  }

  private int most() {
    return Math.min(services.config().most(), services.config().connections().most());
  }

  /**
   * How many may be live at once for one to be resumed. A newcomer may go elsewhere, or wait; one
   * that was interrupted is sent here by its balancer until it is too late, so there is a reserve
   * for those. One that this node still carries takes its own place, which is given back soon.
   */
  private int mostWithResumed(String sid) {
    synchronized (carried) {
      return carried.containsKey(sid)
          ? Integer.MAX_VALUE
          : most() + Math.clamp(most() / RESERVE_PART, 1, MOST_RESERVED);
    }
  }

  /** Gives a session's place back. */
  void ended() {
    sessions.decrementAndGet();
  }

  /** A connection has a session; an older one of this node that had it is told so. */
  void carries(String sid, SessionSocket socket) {
    SessionSocket older;
    synchronized (carried) {
      SessionSocket before = carried.get(sid);
      older = before == null || before.epoch() <= socket.epoch() ? before : socket;
      if (older != socket) {
        carried.put(sid, socket);
      }
    }
    if (older != null) {
      older.takenOver();
    }
  }

  /**
   * A connection has it no more.
   *
   * @return whether it had it until now; then it says when it has {@link #committed} the last words
   */
  boolean carriesNoMore(String sid, SessionSocket socket) {
    synchronized (carried) {
      boolean had = carried.remove(sid, socket);
      uncommitted += had ? 1 : 0;
      return had;
    }
  }

  /** The cluster has all that it will have of a session whose client has gone. */
  void committed() {
    synchronized (carried) {
      uncommitted--;
    }
  }

  /** A connection begins. */
  void opened(SessionConnection connection) {
    connections.add(connection);
    watch.add(connection);
    if (closing) {
      connection.socket().leave();
    }
  }

  /** A connection is over. */
  void closed(SessionConnection connection, String end) {
    watch.remove(connection);
    connections.remove(connection);
    services.connections().closed(end);
  }

  /** Without descriptors Helidon stops to listen, for good. */
  private static void warnIfTooMany(int connections) {
    if (ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean system
        && system.getMaxFileDescriptorCount() < connections + SPARE_DESCRIPTORS) {
      log.warn(
          "this process may open {} files, but sessions.connections lets {} clients connect, and the node needs {} for"
              + " itself; raise \"ulimit -n\", or lower sessions.connections",
          system.getMaxFileDescriptorCount(),
          connections,
          SPARE_DESCRIPTORS);
    }
  }

  private ServerConnection open(
      ConnectionContext context, Lobby.Place place, HttpPrologue prologue, Headers headers) {
    SessionConnection connection =
        new SessionConnection(
            context, place, services, this, prologue.query().first("sid").orElse(""));
    connection
        .socket()
        .examine(first(headers, HeaderNames.ORIGIN), first(headers, HeaderNames.HOST));
    return connection;
  }

  private static @Nullable String first(Headers headers, HeaderName name) {
    return headers.first(name).orElse(null);
  }
}
