package io.dragoman.cluster;

import io.dragoman.quota.Amount;
import io.dragoman.quota.Limits;
import io.dragoman.quota.Load;
import io.dragoman.quota.QuotaMeter;
import io.dragoman.quota.QuotaUse;
import io.dragoman.quota.QuotaUse.State;
import io.dragoman.quota.Reply;
import io.dragoman.quota.Timing;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/** How the quota stands, by the ledger's last answer to this node. Thread-safe. */
final class QuotaStanding implements QuotaMeter {
  private static final Logger log = LoggerFactory.getLogger(QuotaStanding.class);

  private record Heard(Reply reply, long at) {}

  private final Limits initial;
  private final Timing timing;
  private final LongSupplier nanoTime;

  private volatile @Nullable Heard last;

  /** Guarded by this. */
  private State told = State.UNREACHABLE;

  /** When others were last seen to use the key; null once it is told that they do not. */
  private @Nullable Long othersSeen;

  /**
   * @param initial the limits to show before anybody has answered
   */
  QuotaStanding(Limits initial, Timing timing, LongSupplier nanoTime) {
    this.initial = initial;
    this.timing = timing;
    this.nanoTime = nanoTime;
  }

  /** The ledger has answered. */
  void heard(Reply reply) {
    last = new Heard(reply, nanoTime.getAsLong());
    tell();
    synchronized (this) {
      notifyAll();
    }
  }

  /** Waits until permits may be granted; false where none may after that time. */
  boolean awaitGranting(Duration longest) throws InterruptedException {
    return await(() -> use().state().grants(), longest);
  }

  /** The limits by the ledger's last answer; before that, those to begin with. */
  Limits limits() {
    Heard heard = last;
    return heard == null ? initial : heard.reply.limits();
  }

  /** Waits until a majority stands behind the ledger; false where none does after that time. */
  boolean awaitSettled(Duration longest) throws InterruptedException {
    return await(() -> use().state().settled(), longest);
  }

  /** Waits until these limits hold where this node is granted from; false if they do not. */
  boolean awaitLimits(Limits limits, Duration longest) throws InterruptedException {
    return await(() -> use().state().settled() && limits().equals(limits), longest);
  }

  private synchronized boolean await(BooleanSupplier condition, Duration longest)
      throws InterruptedException {
    long deadline = nanoTime.getAsLong() + longest.toNanos();
    while (!condition.getAsBoolean()) {
      long leftMs = (deadline - nanoTime.getAsLong()) / 1_000_000;
      if (leftMs <= 0) {
        return false;
      }
      wait(leftMs);
    }
    return true;
  }

  /**
   * Puts a line into the log when the state has changed, or whether others use the key. To be
   * called now and then.
   */
  synchronized void tell() {
    tellState();
    tellOthers();
  }

  private void tellState() {
    QuotaUse use = use();
    if (use.state() != told) {
      told = use.state();
      log.atLevel(use.state().grants() ? Level.INFO : Level.WARN)
          .log("the quota: {}", sentence(use));
    }
  }

  /** What the upstream said lapses soon and is said again: so nobody is gone before a window. */
  private void tellOthers() {
    Load others = usedByOthers();
    long now = nanoTime.getAsLong();
    if (!others.equals(Load.NONE)) {
      if (othersSeen == null) {
        log.warn(
            "the quota: by the upstream's headers, others use {} requests and {} tokens of it with"
                + " the same key; so much less is granted",
            others.requests(),
            others.tokens());
      }
      othersSeen = now;
    } else if (othersSeen != null && now - othersSeen >= timing.window()) {
      othersSeen = null;
      log.info("the quota: for a minute, no others were seen to use it");
    }
  }

  private static String sentence(QuotaUse use) {
    String what =
        switch (use.state()) {
          case NORMAL -> "normal";
          case GATHERING ->
              "a new owner gathers the nodes; %d votes of the %d that it needs"
                  .formatted(use.votes(), use.needed());
          case QUARANTINE -> "what nodes that are gone may have used is held back";
          case REFUSED -> "the upstream refused a request for overuse; nothing is granted";
          case NO_MAJORITY ->
              "no majority of the nodes, so nothing is granted; %d votes of the %d that it needs"
                  .formatted(use.votes(), use.needed());
          case SEALED -> "the ledger is handed over to another node";
          case CONFIGURATION ->
              "this node is refused, since it counts on other durations than the ledger's owner:"
                  + " openai.timeout_s differs, or the number of grid.members so much that leases"
                  + " are renewed less often";
          case UNREACHABLE ->
              "this node's lease is not renewed, and has lapsed; the ledger does not answer, or a"
                  + " line before this one says why";
        };
    return use.remaining().isZero()
        ? what
        : "%s, for %d s".formatted(what, use.remaining().toSeconds() + 1);
  }

  @Override
  public QuotaUse use() {
    Heard heard = last;
    if (heard == null) {
      Load limit = load(initial);
      return new QuotaUse(State.UNREACHABLE, Duration.ZERO, 0, 0, null, limit, limit);
    }
    long age = nanoTime.getAsLong() - heard.at;
    Reply.Status status = heard.reply.status();
    Load limit = load(heard.reply.limits());
    if (age > timing.lease()) {
      return new QuotaUse(
          State.UNREACHABLE, Duration.ZERO, 0, status.majority(), null, limit, limit);
    }
    long left = status.remaining() == 0 ? 0 : Math.max(0, status.remaining() - age);
    return new QuotaUse(
        heard.reply.joining() == Reply.Joining.REFUSED
            ? State.CONFIGURATION
            : state(status.state()),
        Duration.ofNanos(left),
        status.votes(),
        status.majority(),
        load(heard.reply.booked()),
        limit,
        load(heard.reply.ceiling()));
  }

  @Override
  public Load usedByOthers() {
    Heard heard = last;
    return heard == null || nanoTime.getAsLong() - heard.at > timing.lease()
        ? Load.NONE
        : load(heard.reply.foreign());
  }

  private static State state(Reply.State state) {
    return switch (state) {
      case NORMAL -> State.NORMAL;
      case GATHERING -> State.GATHERING;
      case QUARANTINE -> State.QUARANTINE;
      case REFUSED -> State.REFUSED;
      case NO_MAJORITY -> State.NO_MAJORITY;
      case SEALED -> State.SEALED;
    };
  }

  private static Load load(Limits limits) {
    return new Load(limits.requests(), limits.tokens());
  }

  private static Load load(Amount amount) {
    return new Load(amount.requests() / Amount.REQUEST, amount.tokens());
  }
}
