package io.dragoman.session;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.dragoman.pipeline.Caption;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A session as the cluster keeps it: who carries it, what was committed, and what is still owed.
 * Immutable; every change is a function of a record, and two processes that apply the same changes
 * to the same record have the same one.
 *
 * <p>That nothing is committed twice needs no memory of all that was. A source caption begins the
 * next segment, so a second one of the same segment does not fit; any other caption pays what is
 * owed, and is owed once.
 *
 * <p>A record takes {@link #MOST_BYTES} at most, about three hours of speech with two translations:
 * then its oldest events are dropped. What is owed is bounded by the pipeline, which holds up the
 * recogniser while too many finals wait.
 *
 * @param startedAtMs when it started, in milliseconds since the epoch, as the cluster's clock has
 *     it
 * @param seq the place of the last event
 * @param segment where the next segment begins: the end of the last one that is committed
 * @param settled the sample before which finals or silence cover everything
 * @param events all but the first, or as many of the last ones as fit; places are left out only
 *     where events were lost
 * @param owed what was said and has not all its captions, in the order of segments
 * @param carriedSinceMs when the owner's client asked for the session, on the same clock
 * @param resumableUntilMs until when it can be taken up unless it is changed before, on that clock
 */
public record SessionRecord(
    String sid,
    SessionTerms terms,
    long startedAtMs,
    Owner owner,
    Tokens tokens,
    long seq,
    long segment,
    long settled,
    List<SessionEvent> events,
    List<Owed> owed,
    long carriedSinceMs,
    long resumableUntilMs) {

  /** What events and what is owed take at most: their texts in UTF-8, and 64 bytes for each. */
  static final int MOST_BYTES = 1 << 20;

  /** So much of the bound is kept when events are dropped, so that they seldom are. */
  private static final double KEPT = 0.75;

  /**
   * Nothing undoes that a session was erased, or ended. Otherwise the client's newest attempt has
   * it: on both sides of a split a session may have been taken up equally often, and on the side
   * that the client gave up without anybody knowing.
   */
  private static final Comparator<SessionRecord> AGE =
      Comparator.comparing(SessionRecord::isErased)
          .thenComparing(SessionRecord::hasEnded)
          .thenComparingLong(SessionRecord::carriedSinceMs)
          .thenComparingInt(record -> record.owner.epoch)
          .thenComparingLong(SessionRecord::seq);

  public SessionRecord {
    events = EventLog.of(events);
    owed = List.copyOf(owed);
  }

  /**
   * Who carries a session.
   *
   * @param node the node, in this life of the node: {@code Grid.node()}
   * @param claim drawn by lot for each connection; 0 is nobody's
   * @param epoch how often the session was taken up, from 1; {@link #ENDED} once it has ended
   */
  public record Owner(String node, long claim, int epoch) {

    /** Comes after every other, so that no earlier owner brings an ended session back. */
    static final int ENDED = Integer.MAX_VALUE;

    /** Whether it is the same connection of the same node. */
    boolean is(Owner other) {
      return claim != 0 && claim == other.claim && node.equals(other.node);
    }
  }

  /**
   * What resumes a session. A token is valid until its successor is first used: the client may
   * never have heard of that.
   *
   * @param used the one that was used last; empty until one was
   * @param current the one that was handed out last
   */
  public record Tokens(String used, String current) {

    boolean admit(String token) {
      return equal(token, current) || (!used.isEmpty() && equal(token, used));
    }

    /** After one of the two was used. A successor that nobody used stays. */
    Tokens after(String token, String fresh) {
      return equal(token, current) ? new Tokens(current, fresh) : this;
    }

    /** Takes as long wherever they differ. */
    private static boolean equal(String one, String other) {
      return MessageDigest.isEqual(one.getBytes(UTF_8), other.getBytes(UTF_8));
    }
  }

  /** A caption that is still to be made of what was said. */
  public record Owed(Caption.Role role, String language, Caption.Final said) {
    boolean isPaidBy(Caption.Final caption) {
      return role == caption.role()
          && language.equals(caption.language())
          && said.segment() == caption.segment();
    }
  }

  /** A session that begins, at sample 0; its start is its first event. */
  static SessionRecord begun(
      String sid, SessionTerms terms, long startedAtMs, Owner owner, String token) {
    return new SessionRecord(
        sid,
        terms,
        startedAtMs,
        owner,
        new Tokens("", token),
        1,
        0,
        0,
        List.of(),
        List.of(),
        startedAtMs,
        Long.MAX_VALUE);
  }

  /**
   * The record with the next event; null where that does not fit: it is not the next one, or a
   * caption that is there already.
   */
  @Nullable SessionRecord with(SessionEvent event) {
    if (event.seq() != seq + 1) {
      return null;
    }
    return switch (event) {
      case SessionEvent.Said(_, _, Caption.Final caption)
          when caption.role() == Caption.Role.SOURCE ->
          caption.segment() == segment ? said(event, caption) : null;
      case SessionEvent.Said(_, _, Caption.Final caption) -> paid(event, caption);
      case SessionEvent.Covered(_, long sample) ->
          sample > settled ? next(event, segment, sample, owed) : null;
      case SessionEvent.Gap(_, _, long to) -> next(event, to, to, owed);
    };
  }

  private SessionRecord said(SessionEvent event, Caption.Final caption) {
    List<Owed> more = new ArrayList<>(owed);
    more.addAll(terms.owedFor(caption));
    return next(event, caption.nextSegment(), settled, more);
  }

  private @Nullable SessionRecord paid(SessionEvent event, Caption.Final caption) {
    List<Owed> left = owed.stream().filter(each -> !each.isPaidBy(caption)).toList();
    return left.size() < owed.size() ? next(event, segment, settled, left) : null;
  }

  private SessionRecord next(
      SessionEvent event, long nextSegment, long nextSettled, List<Owed> nextOwed) {
    return new SessionRecord(
        sid,
        terms,
        startedAtMs,
        owner,
        tokens,
        event.seq(),
        nextSegment,
        nextSettled,
        withinBound(log().and(event), nextOwed),
        nextOwed,
        carriedSinceMs,
        resumableUntilMs);
  }

  private static EventLog withinBound(EventLog log, List<Owed> owed) {
    long owing = owed.stream().mapToLong(each -> EventLog.bytes(each.said())).sum();
    return log.bytes() + owing <= MOST_BYTES
        ? log
        : log.within(Math.round(MOST_BYTES * KEPT) - owing);
  }

  /** Where the client goes on: finals or silence cover everything before. */
  public long fromSample() {
    return Math.max(segment, settled);
  }

  /** Whether none of the events after a place was dropped. */
  boolean remembers(long lastSeq) {
    return lastSeq + 1 >= (events.isEmpty() ? seq + 1 : events.getFirst().seq());
  }

  /** The events after a place. */
  List<SessionEvent> after(long lastSeq) {
    return log().after(lastSeq);
  }

  private EventLog log() {
    return EventLog.of(events);
  }

  /**
   * The record once another owner carries the session.
   *
   * <p>Where the client knows of more than is committed, that was lost, and where it does not have
   * the audio any more, that is: then the last event is a gap. What is owed for events that were
   * lost is not made again, since the client may have it.
   *
   * @param askedAtMs when the client asked
   * @param lastSeq the last event that the client has
   * @param oldestSample the oldest audio that the client has
   */
  SessionRecord takenUp(
      Owner next, Tokens newTokens, long askedAtMs, long lastSeq, long oldestSample) {
    boolean lost = lastSeq > seq;
    SessionRecord record =
        new SessionRecord(
            sid,
            terms,
            startedAtMs,
            next,
            newTokens,
            Math.max(seq, lastSeq),
            segment,
            settled,
            events,
            lost ? List.of() : owed,
            askedAtMs,
            resumableUntilMs);
    long from = lost && !owed.isEmpty() ? owed.getFirst().said().segment() : fromSample();
    long to = Math.max(oldestSample, fromSample());
    return lost || to > fromSample()
        ? record.next(new SessionEvent.Gap(record.seq + 1, from, to), to, to, record.owed)
        : record;
  }

  /** The record when its owner has let go of it. */
  SessionRecord left() {
    return carried(new Owner(owner.node, 0, owner.epoch), events, owed, resumableUntilMs);
  }

  /** The record of a session that has ended for good: nobody carries it any more. */
  SessionRecord ended() {
    return carried(new Owner(owner.node, 0, Owner.ENDED), events, List.of(), resumableUntilMs);
  }

  /** The record of a session that has ended, with nothing of what was said. */
  SessionRecord erased() {
    return carried(new Owner(owner.node, 0, Owner.ENDED), List.of(), List.of(), resumableUntilMs);
  }

  /** The record, to be taken up until then at the latest. */
  public SessionRecord resumableUntil(long untilMs) {
    return carried(owner, events, owed, untilMs);
  }

  private SessionRecord carried(Owner by, List<SessionEvent> kept, List<Owed> owing, long untilMs) {
    return new SessionRecord(
        sid,
        terms,
        startedAtMs,
        by,
        tokens,
        seq,
        segment,
        settled,
        kept,
        owing,
        carriedSinceMs,
        untilMs);
  }

  /** Whether it has ended for good. */
  public boolean hasEnded() {
    return owner.epoch == Owner.ENDED;
  }

  /** Whether it has ended, and nothing that was said is kept. */
  boolean isErased() {
    return hasEnded() && events.isEmpty();
  }

  /**
   * Whether this is to be kept, and not another record of the session, of an owner that lost touch
   * or of the other side of a split.
   */
  public boolean isNewerThan(SessionRecord other) {
    return AGE.compare(this, other) > 0;
  }
}
