package io.dragoman.quota;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What has reached the upstream, by the time at which it stops to count. Immutable.
 *
 * <p>Times are those of the ledger's owner. An end is rounded up to a slot, so a booking lasts up
 * to one slot longer than it must and never shorter. Slots are kept in blocks, which versions
 * share: a change copies one block and not the whole window.
 */
final class Bookings {
  private static final @Nullable Block[] NONE = {};

  /** So many consecutive slots. */
  private static final class Block {
    static final int SLOTS = 32;
    static final Block EMPTY = new Block(new long[SLOTS], new long[SLOTS]);

    private final long[] requests;
    private final long[] tokens;

    private Block(long[] requests, long[] tokens) {
      this.requests = requests;
      this.tokens = tokens;
    }

    Block copy() {
      return new Block(requests.clone(), tokens.clone());
    }

    /** The sum of the slots before one. */
    Amount before(int end) {
      long allRequests = 0;
      long allTokens = 0;
      for (int i = 0; i < end; i++) {
        allRequests += requests[i];
        allTokens += tokens[i];
      }
      return new Amount(allRequests, allTokens);
    }

    /** The same with nothing before a slot. */
    Block from(int start) {
      Block copy = copy();
      Arrays.fill(copy.requests, 0, start, 0);
      Arrays.fill(copy.tokens, 0, start, 0);
      return copy;
    }
  }

  private final long slot;

  /** The number of the first block; a slot's number is its end in slots. */
  private final long first;

  /** Null where nothing is booked. */
  private final @Nullable Block[] blocks;

  private final Amount total;

  private Bookings(long slot, long first, @Nullable Block[] blocks, Amount total) {
    this.slot = slot;
    this.first = first;
    this.blocks = blocks;
    this.total = total;
  }

  static Bookings none(long slot) {
    return new Bookings(slot, 0, NONE, Amount.ZERO);
  }

  /** All that is booked. */
  Amount total() {
    return total;
  }

  /**
   * Its {@link BinaryForm}: the slot's length; how many slots there are from the first that holds
   * anything to the last; the number of that first one, relative to {@code now}'s, unless there are
   * none; the amount of each.
   */
  void write(Writer out, long now) {
    int from = 0;
    int to = blocks.length * Block.SLOTS;
    while (from < to && in(from).isZero()) {
      from++;
    }
    while (from < to && in(to - 1).isZero()) {
      to--;
    }
    out.number(slot);
    out.number(to - from);
    if (from < to) {
      out.number(first * Block.SLOTS + from - Math.floorDiv(now, slot));
    }
    for (int place = from; place < to; place++) {
      out.amount(in(place));
    }
  }

  static Bookings read(Reader in, long now) {
    long slot = in.number();
    if (slot <= 0) {
      throw Reader.damage("slots of %d ns".formatted(slot));
    }
    int count = in.count();
    if (count == 0) {
      return none(slot);
    }
    long from = in.number() + Math.floorDiv(now, slot);
    int start = Math.floorMod(from, Block.SLOTS);
    @Nullable Block[] blocks = new Block[(start + count - 1) / Block.SLOTS + 1];
    Amount total = Amount.ZERO;
    for (int place = start; place < start + count; place++) {
      Block block = blocks[place / Block.SLOTS];
      if (block == null) {
        block = Block.EMPTY.copy();
        blocks[place / Block.SLOTS] = block;
      }
      Amount amount = in.amount();
      block.requests[place % Block.SLOTS] = amount.requests();
      block.tokens[place % Block.SLOTS] = amount.tokens();
      total = total.plus(amount);
    }
    return new Bookings(slot, Math.floorDiv(from, Block.SLOTS), blocks, total);
  }

  /** What is in a slot, counted from the first block's first. */
  private Amount in(int place) {
    Block block = blocks[place / Block.SLOTS];
    int at = place % Block.SLOTS;
    return block == null ? Amount.ZERO : new Amount(block.requests[at], block.tokens[at]);
  }

  /** With an amount that counts until {@code end}. */
  Bookings with(long end, Amount amount) {
    if (amount.isZero()) {
      return this;
    }
    long at = Math.floorDiv(end + slot - 1, slot);
    long number = Math.floorDiv(at, Block.SLOTS);
    int place = Math.floorMod(at, Block.SLOTS);
    long start = blocks.length == 0 ? number : Math.min(first, number);
    long past = blocks.length == 0 ? number + 1 : Math.max(first + blocks.length, number + 1);
    @Nullable Block[] changed = new Block[Math.toIntExact(past - start)];
    System.arraycopy(
        blocks, 0, changed, blocks.length == 0 ? 0 : (int) (first - start), blocks.length);
    Block old = changed[(int) (number - start)];
    Block block = (old == null ? Block.EMPTY : old).copy();
    block.requests[place] += amount.requests();
    block.tokens[place] += amount.tokens();
    changed[(int) (number - start)] = block;
    return new Bookings(slot, start, changed, total.plus(amount));
  }

  /** Without what counts no longer at {@code now}. */
  Bookings at(long now) {
    // A slot ends at its number times the grain, so what ends now counts no longer.
    long keep = Math.floorDiv(now, slot) + 1;
    long number = Math.floorDiv(keep, Block.SLOTS);
    int place = Math.floorMod(keep, Block.SLOTS);
    int gone = Math.clamp(number - first, 0, blocks.length);
    Amount ended = Amount.ZERO;
    for (int i = 0; i < gone; i++) {
      ended = ended.plus(before(blocks[i], Block.SLOTS));
    }
    Block cut = gone < blocks.length && number == first + gone ? blocks[gone] : null;
    Amount partly = before(cut, place);
    if (gone == 0 && partly.isZero()) {
      return this;
    }
    @Nullable Block[] left = Arrays.copyOfRange(blocks, gone, blocks.length);
    if (cut != null && !partly.isZero()) {
      left[0] = cut.from(place);
    }
    return new Bookings(slot, first + gone, left, total.minus(ended).minus(partly));
  }

  private static Amount before(@Nullable Block block, int end) {
    return block == null ? Amount.ZERO : block.before(end);
  }

  /**
   * The same, in the time of another machine: what ended {@code then} on one ends at {@code now}.
   */
  Bookings moved(long then, long now) {
    Bookings moved = none(slot);
    for (int i = 0; i < blocks.length; i++) {
      Block block = blocks[i];
      for (int place = 0; block != null && place < Block.SLOTS; place++) {
        long end = ((first + i) * Block.SLOTS + place) * slot;
        moved =
            moved.with(now + end - then, new Amount(block.requests[place], block.tokens[place]));
      }
    }
    return moved;
  }
}
