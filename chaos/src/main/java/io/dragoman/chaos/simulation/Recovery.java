package io.dragoman.chaos.simulation;

import io.dragoman.quota.Timing;
import java.util.Collection;

/** How long after the end of the last fault all nodes have all that they may have again. */
final class Recovery {

  /** For gathering the nodes after the grid has settled. */
  private static final long SLACK = 15 * Timeline.SECOND;

  private final Timeline time;
  private final Story story;
  private final Collection<Machine> machines;
  private final long bound;
  private int troubles;
  private long quietSince;
  private boolean recovered;
  private long longest;

  Recovery(Timeline time, Story story, Timing timing, Collection<Machine> machines) {
    this.time = time;
    this.story = story;
    this.machines = machines;
    this.bound =
        timing.lease()
            + timing.call()
            + timing.network()
            + timing.window()
            + 4 * timing.vote()
            + SLACK;
  }

  /** The longest that it may take. */
  long bound() {
    return bound;
  }

  void begins() {
    troubles++;
    recovered = false;
  }

  void ends() {
    troubles--;
    quietSince = time.now();
    recovered = false;
  }

  /** A fault that is over at once. */
  void strikes() {
    begins();
    ends();
  }

  /** To be called now and then. */
  void look() {
    if (troubles > 0 || recovered) {
      return;
    }
    long since = time.now() - quietSince;
    if (machines.stream().filter(Machine::isAlive).allMatch(Machine::isWell)) {
      recovered = true;
      longest = Math.max(longest, quietSince == 0 ? 0 : since);
      story.tell("recovered, %.1f s after the last fault", (double) since / Timeline.SECOND);
    } else if (since > bound) {
      recovered = true;
      story.violation(
          "not recovered %.0f s after the last fault", (double) since / Timeline.SECOND);
    }
  }

  /** Whether all is well now. */
  boolean isRecovered() {
    return recovered && machines.stream().filter(Machine::isAlive).allMatch(Machine::isWell);
  }

  double longestSeconds() {
    return (double) longest / Timeline.SECOND;
  }
}
