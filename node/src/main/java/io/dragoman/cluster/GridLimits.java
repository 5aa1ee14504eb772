package io.dragoman.cluster;

import io.dragoman.cluster.LedgerOperation.SetLimits;
import io.dragoman.quota.Limits;
import io.dragoman.quota.LimitsChange;
import io.dragoman.quota.LimitsControl;
import io.dragoman.quota.QuotaUse;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings new limits to the ledger's owner, and waits for them to hold where this node is granted
 * from: the grid may take somebody for the owner whom no majority votes for. Thread-safe.
 */
final class GridLimits implements LimitsControl {
  private static final Logger log = LoggerFactory.getLogger(GridLimits.class);
  private static final Duration LONGEST = Duration.ofSeconds(2);
  private static final Duration PAUSE = Duration.ofMillis(100);

  /** The way to the ledger. */
  interface Link {
    CompletionStage<LimitsAnswer> send(SetLimits change);
  }

  private final Link link;
  private final LedgerOwners owners;
  private final QuotaStanding standing;

  /**
   * @param owners those of this process
   */
  GridLimits(Link link, LedgerOwners owners, QuotaStanding standing) {
    this.link = link;
    this.owners = owners;
    this.standing = standing;
  }

  @Override
  public Limits limits() {
    return standing.limits();
  }

  @Override
  public Outcome set(LimitsChange change, String caller) throws InterruptedException {
    Attempt attempt = new Attempt(change, caller);
    Outcome outcome = attempt.run();
    log.info("{}", told(caller, outcome));
    return outcome;
  }

  /** A line for the log. */
  private static String told(String caller, Outcome outcome) {
    return switch (outcome) {
      case Outcome.Set(Limits from, Limits to) -> told(caller, from, to);
      case Outcome.Unconfirmed(Limits from, Limits to) ->
          "%s wanted to set %s, and nobody confirmed it in time: they may hold or not"
              .formatted(caller, text(from, to));
      case Outcome.Closed(Limits from, Limits to, QuotaUse.State state) ->
          "%s wanted to set %s, and nothing was changed, since nobody could take it (%s)"
              .formatted(caller, text(from, to), state);
      case Outcome.Unknown _ ->
          "%s wanted other limits for a quota that its owner does not know".formatted(caller);
    };
  }

  /** A line for the log, once they are set. */
  static String told(String caller, Limits from, Limits to) {
    return "%s set %s".formatted(caller, text(from, to));
  }

  private static String text(Limits from, Limits to) {
    return "the quota's limits from %s to %s".formatted(text(from), text(to));
  }

  private static String text(Limits limits) {
    return "%d requests and %d tokens a minute, %d requests a second"
        .formatted(limits.requests(), limits.tokens(), limits.requestsPerSecond());
  }

  /** One change, however often it has to be sent. Used by one thread. */
  private final class Attempt {
    private final LimitsChange change;
    private final String caller;
    private final long deadline = System.nanoTime() + LONGEST.toNanos();

    /** Whether an answer is missing, so that the change may have been made. */
    private boolean unsure;

    private Attempt(LimitsChange change, String caller) {
      this.change = change;
      this.caller = caller;
    }

    Outcome run() throws InterruptedException {
      Limits from = standing.limits();
      // A ledger that is handed over, or gathers the nodes, is there again in a moment.
      while (!left().isZero() && standing.awaitSettled(left())) {
        Limits to = change.of(from);
        LimitsAnswer answer = send(from, to);
        if (answer != null && !answer.known()) {
          return new Outcome.Unknown();
        }
        Limits now = answer == null ? null : answer.now();
        if (now == null) {
          Thread.sleep(PAUSE);
        } else if (now.equals(to)) {
          return standing.awaitLimits(to, left())
              ? new Outcome.Set(from, to)
              : new Outcome.Unconfirmed(from, to);
        } else {
          // They were set since this node was told of them.
          from = now;
        }
      }
      Limits to = change.of(from);
      return unsure
          ? new Outcome.Unconfirmed(from, to)
          : new Outcome.Closed(from, to, standing.use().state());
    }

    /** Null where there was no answer in time. */
    private @Nullable LimitsAnswer send(Limits from, Limits to) throws InterruptedException {
      try {
        return link.send(new SetLimits(owners, owners.process(), caller, from, to))
            .toCompletableFuture()
            .get(left().toNanos(), TimeUnit.NANOSECONDS);
      } catch (ExecutionException | TimeoutException | RuntimeException e) {
        log.debug("no answer to new limits", e);
        unsure = true;
        return null;
      }
    }

    private Duration left() {
      return Duration.ofNanos(Math.max(0, deadline - System.nanoTime()));
    }
  }
}
