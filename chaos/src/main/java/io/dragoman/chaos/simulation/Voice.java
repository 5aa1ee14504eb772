package io.dragoman.chaos.simulation;

import io.dragoman.quota.Amount;
import io.dragoman.quota.Evidence;
import org.jspecify.annotations.Nullable;

/**
 * What the upstream says of the quota with its answers, where it speaks: how much of which limit is
 * left, and at times that it refuses a request. It is honest, and at times harsh: others use the
 * account as well, it lowers its limit, it refuses everything for a while. Of all this the judge
 * counts nothing.
 */
final class Voice {
  private static final long SECOND = Timeline.SECOND;

  /** Of an answer, to come with what is left of the limit. */
  private static final double SPOKEN = 0.05;

  private static final long EVERY = 90;

  private final Simulation simulation;
  private final Timeline time;
  private final Upstream upstream;
  private final Amount limit;
  private final Chance chance;

  private Amount allowed;
  private Amount foreign = Amount.ZERO;
  private long refusesUntil;

  Voice(Simulation simulation, Upstream upstream, Amount limit, Chance chance) {
    this.simulation = simulation;
    this.time = simulation.time();
    this.upstream = upstream;
    this.limit = limit;
    this.chance = chance;
    this.allowed = limit;
  }

  /** What comes with an answer that is sent now, if anything. */
  @Nullable Evidence said() {
    if (!simulation.terms().speaks()) {
      return null;
    }
    if (time.now() < refusesUntil) {
      return new Evidence.Refusal(refusesUntil - time.now());
    }
    if (!chance.happens(SPOKEN)) {
      return null;
    }
    Amount left = allowed.minus(upstream.counted(time.now())).minus(foreign).orZero();
    return new Evidence.Headers(allowed, left, chance.between(SECOND, Evidence.LONGEST));
  }

  /** Lets it be harsh now and then. */
  void begin(Mishaps mishaps) {
    if (simulation.terms().speaks()) {
      mishaps.every(EVERY, chance, () -> anything(mishaps));
    }
  }

  private void anything(Mishaps mishaps) {
    switch (chance.below(3)) {
      case 0 -> refuse(mishaps.lasting(chance.between(SECOND, 30 * SECOND)));
      case 1 -> lower(mishaps);
      default -> share(mishaps);
    }
  }

  private void refuse(long duration) {
    tell("refuses everything", duration);
    refusesUntil = time.now() + duration;
  }

  private void lower(Mishaps mishaps) {
    long duration = shown(mishaps);
    tell("lowers its limit", duration);
    allowed = limit.times(chance.between(50, 90), 100);
    time.after(duration, () -> allowed = limit);
  }

  /** Somebody else uses the account. */
  private void share(Mishaps mishaps) {
    long duration = shown(mishaps);
    tell("serves somebody else as well", duration);
    foreign = limit.times(chance.between(10, 50), 100);
    time.after(duration, () -> foreign = Amount.ZERO);
  }

  /** What was said of it holds on for as long again as evidence lasts. */
  private static long shown(Mishaps mishaps) {
    long lasts = mishaps.lasting(Evidence.LONGEST * 3 / 2);
    return Math.max(SECOND, lasts - Evidence.LONGEST);
  }

  private void tell(String what, long duration) {
    simulation.story().tell("the upstream %s for %.1f s", what, (double) duration / SECOND);
  }
}
