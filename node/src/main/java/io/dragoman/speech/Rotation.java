package io.dragoman.speech;

import java.time.Duration;

/**
 * The rule by which a call is ended so that another goes on: a pure function.
 *
 * <p>There are two reasons. A call lives five minutes at most, and it is better left while nobody
 * speaks. And a call that has brought no final for long holds the stream's buffer: ending it brings
 * one, or shows that the service does not hear.
 *
 * @param after from what age a call ends when nobody speaks
 * @param atLatest at what age it ends in any case
 * @param mostUnsettled how many samples may have been sent without a final
 */
record Rotation(Duration after, Duration atLatest, long mostUnsettled) {

  boolean isDue(Duration age, boolean quiet, long unsettled) {
    return age.compareTo(atLatest) >= 0
        || (quiet && age.compareTo(after) >= 0)
        || unsettled >= mostUnsettled;
  }
}
