package io.dragoman.session;

import io.dragoman.protocol.ClientMessage;
import io.dragoman.protocol.CloseCode;
import io.dragoman.protocol.Codec;
import io.dragoman.protocol.Codec.BadMessageException;
import io.dragoman.protocol.ErrorCode;
import io.dragoman.protocol.ServerMessage;
import io.dragoman.session.Admission.RefusedException;
import io.dragoman.session.SessionPlan.UnsupportedException;
import io.dragoman.websocket.Lobby;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a client says and hears on one connection: reads its messages, and holds the order in which
 * they may come. A client that breaks a rule is told which, then its connection is closed.
 *
 * <p>All of it runs on the connection's thread, except where it says otherwise; answers go through
 * the {@link Outbox}.
 */
final class SessionSocket {
  private static final Logger log = LoggerFactory.getLogger(SessionSocket.class);
  private static final Pattern SID = Pattern.compile("[A-Za-z0-9_-]{16,64}");

  /** When a client that was refused for now may try again. */
  static final Long RETRY_AFTER_MS = 5_000L;

  /** The same where another node may take it: by then a balancer knows that this one does not. */
  private static final Long ELSEWHERE_AFTER_MS = 1_000L;

  /** How long the client of an old connection has to open another. */
  private static final Duration RENEWED_WITHIN = Duration.ofSeconds(30);

  /** By how much of its longest time a connection may be asked for another sooner. */
  private static final double SOONER = 0.1;

  private final SessionServices services;
  private final SessionEndpoint endpoint;
  private final Lobby.Place place;
  private final String sid;
  private final Outbox outbox;
  private final long openedAt = System.nanoTime();

  /** When the client is asked to open another connection. */
  private final long oldAt;

  private boolean admitted;

  /** When the client last sent a message; read by the watch. */
  private volatile long saidAt = openedAt;

  /** Whether audio is being taken, for which the client may have to wait; read by the watch. */
  private volatile boolean taking;

  /** Whether the client asked for a session; read by the watch. */
  private volatile boolean asked;

  /** When the connection is closed, as the client was told; null until it is asked to move. */
  private volatile @Nullable Long movedBy;

  /** Written by the connection's thread; read by the writer for heartbeats. */
  private volatile @Nullable Session session;

  SessionSocket(
      SessionServices services,
      SessionEndpoint endpoint,
      Lobby.Place place,
      String sid,
      Outbox outbox) {
    this.services = services;
    this.endpoint = endpoint;
    this.place = place;
    this.sid = sid;
    this.outbox = outbox;
    double part = 1 - SOONER * ThreadLocalRandom.current().nextDouble();
    this.oldAt = openedAt + (long) (services.config().connections().longest().toNanos() * part);
  }

  /** Looks at how the client connected. */
  void examine(@Nullable String origin, @Nullable String host) {
    if (!services.config().connections().origins().admit(origin, host)) {
      refuse(
          ErrorCode.ORIGIN_NOT_ALLOWED,
          CloseCode.NOT_ALLOWED,
          origin == null
              ? "Origin: is missing, and this node asks for one"
              : "Origin: pages from there may not connect; the node's operator can allow them");
    } else if (!SID.matcher(sid).matches()) {
      refuse(
          ErrorCode.BAD_MESSAGE,
          CloseCode.BAD_MESSAGE,
          "sid: 16 to 64 characters of A-Z, a-z, 0-9, _ and - are needed in the address");
    }
  }

  /** How much audio came; any thread may ask. */
  long receivedSamples() {
    Session live = session;
    return live == null ? 0 : live.receivedSamples();
  }

  /** Takes a text message. */
  void text(String json) throws InterruptedException {
    saidAt = System.nanoTime();
    ClientMessage message;
    try {
      message = Codec.decodeClient(json);
    } catch (BadMessageException e) {
      refuse(ErrorCode.BAD_MESSAGE, CloseCode.BAD_MESSAGE, e.reason());
      return;
    }
    Session live = session;
    switch (message) {
      case ClientMessage.SessionStart start when live == null -> start(start);
      case ClientMessage.SessionStart start -> outOfOrder("the session has started already");
      case ClientMessage.Keepalive keepalive -> {}
      case ClientMessage other when live == null ->
          outOfOrder("the first message must be session.start");
      case ClientMessage.SessionUpdate update -> update(live, update.partials());
      case ClientMessage.Finalize done -> live.flush();
      case ClientMessage.SessionEnd end when live.isEnding() ->
          outOfOrder("the session is ending already");
      case ClientMessage.SessionEnd end -> live.end();
    }
  }

  private void update(Session live, ClientMessage.@Nullable Partials partials) {
    if (partials == null) {
      return;
    }
    try {
      SessionPlan.stability(partials.stability());
    } catch (UnsupportedException e) {
      refuse(ErrorCode.UNSUPPORTED, CloseCode.BAD_MESSAGE, e.reason());
      return;
    }
    if (partials.translate() != null) {
      live.growing(partials.translate());
    }
  }

  /** Something other than audio came. */
  void present() {
    Session live = session;
    if (live != null) {
      live.present();
    }
  }

  /** Takes audio; holds the thread while there is too much of it. */
  void audio(byte[] pcm) throws InterruptedException {
    Session live = session;
    if (live == null) {
      outOfOrder("audio came before session.start");
    } else if (live.isEnding()) {
      outOfOrder("audio came after session.end");
    } else if (pcm.length % 2 != 0) {
      refuse(
          ErrorCode.BAD_MESSAGE,
          CloseCode.BAD_MESSAGE,
          "audio: a frame must hold whole 16-bit samples");
    } else {
      taking = true;
      try {
        live.audio(pcm);
      } finally {
        saidAt = System.nanoTime();
        taking = false;
      }
    }
  }

  /**
   * Closes a client that says nothing, and renews a connection that is old. Called by the watch.
   */
  void check(long now) {
    SessionConfig config = services.config();
    if (!asked && now - openedAt > config.start().toNanos()) {
      refuse(
          ErrorCode.START_TIMEOUT,
          CloseCode.IDLE,
          "no session.start came within %d s".formatted(config.start().toSeconds()));
    } else if (!taking && !isEnding() && now - saidAt > config.idle().toNanos()) {
      refuse(
          ErrorCode.IDLE,
          CloseCode.IDLE,
          "nothing came for %d s; a muted client sends keepalive"
              .formatted(config.idle().toSeconds()));
    } else if (session != null) {
      checkAge(now);
    }
  }

  private void checkAge(long now) {
    Long deadline = movedBy;
    if (deadline != null) {
      if (now - deadline > 0) {
        leave();
      }
    } else if (now - oldAt > 0 && !isEnding()) {
      move(RENEWED_WITHIN);
    }
  }

  /** Whether the client said all it has to say, and only waits. */
  private boolean isEnding() {
    Session live = session;
    return live != null && live.isEnding();
  }

  /**
   * Asks the client to go on in another connection; this one is closed after that time, or as it
   * was told earlier. Thread-safe.
   */
  synchronized void move(Duration within) {
    if (movedBy == null) {
      movedBy = System.nanoTime() + within.toNanos();
      outbox.send(new ServerMessage.SessionMoving(within.toMillis()));
    }
  }

  /** Whether the client was asked to move. Thread-safe. */
  boolean isMoving() {
    return movedBy != null;
  }

  /** Closes the connection, for the client to resume its session elsewhere. Thread-safe. */
  void leave() {
    outbox.close(CloseCode.MOVING, Outbox.MOVING);
  }

  /**
   * Releases everything: the connection is gone, however it went.
   *
   * @param done whether the client closed with 1000: it needs no more, whether or not it heard all
   */
  void gone(boolean done) {
    Session ended = session;
    boolean had = false;
    try {
      if (ended != null) {
        had = endpoint.carriesNoMore(sid, this);
        ended.close(done && outbox.end().equals(Outbox.ENDED));
        ended.awaitLetGo();
      }
    } catch (InterruptedException e) {
      // The node stops, and waits no longer.
    } catch (RuntimeException bug) {
      log.error("session {} could not be released whole", sid, bug);
    } finally {
      if (had) {
        endpoint.committed();
      }
      if (admitted) {
        endpoint.ended();
      }
    }
  }

  /** A bug ends its session with a word to the client, and says nothing of itself on the wire. */
  void failed(RuntimeException bug) {
    log.error("session {} met a bug", sid, bug);
    refuse(ErrorCode.INTERNAL, CloseCode.INTERNAL, Session.BUG);
  }

  private void start(ClientMessage.SessionStart start) throws InterruptedException {
    asked = true;
    try {
      SessionPlan plan = Admission.plan(start);
      endpoint.admit(sid, start.resume() != null);
      admitted = true;
      session = new Admission(services, sid, outbox).open(plan, start.resume());
      place.keep();
      endpoint.carries(sid, this);
    } catch (RefusedException e) {
      if (admitted) {
        // Its place is for another, however long this client takes to go.
        admitted = false;
        endpoint.ended();
      }
      refuse(e.code, e.close, e.sentence);
    }
  }

  /** How often the session was taken up; 0 before there is one. Thread-safe. */
  int epoch() {
    Session live = session;
    return live == null ? 0 : live.epoch();
  }

  /** Another connection to this node has the session. Thread-safe. */
  void takenOver() {
    Session live = session;
    if (live != null) {
      live.takenOver();
    }
  }

  private void outOfOrder(String message) {
    refuse(ErrorCode.OUT_OF_ORDER, CloseCode.BAD_MESSAGE, message);
  }

  /** Says what is wrong, and closes. Thread-safe. */
  void refuse(ErrorCode code, CloseCode close, String message) {
    boolean later = close == CloseCode.FULL || close == CloseCode.INTERNAL;
    long retryAfterMs = code == ErrorCode.UNAVAILABLE ? ELSEWHERE_AFTER_MS : RETRY_AFTER_MS;
    outbox.fail(
        new ServerMessage.Failure(code, true, later, later ? retryAfterMs : null, null, message),
        close);
  }
}
