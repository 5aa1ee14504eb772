package io.dragoman.ops;

/** Whether a node may be sent clients. */
public enum Readiness {
  STARTING,
  READY,
  /** A balancer sends no new client, and keeps those that it has. */
  DRAINING
}
