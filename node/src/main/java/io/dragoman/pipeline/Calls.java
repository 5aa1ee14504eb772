package io.dragoman.pipeline;

import io.dragoman.openai.ApiResult;
import io.dragoman.openai.ChatListener;
import io.dragoman.openai.OpenAi;
import io.dragoman.openai.RateLimitHeaders;
import io.dragoman.quota.Delay;
import io.dragoman.quota.Permit;
import io.dragoman.quota.QuotaRequest;
import io.dragoman.quota.QuotaRequest.Priority;
import io.dragoman.quota.SessionQuota;
import io.dragoman.quota.Turn;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Makes single calls: looks whether the upstream may be called, waits in line for a permit, and
 * with the permit in hand takes a connection and writes the request at once. Thread-safe.
 */
final class Calls {

  /** How soon to look again for what is free. */
  private static final Duration SHORT_PAUSE = Duration.ofMillis(20);

  /** Who has waited for so long did not get its permit at once. */
  private static final Duration A_MOMENT = Duration.ofMillis(100);

  /** How often to look, after that, what still stands in the way. */
  private static final Duration A_WHILE = Duration.ofMillis(400);

  /** So soon after it was heard a final is due, and a partial worth nothing any more. */
  private static final Duration DUE = Duration.ofSeconds(3);

  private final OpenAi openAi;
  private final SessionQuota quota;
  private final PipelineConfig config;
  private final SessionMeter meter;

  Calls(OpenAi openAi, SessionQuota quota, PipelineConfig config, SessionMeter meter) {
    this.openAi = openAi;
    this.quota = quota;
    this.config = config;
    this.meter = meter;
  }

  /** How an attempt went. */
  sealed interface Attempt {
    /** The request was sent, or failed to be, and this came of it. */
    record Made(ApiResult result) implements Attempt {}

    /** Nothing was sent, since no connection was free; ask again after the pause. */
    record NotYet(Duration pause) implements Attempt {}

    /** Nothing was sent, since the upstream is in trouble; ask again after the pause. */
    record Resting(Duration pause) implements Attempt {}

    /** Nothing was sent, since the upstream refuses this node; {@code code} is its word for it. */
    record Refused(String code) implements Attempt {}

    /** Nothing was sent: the turn was withdrawn, or it came too late for a partial. */
    record Over() implements Attempt {}

    /** Nothing was sent, and never can be. */
    record Never(String reason) implements Attempt {}
  }

  /** Is told how an attempt goes on, by the thread that makes it. */
  interface Follower {
    /** It lines up for its permit; whoever withdraws the turn ends the attempt. */
    void linesUp(Turn turn);

    /** It has waited for half a second or longer. Told again and again. */
    void waits(Delay delay);

    /** It has its permit, and is sent. */
    void passes();

    /** More of the answer's text. */
    void says(String delta);
  }

  PipelineConfig config() {
    return config;
  }

  /**
   * Asks for a caption, and waits for its turn to.
   *
   * @param since from when on, on the monotonic clock, nothing but this node held the request up
   */
  Attempt attempt(
      Caption.Role role, Prompt prompt, Utterance utterance, long since, Follower follower)
      throws InterruptedException {
    Attempt leftAlone = leftAlone();
    if (leftAlone != null) {
      return leftAlone;
    }
    Call call = new Call(role, prompt, utterance, since, follower);
    long asked = System.nanoTime();
    Duration within = DUE.minusNanos(asked - utterance.heardAt());
    Turn turn = quota.ask(new QuotaRequest(call.priority, call.priced.tokens(), within));
    try {
      follower.linesUp(turn);
      return call.awaitAndSend(turn, asked);
    } finally {
      // However the wait ended: nobody is left in line, and a permit that came too late goes back.
      turn.withdraw();
    }
  }

  /** What to do while the upstream is left alone, at no cost to the quota; null while it is not. */
  private @Nullable Attempt leftAlone() {
    OpenAi.Standing standing = openAi.standing();
    if (standing.left().isZero()) {
      return null;
    }
    return standing instanceof OpenAi.Standing.Refusing refusing
        ? new Attempt.Refused(refusing.code())
        : new Attempt.Resting(longer(standing.left(), SHORT_PAUSE));
  }

  private static Duration longer(Duration one, Duration other) {
    return one.compareTo(other) < 0 ? other : one;
  }

  /** One call. Used by one thread, but for {@link ChatListener#onSent}. */
  private final class Call {
    private final Caption.Role role;
    private final Priority priority;
    private final Prompt prompt;
    private final Prompt.Priced priced;
    private final long since;
    private final Follower follower;

    Call(Caption.Role role, Prompt prompt, Utterance utterance, long since, Follower follower) {
      this.role = role;
      this.priority = utterance.complete() ? Priority.FINAL : Priority.PARTIAL;
      this.prompt = prompt;
      this.priced = prompt.about(utterance.text());
      this.since = since;
      this.follower = follower;
    }

    Attempt awaitAndSend(Turn turn, long asked) throws InterruptedException {
      for (int looks = 0; ; looks++) {
        switch (turn.await(looks == 0 ? A_MOMENT : A_WHILE)) {
          case Turn.Answer.Granted granted -> {
            try (Permit permit = granted.permit()) {
              return send(permit, Math.max(0, permit.since() - asked));
            }
          }
          case Turn.Answer.Over over -> {
            return new Attempt.Over();
          }
          case Turn.Answer.Impossible impossible -> {
            return new Attempt.Never(impossible.reason());
          }
          case Turn.Answer.Waiting waiting -> {
            if (looks == 0) {
              meter.waits(priority, turn.why());
            } else {
              follower.waits(turn.why());
            }
          }
        }
      }
    }

    /**
     * @param waited for how long the permit was waited for, in nanoseconds
     */
    private Attempt send(Permit permit, long waited) throws InterruptedException {
      Optional<OpenAi.Slot> free = openAi.tryReserve();
      if (free.isEmpty()) {
        permit.unspent();
        Attempt leftAlone = leftAlone();
        return leftAlone == null ? new Attempt.NotYet(SHORT_PAUSE) : leftAlone;
      }
      try (OpenAi.Slot slot = free.get();
          SessionMeter.Sending sending = meter.begin(priced.tokens())) {
        follower.passes();
        meter.permitted(priority, Duration.ofNanos(waited));
        ApiResult result =
            slot.call(priced.request(), permit.since(), listener(permit, since + waited));
        settle(permit, result);
        prompt.answered(result);
        sending.settle(result);
        meter.called(role, priority, result, Duration.ofNanos(System.nanoTime() - permit.since()));
        return new Attempt.Made(result);
      }
    }

    private ChatListener listener(Permit permit, long from) {
      return new ChatListener() {
        @Override
        public void onSent() {
          meter.requested(priority, Duration.ofNanos(System.nanoTime() - from));
        }

        @Override
        public void onArrival(RateLimitHeaders limits) {
          permit.arrived();
          UpstreamEvidence.of(limits).ifPresent(permit::observed);
        }

        @Override
        public void onText(String delta) {
          follower.says(delta);
        }
      };
    }
  }

  /** Tells the quota what came of a permit. */
  private static void settle(Permit permit, ApiResult result) {
    if (result instanceof ApiResult.Completed completed && completed.usage() != null) {
      permit.completed(completed.usage().total());
    } else if (result instanceof ApiResult.RateLimited limited) {
      permit.observed(UpstreamEvidence.of(limited));
    } else if (result instanceof ApiResult.Failed failed && !failed.sent()) {
      permit.unspent();
    }
  }
}
