package io.dragoman.quota;

import java.time.Duration;

/** Tells how many calls a node makes at once. Thread-safe; never waits. */
public interface Dispatch {

  /** How many it makes at once now. */
  int most();

  /**
   * For how long there have been fewer than usual, since the upstream refused a call or names a
   * lower limit than the cluster's; zero while there are not.
   */
  Duration limited();
}
