package io.dragoman.session;

import io.dragoman.session.SessionAnswer.Done;
import io.dragoman.session.SessionAnswer.Held;
import io.dragoman.session.SessionAnswer.Reason;
import io.dragoman.session.SessionAnswer.Refused;
import io.dragoman.session.SessionRecord.Owner;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A change of one session's record, atomic where it is kept. It may be made twice, or long after it
 * was asked for, and on copies of the record: what was done is not done again, and who does not
 * carry the session any more changes nothing.
 */
public sealed interface SessionChange {

  /**
   * @param record what is kept; null where there is none
   */
  Outcome applyTo(@Nullable SessionRecord record);

  /** What a change comes to. */
  sealed interface Outcome {
    SessionAnswer answer();

    /** The record stays, or there is none still. */
    record Unchanged(SessionAnswer answer) implements Outcome {}

    /** The record is put, and kept for as long again; it may be the one that was there. */
    record Put(SessionRecord record, SessionAnswer answer) implements Outcome {}
  }

  /** Begins a session. */
  record Begin(SessionRecord fresh) implements SessionChange {
    @Override
    public Outcome applyTo(@Nullable SessionRecord record) {
      if (record == null) {
        return new Outcome.Put(fresh, new Held(fresh));
      }
      return record.owner().is(fresh.owner())
          ? new Outcome.Put(record, new Held(record))
          : refused(Reason.IN_USE);
    }
  }

  /**
   * Takes up an interrupted session, or one whose owner only seems to carry it; not from an owner
   * whose client asked later: then it is the client's older attempt that comes late.
   *
   * @param next the owner to be; its epoch is whatever follows
   * @param askedAtMs when its client asked, in milliseconds since the epoch, on the cluster's clock
   * @param terms what its client asks for: what was agreed on when the session began
   * @param token what resumes the session
   * @param fresh the token's successor, unless it has one
   * @param lastSeq the last event that the client has
   * @param oldestSample the oldest audio that it has
   * @param givesUp whether events that the client has and the record lacks are lost for good; they
   *     may still come where nodes have just come or gone
   */
  record Resume(
      Owner next,
      long askedAtMs,
      SessionTerms terms,
      String token,
      String fresh,
      long lastSeq,
      long oldestSample,
      boolean givesUp)
      implements SessionChange {
    @Override
    public Outcome applyTo(@Nullable SessionRecord record) {
      if (record == null) {
        return refused(Reason.UNKNOWN);
      }
      if (record.owner().is(next)) {
        return new Outcome.Put(record, new Held(record));
      }
      if (!record.tokens().admit(token)) {
        return refused(Reason.WRONG_TOKEN);
      }
      if (record.hasEnded()) {
        return refused(Reason.ENDED);
      }
      if (askedAtMs > record.resumableUntilMs()) {
        return refused(Reason.UNKNOWN);
      }
      if (!record.terms().equals(terms)) {
        return refused(Reason.OTHER_TERMS);
      }
      if (askedAtMs < record.carriedSinceMs()) {
        return refused(Reason.TAKEN_OVER);
      }
      if (!record.remembers(lastSeq)) {
        return refused(Reason.FORGOTTEN);
      }
      if (lastSeq > record.seq() && !givesUp) {
        return refused(Reason.BEHIND);
      }
      SessionRecord taken =
          record.takenUp(
              new Owner(next.node(), next.claim(), record.owner().epoch() + 1),
              record.tokens().after(token, fresh),
              askedAtMs,
              lastSeq,
              oldestSample);
      return new Outcome.Put(taken, new Held(taken));
    }
  }

  /**
   * Commits events.
   *
   * @param events in order, and not empty; those that are committed already are passed over
   */
  record Append(Owner owner, List<SessionEvent> events) implements SessionChange {
    public Append {
      events = List.copyOf(events);
    }

    @Override
    public Outcome applyTo(@Nullable SessionRecord record) {
      if (record == null || !record.owner().is(owner)) {
        return refused(other(owner, record));
      }
      SessionRecord next = record;
      for (SessionEvent event : events) {
        if (event.seq() > record.seq()) {
          next = next.with(event);
        }
        if (next == null) {
          return refused(Reason.BEHIND);
        }
      }
      // Put even if nothing is new: a copy may lack what its original has.
      return new Outcome.Put(next, new Done(next.seq()));
    }
  }

  /** Keeps a session whose owner has nothing to commit. */
  record Renew(Owner owner) implements SessionChange {
    @Override
    public Outcome applyTo(@Nullable SessionRecord record) {
      return record != null && record.owner().is(owner)
          ? new Outcome.Put(record, new Done(record.seq()))
          : refused(other(owner, record));
    }
  }

  /** Brings back a record of which the copies were lost, as its owner knows it. */
  record Restore(SessionRecord known) implements SessionChange {
    @Override
    public Outcome applyTo(@Nullable SessionRecord record) {
      if (record == null || known.isNewerThan(record)) {
        return new Outcome.Put(known, new Done(known.seq()));
      }
      if (record.owner().is(known.owner())) {
        return new Outcome.Put(record, new Done(record.seq()));
      }
      return refused(record.hasEnded() ? Reason.ENDED : Reason.TAKEN_OVER);
    }
  }

  /** Lets go of a session that may be resumed. */
  record Leave(Owner owner) implements SessionChange {
    @Override
    public Outcome applyTo(@Nullable SessionRecord record) {
      return record != null && record.owner().is(owner)
          ? new Outcome.Put(record.left(), new Done(record.seq()))
          : refused(other(owner, record));
    }
  }

  /** Ends a session for good. */
  record End(Owner owner) implements SessionChange {
    @Override
    public Outcome applyTo(@Nullable SessionRecord record) {
      return record != null && record.owner().is(owner)
          ? new Outcome.Put(record.ended(), new Done(record.seq()))
          : refused(other(owner, record));
    }
  }

  /**
   * Reads what is kept of a session, for whoever could resume it.
   *
   * @param token one that resumes the session, or would if it had not ended
   */
  record Read(String token) implements SessionChange {
    @Override
    public Outcome applyTo(@Nullable SessionRecord record) {
      if (record == null || record.isErased()) {
        return refused(Reason.UNKNOWN);
      }
      return record.tokens().admit(token)
          ? new Outcome.Unchanged(new Held(record))
          : refused(Reason.WRONG_TOKEN);
    }
  }

  /**
   * Ends a session, whoever carries it, and forgets what was said.
   *
   * @param token one that resumes the session, or would if it had not ended
   */
  record Erase(String token) implements SessionChange {
    @Override
    public Outcome applyTo(@Nullable SessionRecord record) {
      if (record == null) {
        return refused(Reason.UNKNOWN);
      }
      return record.tokens().admit(token)
          ? new Outcome.Put(record.erased(), new Done(record.seq()))
          : refused(Reason.WRONG_TOKEN);
    }
  }

  /**
   * What it means that an owner's session is not there, or carried by another: an earlier one never
   * does any more.
   */
  private static Reason other(Owner owner, @Nullable SessionRecord record) {
    if (record == null) {
      return Reason.UNKNOWN;
    }
    if (record.hasEnded()) {
      return Reason.ENDED;
    }
    return owner.epoch() > record.owner().epoch() ? Reason.BEHIND : Reason.TAKEN_OVER;
  }

  private static Outcome refused(Reason reason) {
    return new Outcome.Unchanged(new Refused(reason));
  }
}
