package io.dragoman.cli;

/** What nodes are called. */
public final class NodeNames {
  private NodeNames() {}

  /**
   * A node's name as it is configured, of the one that it has in its present life: that ends with a
   * tag, which tells its lives apart.
   */
  public static String configured(String name) {
    return name.replaceFirst("-[^-]*$", "");
  }
}
