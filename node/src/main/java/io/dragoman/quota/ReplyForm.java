package io.dragoman.quota;

import io.dragoman.quota.Delay.Bound;
import io.dragoman.quota.Reply.Joining;
import io.dragoman.quota.Reply.Scarcity;
import io.dragoman.quota.Reply.State;
import io.dragoman.quota.Reply.Status;
import java.util.List;

/**
 * The {@link BinaryForm} of a reply. What is not named otherwise is a number.
 *
 * <ol>
 *   <li>incarnation, a word; sequence; {@link Parts stamp};
 *   <li>joining, one of closed, open, refused; the {@link Parts bond} that the epoch continues;
 *       known, a flag;
 *   <li>granted and booked, amounts; lease; level; active; scarce, a flag;
 *   <li>{@link Parts limits}; ceiling, an amount; {@link Parts voters};
 *   <li>state, one of normal, gathering, quarantine, refused, no majority, sealed; remaining;
 *       votes; majority; what is scarce, one of requests, tokens, requests in a second; named, a
 *       flag;
 *   <li>since revision 1: foreign, an amount.
 * </ol>
 */
final class ReplyForm {
  static final List<Joining> JOININGS = List.of(Joining.CLOSED, Joining.OPEN, Joining.REFUSED);

  static final List<State> STATES =
      List.of(
          State.NORMAL,
          State.GATHERING,
          State.QUARANTINE,
          State.REFUSED,
          State.NO_MAJORITY,
          State.SEALED);

  static final List<Bound> BOUNDS =
      List.of(Bound.REQUESTS, Bound.TOKENS, Bound.REQUESTS_PER_SECOND);

  private ReplyForm() {}

  static void write(Writer out, Reply reply) {
    out.word(reply.incarnation());
    out.number(reply.sequence());
    Parts.write(out, reply.stamp());
    out.choice(JOININGS, reply.joining());
    Parts.write(out, reply.continues());
    out.flag(reply.known());
    out.amount(reply.granted());
    out.amount(reply.booked());
    out.number(reply.lease());
    out.number(reply.level());
    out.number(reply.active());
    out.flag(reply.scarce());
    Parts.write(out, reply.limits());
    out.amount(reply.ceiling());
    Parts.write(out, reply.voters());
    write(out, reply.status());
    out.amount(reply.foreign());
  }

  static Reply read(Reader in) {
    return new Reply(
        in.word(),
        in.number(),
        Parts.stamp(in),
        in.choice(JOININGS),
        Parts.bond(in),
        in.flag(),
        in.amount(),
        in.amount(),
        in.number(),
        in.number(),
        in.integer(),
        in.flag(),
        Parts.limits(in),
        in.amount(),
        Parts.voters(in),
        status(in),
        in.revision() < 1 ? Amount.ZERO : in.amount());
  }

  private static void write(Writer out, Status status) {
    out.choice(STATES, status.state());
    out.number(status.remaining());
    out.number(status.votes());
    out.number(status.majority());
    out.choice(BOUNDS, status.scarcity().bound());
    out.flag(status.scarcity().named());
  }

  private static Status status(Reader in) {
    return new Status(
        in.choice(STATES),
        in.number(),
        in.integer(),
        in.integer(),
        new Scarcity(in.choice(BOUNDS), in.flag()));
  }
}
