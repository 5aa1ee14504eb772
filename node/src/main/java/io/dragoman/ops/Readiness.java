package io.dragoman.ops;

/** Whether a node may be sent clients. */
public enum Readiness {
  STARTING,
  READY,
  /** Fewer than a majority of the nodes are here, and no session is admitted. */
  CUT_OFF,
  /** A balancer sends no new client, and keeps those that it has. */
  DRAINING
}
