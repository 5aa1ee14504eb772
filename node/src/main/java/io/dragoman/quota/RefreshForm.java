package io.dragoman.quota;

import io.dragoman.quota.Evidence.Headers;
import io.dragoman.quota.Evidence.Refusal;
import io.dragoman.quota.Recollection.Aged;
import io.dragoman.quota.Refresh.Landing;
import org.jspecify.annotations.Nullable;

/**
 * The {@link BinaryForm} of a refresh. What is not named otherwise is a number.
 *
 * <ol>
 *   <li>node; incarnation, a word; sequence;
 *   <li>timing: window, refresh, lease, vote, call, network, slot;
 *   <li>the {@link Parts bond} that it joined; {@link Parts hard state}; echo, a {@link Parts
 *       stamp}, if any; vote;
 *   <li>held, an amount; landed, a list: sequence, age, an amount;
 *   <li>the recollection, if any: joined, opened; booked, an amount, and its age; the vote's age;
 *       awake; proven, a list: age, an amount;
 *   <li>{@link Parts wants};
 *   <li>evidence: 0, or 1 and headers: limit and remaining, amounts, and lapse; or 2 and a refusal:
 *       how long;
 *   <li>leaving, a flag;
 *   <li>since revision 1: the echo's age.
 * </ol>
 */
final class RefreshForm {
  private static final int NONE = 0;
  private static final int HEADERS = 1;
  private static final int REFUSAL = 2;

  private RefreshForm() {}

  static void write(Writer out, Refresh refresh) {
    out.number(refresh.node());
    out.word(refresh.incarnation());
    out.number(refresh.sequence());
    write(out, refresh.timing());
    Parts.write(out, refresh.joined());
    Parts.write(out, refresh.remembered());
    out.optional(refresh.echo(), Parts::write);
    out.number(refresh.vote());
    out.amount(refresh.held());
    out.list(refresh.landed(), RefreshForm::write);
    out.optional(refresh.recollection(), RefreshForm::write);
    Parts.write(out, refresh.wants());
    write(out, refresh.evidence());
    out.flag(refresh.leaving());
    out.number(refresh.echoAge());
  }

  static Refresh read(Reader in) {
    return new Refresh(
        in.number(),
        in.word(),
        in.number(),
        timing(in),
        Parts.bond(in),
        Parts.hardState(in),
        in.optional(Parts::stamp),
        in.number(),
        in.amount(),
        in.list(RefreshForm::landing),
        in.optional(RefreshForm::recollection),
        Parts.wants(in),
        evidence(in),
        in.flag(),
        in.revision() < 1 ? 0 : in.number());
  }

  private static void write(Writer out, Timing timing) {
    out.number(timing.window());
    out.number(timing.refresh());
    out.number(timing.lease());
    out.number(timing.vote());
    out.number(timing.call());
    out.number(timing.network());
    out.number(timing.slot());
  }

  private static Timing timing(Reader in) {
    return new Timing(
        in.number(), in.number(), in.number(), in.number(), in.number(), in.number(), in.number());
  }

  private static void write(Writer out, Landing landing) {
    out.number(landing.sequence());
    out.number(landing.age());
    out.amount(landing.amount());
  }

  private static Landing landing(Reader in) {
    return new Landing(in.number(), in.number(), in.amount());
  }

  private static void write(Writer out, Recollection recollection) {
    out.number(recollection.joined());
    out.number(recollection.opened());
    out.amount(recollection.booked());
    out.number(recollection.bookedAge());
    out.number(recollection.voteAge());
    out.number(recollection.awake());
    out.list(recollection.proven(), RefreshForm::write);
  }

  private static Recollection recollection(Reader in) {
    return new Recollection(
        in.number(),
        in.number(),
        in.amount(),
        in.number(),
        in.number(),
        in.number(),
        in.list(RefreshForm::aged));
  }

  private static void write(Writer out, Aged aged) {
    out.number(aged.age());
    out.amount(aged.amount());
  }

  private static Aged aged(Reader in) {
    return new Aged(in.number(), in.amount());
  }

  private static void write(Writer out, @Nullable Evidence evidence) {
    switch (evidence) {
      case null -> out.number(NONE);
      case Headers headers -> {
        out.number(HEADERS);
        out.amount(headers.limit());
        out.amount(headers.remaining());
        out.number(headers.lapse());
      }
      case Refusal refusal -> {
        out.number(REFUSAL);
        out.number(refusal.retryAfter());
      }
    }
  }

  private static @Nullable Evidence evidence(Reader in) {
    int kind = in.integer();
    return switch (kind) {
      case NONE -> null;
      case HEADERS -> new Headers(in.amount(), in.amount(), in.number());
      case REFUSAL -> new Refusal(in.number());
      default -> throw new IllegalArgumentException("there is no evidence of kind " + kind);
    };
  }
}
