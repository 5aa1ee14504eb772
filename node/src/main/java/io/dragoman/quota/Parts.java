package io.dragoman.quota;

import io.dragoman.quota.Refresh.Bond;
import io.dragoman.quota.Refresh.Stamp;
import io.dragoman.quota.Wants.Group;
import java.util.List;

/**
 * The {@link BinaryForm} of what several kinds hold.
 *
 * <ul>
 *   <li>A bond: epoch, a number; owner, a word.
 *   <li>A stamp: bond; clock, a word.
 *   <li>Limits, numbers: requests, tokens, requests in a second.
 *   <li>Voters: epoch and change, numbers; nodes, a list of numbers that ascend.
 *   <li>Hard state: bond; voters, if any.
 *   <li>Wants: those that want little, and those that want much, each an amount and the level, a
 *       number; reserve, an amount; active, a number.
 * </ul>
 */
final class Parts {
  private Parts() {}

  static void write(Writer out, Bond bond) {
    out.number(bond.epoch());
    out.word(bond.owner());
  }

  static Bond bond(Reader in) {
    return new Bond(in.number(), in.word());
  }

  static void write(Writer out, Stamp stamp) {
    write(out, stamp.bond());
    out.word(stamp.at());
  }

  static Stamp stamp(Reader in) {
    return new Stamp(bond(in), in.word());
  }

  static void write(Writer out, Limits limits) {
    out.number(limits.requests());
    out.number(limits.tokens());
    out.number(limits.requestsPerSecond());
  }

  static Limits limits(Reader in) {
    return new Limits(in.number(), in.number(), in.number());
  }

  static void write(Writer out, Voters voters) {
    out.number(voters.epoch());
    out.number(voters.change());
    out.list(voters.nodes(), Writer::number);
  }

  static Voters voters(Reader in) {
    long epoch = in.number();
    long change = in.number();
    List<Long> nodes = in.list(Reader::number);
    requireAscending(nodes);
    return new Voters(epoch, change, nodes);
  }

  /** Nodes are looked up by their order. */
  static void requireAscending(List<Long> nodes) {
    for (int i = 1; i < nodes.size(); i++) {
      if (nodes.get(i - 1) >= nodes.get(i)) {
        throw Reader.damage("nodes do not ascend");
      }
    }
  }

  static void write(Writer out, HardState state) {
    write(out, state.bound());
    out.optional(state.voters(), Parts::write);
  }

  static HardState hardState(Reader in) {
    return new HardState(bond(in), in.optional(Parts::voters));
  }

  static void write(Writer out, Wants wants) {
    write(out, wants.little());
    write(out, wants.much());
    out.amount(wants.reserve());
    out.number(wants.active());
  }

  static Wants wants(Reader in) {
    return new Wants(group(in), group(in), in.amount(), in.integer());
  }

  private static void write(Writer out, Group group) {
    out.amount(group.amount());
    out.number(group.level());
  }

  private static Group group(Reader in) {
    return new Group(in.amount(), in.number());
  }
}
