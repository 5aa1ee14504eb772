package io.dragoman.ops;

/** This node as others see it. Thread-safe. */
public interface NodeView {
  /** How it stands now. */
  NodeReport report(Selection selection);
}
