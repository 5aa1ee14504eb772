package io.dragoman.quota;

import io.dragoman.quota.Holder.Claim;
import io.dragoman.quota.Holder.Ending;
import io.dragoman.quota.Holder.Lease;
import io.dragoman.quota.Holder.Standing;
import io.dragoman.quota.Holder.Testimony;
import io.dragoman.quota.Holder.Vote;
import io.dragoman.quota.Ledger.Phase;
import java.util.ArrayList;
import java.util.List;

/**
 * The {@link BinaryForm} of a ledger. Times are numbers, relative to the last change; what is not
 * named otherwise is a number.
 *
 * <ol>
 *   <li>epoch; owner, a word; version; the last change, two words: monotonic and wall;
 *   <li>{@link Parts limits}; {@link Parts voters}; {@link Bookings#write bookings};
 *   <li>phase, one of gathering, open, sealed; the bond that it continues; since;
 *   <li>awake, two times: monotonic and wall; convened and blank, flags;
 *   <li>votesFrom, majorityAt, votersSince, times;
 *   <li>unknown, an amount, its end and its epoch; foreign, an amount, and its end; the end of a
 *       refusal; the cap, an amount, and its end;
 *   <li>level; paced, an amount, and the time from which;
 *   <li>holders, a list: node, ascending; incarnation, a word; standing, one of outside, left,
 *       joined, booked, continued; sequence; held, an amount; the lease's end, a time; the vote:
 *       its time, duration, and a flag whether the node knows; {@link Parts wants}; mark, relative
 *       to the level; picked, an amount; the testimony, if any: known, an amount; epoch; most, an
 *       amount; votedUntil, a time;
 *   <li>from revision 1 on, for each holder with a testimony: what is ending, a list: until, a
 *       time, and an amount.
 * </ol>
 */
final class LedgerForm {
  static final List<Phase> PHASES = List.of(Phase.GATHERING, Phase.OPEN, Phase.SEALED);

  static final List<Standing> STANDINGS =
      List.of(
          Standing.OUTSIDE, Standing.LEFT, Standing.JOINED, Standing.BOOKED, Standing.CONTINUED);

  private LedgerForm() {}

  static void write(Writer out, Ledger ledger) {
    long now = ledger.asOf.monotonic();
    out.number(ledger.epoch);
    out.word(ledger.owner);
    out.number(ledger.version);
    out.word(now);
    out.word(ledger.asOf.wall());
    Parts.write(out, ledger.limits);
    Parts.write(out, ledger.voters);
    ledger.bookings.write(out, now);
    out.choice(PHASES, ledger.phase);
    Parts.write(out, ledger.continues);
    out.number(ledger.since - now);
    out.number(ledger.awake.monotonic() - now);
    out.number(ledger.awake.wall() - ledger.asOf.wall());
    out.flag(ledger.convened);
    out.flag(ledger.blank);
    out.number(ledger.votesFrom - now);
    out.number(ledger.majorityAt - now);
    out.number(ledger.votersSince - now);
    out.amount(ledger.unknown);
    out.number(ledger.unknownUntil - now);
    out.number(ledger.unknownEpoch);
    out.amount(ledger.foreign);
    out.number(ledger.foreignUntil - now);
    out.number(ledger.refusedUntil - now);
    out.amount(ledger.cap);
    out.number(ledger.capUntil - now);
    out.number(ledger.level);
    out.amount(ledger.paced);
    out.number(ledger.pacedFrom - now);
    out.list(ledger.holders, (to, holder) -> write(to, holder, now, ledger.level));
    for (Holder holder : ledger.holders) {
      if (holder.testimony() != null) {
        out.list(holder.testimony().ending(), (to, ending) -> write(to, ending, now));
      }
    }
  }

  static Ledger read(Reader in) {
    long epoch = in.number();
    long owner = in.word();
    long version = in.number();
    Moment asOf = new Moment(in.word(), in.word());
    long now = asOf.monotonic();
    Ledger ledger =
        new Ledger(epoch, owner, Parts.limits(in), Parts.voters(in), Bookings.read(in, now));
    ledger.version = version;
    ledger.asOf = asOf;
    ledger.phase = in.choice(PHASES);
    ledger.continues = Parts.bond(in);
    ledger.since = now + in.number();
    ledger.awake = new Moment(now + in.number(), asOf.wall() + in.number());
    ledger.convened = in.flag();
    ledger.blank = in.flag();
    ledger.votesFrom = now + in.number();
    ledger.majorityAt = now + in.number();
    ledger.votersSince = now + in.number();
    ledger.unknown = in.amount();
    ledger.unknownUntil = now + in.number();
    ledger.unknownEpoch = in.number();
    ledger.foreign = in.amount();
    ledger.foreignUntil = now + in.number();
    ledger.refusedUntil = now + in.number();
    ledger.cap = in.amount();
    ledger.capUntil = now + in.number();
    ledger.level = in.number();
    ledger.paced = in.amount();
    ledger.pacedFrom = now + in.number();
    ledger.holders = new ArrayList<>(in.list(from -> holder(from, now, ledger.level)));
    Parts.requireAscending(ledger.holders.stream().map(Holder::node).toList());
    if (in.revision() >= 1) {
      ledger.holders.replaceAll(holder -> withEnding(in, holder, now));
    }
    return ledger;
  }

  private static void write(Writer out, Holder holder, long now, long level) {
    out.number(holder.node());
    out.word(holder.incarnation());
    out.choice(STANDINGS, holder.standing());
    out.number(holder.sequence());
    out.amount(holder.held());
    out.number(holder.lease().end() - now);
    out.number(holder.vote().from() - now);
    out.number(holder.vote().duration());
    out.flag(holder.vote().knows());
    Parts.write(out, holder.wants());
    out.number(holder.mark() - level);
    out.amount(holder.picked());
    out.optional(holder.testimony(), (to, testimony) -> write(to, testimony, now));
  }

  private static Holder holder(Reader in, long now, long level) {
    return new Holder(
        in.number(),
        in.word(),
        in.choice(STANDINGS),
        in.number(),
        new Lease(in.amount(), now + in.number()),
        new Vote(now + in.number(), in.number(), in.flag()),
        new Claim(Parts.wants(in), level + in.number(), in.amount()),
        in.optional(from -> testimony(from, now)));
  }

  private static void write(Writer out, Testimony testimony, long now) {
    out.amount(testimony.known());
    out.number(testimony.epoch());
    out.amount(testimony.most());
    out.number(testimony.votedUntil() - now);
  }

  private static Testimony testimony(Reader in, long now) {
    return new Testimony(in.amount(), List.of(), in.number(), in.amount(), now + in.number());
  }

  private static void write(Writer out, Ending ending, long now) {
    out.number(ending.until() - now);
    out.amount(ending.amount());
  }

  private static Holder withEnding(Reader in, Holder holder, long now) {
    Testimony testimony = holder.testimony();
    return testimony == null
        ? holder
        : holder.testifying(
            testimony.ending(in.list(from -> new Ending(now + from.number(), from.amount()))));
  }
}
