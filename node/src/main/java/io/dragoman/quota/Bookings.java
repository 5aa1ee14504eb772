package io.dragoman.quota;

import java.util.Arrays;

/**
 * What has reached the upstream, by the time at which it stops to count. Immutable.
 *
 * <p>Times are those of the ledger's owner. An end is rounded up to a slot, so a booking lasts up
 * to one slot longer than it must and never shorter.
 */
final class Bookings {
  private static final long[] NONE = {};

  private final long slot;

  /** The slot that {@code requests[0]} ends with. */
  private final long first;

  private final long[] requests;
  private final long[] tokens;
  private final Amount total;

  private Bookings(long slot, long first, long[] requests, long[] tokens, Amount total) {
    this.slot = slot;
    this.first = first;
    this.requests = requests;
    this.tokens = tokens;
    this.total = total;
  }

  static Bookings none(long slot) {
    return new Bookings(slot, 0, NONE, NONE, Amount.ZERO);
  }

  /** All that is booked. */
  Amount total() {
    return total;
  }

  /** How many slots are kept. */
  int slots() {
    return requests.length;
  }

  /** How many bytes its slots take, encoded compactly. */
  int bytes() {
    int bytes = LedgerSize.number(first) + LedgerSize.number(requests.length);
    for (int i = 0; i < requests.length; i++) {
      bytes += LedgerSize.amount(new Amount(requests[i], tokens[i]));
    }
    return bytes;
  }

  /** With an amount that counts until {@code end}. */
  Bookings with(long end, Amount amount) {
    if (amount.isZero()) {
      return this;
    }
    long at = Math.floorDiv(end + slot - 1, slot);
    long start = requests.length == 0 ? at : Math.min(first, at);
    long past = requests.length == 0 ? at + 1 : Math.max(first + requests.length, at + 1);
    long[] newRequests = resized(requests, start, past);
    long[] newTokens = resized(tokens, start, past);
    newRequests[(int) (at - start)] += amount.requests();
    newTokens[(int) (at - start)] += amount.tokens();
    return new Bookings(slot, start, newRequests, newTokens, total.plus(amount));
  }

  /** Without what counts no longer at {@code now}. */
  Bookings at(long now) {
    // A slot ends at its number times the grain, so what ends now counts no longer.
    long keep = Math.floorDiv(now, slot) + 1;
    if (requests.length == 0 || keep <= first) {
      return this;
    }
    if (keep >= first + requests.length) {
      return none(slot);
    }
    int gone = (int) (keep - first);
    Amount left = total;
    for (int i = 0; i < gone; i++) {
      left = left.minus(new Amount(requests[i], tokens[i]));
    }
    return new Bookings(
        slot,
        keep,
        Arrays.copyOfRange(requests, gone, requests.length),
        Arrays.copyOfRange(tokens, gone, tokens.length),
        left);
  }

  /**
   * The same, in the time of another machine: what ended {@code then} on one ends at {@code now}.
   */
  Bookings moved(long then, long now) {
    Bookings moved = none(slot);
    for (int i = 0; i < requests.length; i++) {
      long remaining = (first + i) * slot - then;
      moved = moved.with(now + remaining, new Amount(requests[i], tokens[i]));
    }
    return moved;
  }

  private long[] resized(long[] values, long start, long past) {
    long[] wider = new long[Math.toIntExact(past - start)];
    System.arraycopy(
        values, 0, wider, values.length == 0 ? 0 : (int) (first - start), values.length);
    return wider;
  }
}
