package io.dragoman.quota;

import io.dragoman.quota.Holder.Testimony;
import io.dragoman.quota.Wants.Group;
import org.jspecify.annotations.Nullable;

/**
 * How many bytes a ledger takes where it is encoded compactly: whole numbers of variable length,
 * seven bits to a byte; times relative to the ledger's last change.
 */
public final class LedgerSize {

  /** Names of processes are drawn by lot, and do not shrink. */
  private static final int NAME = Long.BYTES;

  private LedgerSize() {}

  /** The size in bytes. */
  public static int of(Ledger ledger) {
    long now = ledger.asOf.monotonic();
    int bytes = 2 * NAME + number(ledger.epoch) + number(ledger.version) + 1;
    bytes += NAME + number(ledger.continues.epoch());
    bytes += 2 * Long.BYTES; // The last change.
    bytes += number(now - ledger.awake.monotonic()) + Long.BYTES;
    bytes += number(now - ledger.since) + number(now - ledger.votesFrom);
    bytes += number(now - ledger.majorityAt) + number(now - ledger.votersSince);
    bytes += amount(ledger.limits.amount()) + number(ledger.limits.requestsPerSecond());
    bytes += number(ledger.voters.epoch()) + number(ledger.voters.change());
    for (long node : ledger.voters.nodes()) {
      bytes += number(node);
    }
    bytes += amount(ledger.unknown) + number(ledger.unknownUntil - now);
    bytes += number(ledger.unknownEpoch) + number(ledger.refusedUntil - now);
    bytes += amount(ledger.foreign) + number(ledger.foreignUntil - now);
    bytes += amount(ledger.cap) + number(ledger.capUntil - now) + number(ledger.level);
    bytes += amount(ledger.paced) + number(now - ledger.pacedFrom);
    for (Holder holder : ledger.holders) {
      bytes += holder(ledger, holder, now);
    }
    return bytes + ledger.bookings.bytes();
  }

  private static int holder(Ledger ledger, Holder holder, long now) {
    int bytes = number(holder.node()) + NAME + 1 + number(holder.sequence());
    bytes += amount(holder.held()) + number(holder.lease().end() - now);
    bytes += number(now - holder.vote().from()) + number(holder.vote().duration());
    bytes += group(holder.wants().little()) + group(holder.wants().much());
    bytes += amount(holder.wants().reserve()) + number(ledger.level - holder.mark());
    return bytes + amount(holder.picked()) + testimony(holder.testimony(), now);
  }

  private static int testimony(@Nullable Testimony testimony, long now) {
    return testimony == null
        ? 1
        : 1
            + amount(testimony.known())
            + number(testimony.epoch())
            + amount(testimony.most())
            + number(now - testimony.votedUntil());
  }

  private static int group(Group group) {
    return amount(group.amount()) + number(group.level());
  }

  static int amount(Amount amount) {
    return number(amount.requests()) + number(amount.tokens());
  }

  /** Of a number that may be negative. */
  static int number(long value) {
    long folded = (value << 1) ^ (value >> 63);
    return (Long.SIZE - Long.numberOfLeadingZeros(folded | 1) + 6) / 7;
  }
}
