package io.dragoman.chaos.simulation;

import io.dragoman.quota.Amount;
import io.dragoman.quota.Evidence;
import io.dragoman.quota.Refresh;
import io.dragoman.quota.Refresh.Bond;
import io.dragoman.quota.Reply;
import java.util.HashMap;
import java.util.Map;

/** What each owner has heard of the upstream, to which it must keep in its epoch. */
final class Hearing {

  /** By an owner's clock evidence may last a little less long. */
  private static final int DRIFT = 1_000;

  private record Life(Bond bond, long node, long incarnation) {}

  /**
   * @param refused until when nothing may be granted
   * @param ceiling what may be booked at most where something is granted, until {@code capped}
   */
  private record Word(long refused, Amount ceiling, long capped) {}

  private final Timeline time;
  private final Word silence;
  private final long window;
  private final Map<Bond, Word> words = new HashMap<>();

  /** The last refresh of each life of a node that an owner took in. */
  private final Map<Life, Long> taken = new HashMap<>();

  Hearing(Timeline time, Amount limit, long window) {
    this.time = time;
    this.silence = new Word(0, limit, 0);
    this.window = window;
  }

  /** An owner answers a refresh, before it grants anything. */
  void answers(Refresh refresh, Reply reply) {
    Bond bond = reply.stamp().bond();
    Life life = new Life(bond, refresh.node(), refresh.incarnation());
    if (!reply.known() || refresh.sequence() <= taken.getOrDefault(life, 0L)) {
      return;
    }
    taken.put(life, refresh.sequence());
    Evidence evidence = refresh.evidence();
    if (evidence != null) {
      words.put(bond, after(word(bond), evidence));
    }
  }

  private Word after(Word before, Evidence evidence) {
    return switch (evidence) {
      case Evidence.Refusal(long retryAfter) ->
          new Word(Math.max(before.refused, until(retryAfter)), before.ceiling, before.capped);
      case Evidence.Headers headers ->
          new Word(before.refused, headers.limit().min(silence.ceiling), until(window));
    };
  }

  private long until(long duration) {
    return time.now() + duration - duration / DRIFT;
  }

  /** Whether it has taken in a refusal that has not ended. */
  boolean isRefused(Bond owner) {
    return time.now() < word(owner).refused;
  }

  /** What it may have booked at most with what it grants. */
  Amount ceiling(Bond owner) {
    return time.now() < word(owner).capped ? word(owner).ceiling : silence.ceiling;
  }

  private Word word(Bond owner) {
    return words.getOrDefault(owner, silence);
  }
}
