package io.dragoman.cluster;

import io.dragoman.pipeline.SessionWindow;
import java.time.Duration;

/**
 * A session's window, as it is kept in the grid.
 *
 * @param atMs when it was as it says, on the clock that the grid's members have in common
 */
record KeptWindow(long atMs, SessionWindow window) {

  /**
   * The window as it is by now. Where the common clock was set meanwhile, a session that moves just
   * then may be taken to have asked for all of it now, or for nothing lately: for a minute, and
   * only its share depends on it.
   */
  SessionWindow at(long nowMs) {
    return window.later(Duration.ofMillis(Math.max(0, nowMs - atMs)));
  }
}
