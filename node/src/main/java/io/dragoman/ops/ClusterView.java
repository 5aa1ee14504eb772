package io.dragoman.ops;

/** The whole cluster, as this node sees it. Thread-safe. */
public interface ClusterView {

  /**
   * Asks all nodes at once how they stand. Takes about a second where one does not answer, which is
   * then named; never throws because of one.
   */
  ClusterReport report(Selection selection);
}
