package io.dragoman.speech;

import java.time.Duration;

/**
 * The rule by which a call is ended so that another goes on: a pure function.
 *
 * <p>There are three reasons. A call lives five minutes at most, and it is better left while nobody
 * speaks. A call that was sent as much audio ahead of time as the service bears is left in a pause
 * while there is still some to catch up with, since the next may be sent as much again. And a call
 * that has brought no final for long holds the stream's buffer: ending it brings one, or shows that
 * the service does not hear.
 *
 * @param after from what age a call ends when nobody speaks
 * @param atLatest at what age it ends in any case
 * @param mostUnsettled how many samples may have been sent without a final
 */
record Rotation(Duration after, Duration atLatest, long mostUnsettled) {

  boolean isDue(Duration age, boolean quiet, long unsettled, boolean behind) {
    return age.compareTo(atLatest) >= 0
        || (quiet && (behind || age.compareTo(after) >= 0))
        || unsettled >= mostUnsettled;
  }
}
