package io.dragoman.quota;

/** How the quota is shared among sessions. */
public enum Policy {
  /** What some leave unused, the others get. */
  FAIR,
  /** No session gets more than the limit divided by the active sessions, used or not. */
  EQUAL
}
