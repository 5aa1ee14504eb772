package io.dragoman.cluster;

import com.hazelcast.map.EntryProcessor;
import io.dragoman.quota.Ledger;
import io.dragoman.quota.LedgerKeeper.Outcome;
import io.dragoman.quota.Limits;
import io.dragoman.quota.Refresh;
import io.dragoman.quota.Reply;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An atomic change of a ledger, made in the process that the grid takes for its owner. The time is
 * read once, there; the copies get the outcome and compute nothing. Used by one thread at a time.
 *
 * <p>The grid may run an operation twice, or long after it was sent, and on two members at once;
 * the quota's classes expect that. It throws nothing, since the grid brings no exception of ours
 * back to who asked.
 */
abstract sealed class LedgerOperation<R> implements EntryProcessor<String, Ledger, R> {

  /** Those of the process in which this is. */
  final LedgerOwners owners;

  private @Nullable Ledger published;

  private LedgerOperation(LedgerOwners owners) {
    this.owners = owners;
  }

  /** What the ledger becomes; null if it stays. */
  abstract @Nullable Ledger change(String quota, @Nullable Ledger copy);

  abstract @Nullable R answer();

  @Override
  public final @Nullable R process(Map.Entry<String, Ledger> entry) {
    published = change(entry.getKey(), entry.getValue());
    if (published != null) {
      entry.setValue(published);
    }
    return answer();
  }

  @Override
  public final @Nullable EntryProcessor<String, Ledger, R> getBackupProcessor() {
    return published == null ? null : new Store<>(published);
  }

  /** A node's refresh; the answer is null where the owner does not answer it. */
  static final class Ask extends LedgerOperation<Reply> {
    final Refresh refresh;
    private @Nullable Reply reply;

    Ask(LedgerOwners owners, Refresh refresh) {
      super(owners);
      this.refresh = refresh;
    }

    @Override
    @Nullable Ledger change(String quota, @Nullable Ledger copy) {
      Outcome outcome = owners.refresh(quota, copy, refresh);
      reply = outcome == null ? null : outcome.reply();
      return outcome == null ? null : outcome.ledger();
    }

    @Override
    @Nullable Reply answer() {
      return reply;
    }
  }

  /**
   * Closes the books for good, if the process that asks for it owns them; answers whether it did.
   */
  static final class Seal extends LedgerOperation<Boolean> {
    final long process;
    private boolean sealed;

    Seal(LedgerOwners owners, long process) {
      super(owners);
      this.process = process;
    }

    @Override
    @Nullable Ledger change(String quota, @Nullable Ledger copy) {
      if (copy == null || owners.process() != process) {
        return null;
      }
      Ledger ledger = owners.seal(quota, copy);
      sealed = ledger != copy;
      return sealed ? ledger : null;
    }

    @Override
    Boolean answer() {
      return sealed;
    }
  }

  /**
   * Brings a ledger that was sealed elsewhere to where the grid has moved it; whether it is gone on
   * with is for the next refresh to see.
   */
  static final class Adopt extends LedgerOperation<Boolean> {
    final Ledger ledger;

    Adopt(LedgerOwners owners, Ledger ledger) {
      super(owners);
      this.ledger = ledger;
    }

    @Override
    Ledger change(String quota, @Nullable Ledger copy) {
      return ledger;
    }

    @Override
    Boolean answer() {
      return true;
    }
  }

  /**
   * Sets new limits, if the old ones are still those that whoever asks knows. So one that runs
   * twice, or long after it was sent, does not undo what was set since.
   */
  static final class SetLimits extends LedgerOperation<LimitsAnswer> {
    private static final Logger log = LoggerFactory.getLogger(SetLimits.class);

    final long process;
    final String caller;
    final Limits from;
    final Limits to;
    private LimitsAnswer answer = LimitsAnswer.CLOSED;

    /**
     * @param process the one that sends it, and tells in its own log what came of it
     * @param caller who asked for it there
     */
    SetLimits(LedgerOwners owners, long process, String caller, Limits from, Limits to) {
      super(owners);
      this.process = process;
      this.caller = caller;
      this.from = from;
      this.to = to;
    }

    @Override
    @Nullable Ledger change(String quota, @Nullable Ledger copy) {
      LedgerOwners.Limited limited = owners.limit(quota, copy, from, to);
      answer = limited.answer();
      if (limited.ledger() != null && owners.process() != process) {
        log.info("{}", GridLimits.told(caller, from, to));
      }
      return limited.ledger();
    }

    @Override
    LimitsAnswer answer() {
      return answer;
    }
  }

  /** Brings an outcome to a copy. */
  record Store<R>(Ledger ledger) implements EntryProcessor<String, Ledger, R> {
    @Override
    public @Nullable R process(Map.Entry<String, Ledger> entry) {
      entry.setValue(ledger);
      return null;
    }
  }
}
