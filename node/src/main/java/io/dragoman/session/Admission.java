package io.dragoman.session;

import io.dragoman.protocol.ClientMessage.Resume;
import io.dragoman.protocol.ClientMessage.SessionStart;
import io.dragoman.protocol.CloseCode;
import io.dragoman.protocol.ErrorCode;
import io.dragoman.protocol.ServerMessage;
import io.dragoman.session.SessionAnswer.Reason;
import io.dragoman.session.SessionPlan.UnsupportedException;
import io.dragoman.session.SessionRecord.Owner;
import java.security.SecureRandom;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * How a connection comes to its session: to a new one, or to one that was interrupted, here or on
 * any other node. Used by the connection's thread.
 */
final class Admission {
  private static final SecureRandom LOTS = new SecureRandom();
  private static final int TOKEN_BYTES = 24;

  /** Why a client gets no session. */
  static final class RefusedException extends Exception {
    private static final long serialVersionUID = 1L;
    final ErrorCode code;
    final CloseCode close;
    final String sentence;

    RefusedException(ErrorCode code, CloseCode close, String sentence) {
      super(sentence);
      this.code = code;
      this.close = close;
      this.sentence = sentence;
    }
  }

  /** No place is beyond what every client can count. */
  private static final long MOST = (1L << 53) - 1;

  private final SessionServices services;
  private final SessionEntry entry;
  private final Outbox outbox;

  Admission(SessionServices services, String sid, Outbox outbox) {
    this.services = services;
    this.entry = new SessionEntry(sid, services.registry());
    this.outbox = outbox;
  }

  /** Checks what the client asks for. */
  static SessionPlan plan(SessionStart start) throws RefusedException {
    try {
      Resume resume = start.resume();
      if (resume != null
          && (resume.token() == null
              || resume.lastSeq() < 1
              || resume.lastSeq() > MOST
              || resume.oldestSample() < 0
              || resume.oldestSample() > MOST)) {
        throw new UnsupportedException(
            "resume: token, last_seq from 1 and oldest_sample from 0 on are needed, below 2^53");
      }
      return SessionPlan.of(start);
    } catch (UnsupportedException e) {
      throw new RefusedException(ErrorCode.UNSUPPORTED, CloseCode.BAD_MESSAGE, e.reason());
    }
  }

  /** Begins or takes up a session, and tells the client so, and all that it missed. */
  Session open(SessionPlan plan, @Nullable Resume resume)
      throws RefusedException, InterruptedException {
    SessionRecord record = resume == null ? begin(plan) : resume(plan, resume);
    CaptionWording wording =
        new CaptionWording(entry.sid(), plan.sampleRate(), record.owner().epoch());
    if (resume == null) {
      outbox.send(started(record));
    } else {
      outbox.send(
          new ServerMessage.SessionResumed(
              record.owner().epoch(),
              record.fromSample(),
              record.tokens().current(),
              (int) services.config().resume().toSeconds(),
              services.node()));
      services.connections().resumed();
      for (SessionEvent missed : record.after(resume.lastSeq())) {
        if (missed instanceof SessionEvent.Gap(_, long from, long to)) {
          services.connections().gap(entry.sid(), wording.millis(from), wording.millis(to));
        }
        outbox.awaitRoom();
        outbox.send(wording.event(missed));
      }
    }
    Journal journal =
        new Journal(
            entry,
            record,
            wording,
            outbox,
            services.config().resume(),
            services.metrics().delays()::committed);
    try {
      return new Session(plan, services, record, wording, journal, outbox);
    } catch (RuntimeException bug) {
      entry.ask(new SessionChange.Leave(record.owner()));
      throw bug;
    }
  }

  private SessionRecord begin(SessionPlan plan) throws RefusedException, InterruptedException {
    SessionRecord fresh =
        SessionRecord.begun(entry.sid(), plan.terms(), entry.nowMs(), owner(), newToken());
    return held(new SessionChange.Begin(fresh), new SessionChange.End(fresh.owner()));
  }

  private SessionRecord resume(SessionPlan plan, Resume resume)
      throws RefusedException, InterruptedException {
    Owner owner = owner();
    return held(
        new SessionChange.Resume(
            owner,
            entry.nowMs(),
            plan.terms(),
            resume.token(),
            newToken(),
            resume.lastSeq(),
            resume.oldestSample(),
            services.registry().isSettled()),
        new SessionChange.Leave(owner));
  }

  /**
   * Asks for a session for as long as its client is there.
   *
   * @param undo what is asked for where nobody knows whether the change is made
   */
  private SessionRecord held(SessionChange change, SessionChange undo)
      throws RefusedException, InterruptedException {
    return switch (entry.change(change, services.config().opening(), () -> !outbox.isClosing())) {
      case SessionAnswer.Held(SessionRecord record) -> record;
      case SessionAnswer.Refused(Reason reason) -> throw refusal(reason);
      case SessionAnswer.Done done ->
          throw new IllegalStateException("no answer to what was asked: " + done);
      case null -> {
        entry.ask(undo);
        throw new RefusedException(
            ErrorCode.UNAVAILABLE, CloseCode.FULL, "the cluster does not answer; try again later");
      }
    };
  }

  private RefusedException refusal(Reason reason) {
    return switch (reason) {
      case IN_USE ->
          new RefusedException(
              ErrorCode.SID_IN_USE,
              CloseCode.NOT_ALLOWED,
              "sid: a session with this sid is live, may be resumed, or ended not long ago; choose another");
      // A client that hears this is there, so the clocks of two nodes may only have differed.
      case TAKEN_OVER ->
          new RefusedException(
              ErrorCode.UNAVAILABLE,
              CloseCode.FULL,
              "resume: a newer connection has the session; where there is none, try again later");
      case OTHER_TERMS ->
          new RefusedException(
              ErrorCode.UNSUPPORTED,
              CloseCode.BAD_MESSAGE,
              "resume: kind, audio, source, targets and correct must be as they were when the"
                  + " session began");
      case ENDED ->
          new RefusedException(
              ErrorCode.RESUME_UNAVAILABLE,
              CloseCode.RESUME_EXPIRED,
              "resume: the session has ended; start a new one without \"resume\"");
      case UNKNOWN, WRONG_TOKEN -> services.registry().isSettled() ? gone() : notYet();
      case BEHIND -> notYet();
      case FORGOTTEN ->
          new RefusedException(
              ErrorCode.RESUME_UNAVAILABLE,
              CloseCode.RESUME_EXPIRED,
              "resume: what came after last_seq is not all kept any more, since too much has come; start a new"
                  + " session without \"resume\", with another sid");
    };
  }

  private RefusedException gone() {
    return new RefusedException(
        ErrorCode.RESUME_UNAVAILABLE,
        CloseCode.RESUME_EXPIRED,
        "resume: there is no such session, or not any more: an interrupted one is kept for %d s; start a new one without \"resume\""
            .formatted(services.config().resume().toSeconds()));
  }

  /** A client that is told that its session is gone gives it up. */
  private static RefusedException notYet() {
    return new RefusedException(
        ErrorCode.UNAVAILABLE,
        CloseCode.FULL,
        "resume: the session, or its end, is not known here; nodes have come or gone just now, so try"
            + " again later");
  }

  private ServerMessage started(SessionRecord record) {
    return new ServerMessage.SessionStarted(
        entry.sid(),
        record.seq(),
        record.fromSample(),
        record.tokens().current(),
        (int) services.config().resume().toSeconds(),
        new ServerMessage.Limits(
            services.config().connections().messageBytes(),
            (int) services.config().bufferedAudio().toMillis(),
            (int) services.config().idle().toSeconds()),
        services.node(),
        services.standIns());
  }

  private Owner owner() {
    // 0 is nobody's.
    return new Owner(services.node(), LOTS.nextLong() | 1, 1);
  }

  private static String newToken() {
    byte[] token = new byte[TOKEN_BYTES];
    LOTS.nextBytes(token);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(token);
  }
}
