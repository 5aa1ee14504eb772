package io.dragoman.quota;

/** How the quota is shared among sessions. */
public enum Policy {
  /** What some leave unused, the others get. */
  FAIR,
  /**
   * A session that has used the limit divided by the active sessions gets nothing more, and nobody
   * gets what others leave unused. Each may have one request in a window, and weights do not count.
   */
  EQUAL
}
