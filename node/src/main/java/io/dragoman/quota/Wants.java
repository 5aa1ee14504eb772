package io.dragoman.quota;

/**
 * What a node could use until its next refresh, beyond what it holds. Immutable.
 *
 * <p>Sessions that wait form two groups, those that want little and those that want more than they
 * can get, whose wants are cut to the same level; within a group, wants are taken to grow together.
 * {@code reserve} is what the node would like to hold for requests that have not come yet; it is
 * given only where nobody waits. {@code active} counts the node's active sessions.
 */
public record Wants(Group little, Group much, Amount reserve, int active) {

  public static final Wants NOTHING = new Wants(Group.NONE, Group.NONE, Amount.ZERO, 0);

  /**
   * Sessions that wait.
   *
   * @param amount what they want in all
   * @param level the dominant share for each unit of weight, in {@link FairShare#WHOLE}ths of the
   *     limit, at which they have all of it
   */
  public record Group(Amount amount, long level) {
    static final Group NONE = new Group(Amount.ZERO, 1);

    public Group {
      if (level < 1) {
        throw new IllegalArgumentException("level: " + level);
      }
    }

    /** What they get when each has been given {@code risen}. */
    Amount at(long risen) {
      return risen >= level || amount.isZero() ? amount : amount.times(risen, level);
    }

    private Group scaled(long part, long whole) {
      return new Group(amount.times(part, whole), Math.max(1, Scale.of(level, part, whole)));
    }

    private Group sooner(long part, long whole) {
      return new Group(amount, Math.max(1, Scale.of(level, part, whole)));
    }

    /** How much more they get for a whole limit's rise from there. */
    Amount slope(long risen) {
      return risen >= level || amount.isZero() ? Amount.ZERO : amount.times(FairShare.WHOLE, level);
    }
  }

  /** All that waits. */
  Amount waiting() {
    return little.amount.plus(much.amount);
  }

  /** What a rise of the level gives. */
  Amount at(long risen) {
    return little.at(risen).plus(much.at(risen));
  }

  Amount slope(long risen) {
    return little.slope(risen).plus(much.slope(risen));
  }

  /** The level at which nothing waits. */
  long top() {
    return Math.max(
        little.amount.isZero() ? 0 : little.level, much.amount.isZero() ? 0 : much.level);
  }

  /** What is still wanted when a part of it is there: less of it, at the same slope. */
  Wants without(Amount part) {
    Amount all = waiting();
    if (part.isZero() || all.isZero()) {
      return this;
    }
    Amount left = all.minus(part).orZero();
    boolean byTokens =
        all.requests() == 0
            || (all.tokens() > 0
                && Scale.of(left.tokens(), FairShare.WHOLE, all.tokens())
                    > Scale.of(left.requests(), FairShare.WHOLE, all.requests()));
    return byTokens ? scaled(left.tokens(), all.tokens()) : scaled(left.requests(), all.requests());
  }

  private Wants scaled(long part, long whole) {
    return new Wants(little.scaled(part, whole), much.scaled(part, whole), reserve, active);
  }

  /** Adds up what sessions want. Not thread-safe. */
  static final class Sum {
    private final Amount limit;
    private final long cut;
    private final Half little = new Half();
    private final Half much = new Half();

    /**
     * @param cut the level beyond which a session cannot hope to get anything; what it wants in
     *     excess is left out
     */
    Sum(Amount limit, long cut) {
      this.limit = limit;
      this.cut = cut;
    }

    /**
     * @param weight of the session
     * @param least what it needs to send anything: its next request
     */
    void add(Amount finals, Amount partials, int weight, Amount least) {
      Amount wanted = finals.plus(partials);
      long level = Math.max(1, FairShare.dominant(wanted, limit) / weight);
      long reach = Math.max(cut, FairShare.dominant(least, limit) / weight);
      if (level > reach) {
        much.add(cut(finals, partials, weight, reach).max(least), reach, weight);
      } else {
        little.add(wanted, level, weight);
      }
    }

    /** The first that it sends, up to a level: finals go ahead. */
    private Amount cut(Amount finals, Amount partials, int weight, long reach) {
      long ofFinals = FairShare.dominant(finals, limit) / weight;
      if (ofFinals >= reach) {
        return finals.times(reach, ofFinals);
      }
      long ofPartials = Math.max(1, FairShare.dominant(partials, limit) / weight);
      return finals.plus(partials.times(Math.min(reach - ofFinals, ofPartials), ofPartials));
    }

    /** How much of what a node holds these can use: no more of one dimension than of the other. */
    Amount usable(Amount held) {
      Amount all = little.amount.plus(much.amount);
      if (all.isZero() || held.covers(all)) {
        return all;
      }
      boolean byTokens =
          Scale.of(held.tokens(), FairShare.WHOLE, all.tokens())
              < Scale.of(held.requests(), FairShare.WHOLE, all.requests());
      return byTokens
          ? all.times(held.tokens(), all.tokens())
          : all.times(held.requests(), all.requests());
    }

    /**
     * @param part with {@code whole}: the part of the rise of the others at which these are to be
     *     given the same
     */
    Wants with(Amount reserve, int active, long part, long whole) {
      return new Wants(
          little.group().sooner(part, whole), much.group().sooner(part, whole), reserve, active);
    }

    private static final class Half {
      private Amount amount = Amount.ZERO;
      private long levels;
      private long weights;

      void add(Amount wanted, long level, int weight) {
        amount = amount.plus(wanted);
        levels += level * weight;
        weights += weight;
      }

      Group group() {
        return weights == 0 ? Group.NONE : new Group(amount, Math.max(1, levels / weights));
      }
    }
  }
}
