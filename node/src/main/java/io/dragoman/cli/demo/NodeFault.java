package io.dragoman.cli.demo;

/** What befalls a node of the demo while its sessions speak. */
enum NodeFault {
  /** It is killed, and started again. */
  KILL("is killed"),
  /** It stands still for 15 s, and goes on. */
  FREEZE("stands still for 15 s"),
  /**
   * It stands still for a moment, and then each other one does: for longer than its clients wait,
   * but not for so long that the nodes miss each other. So sessions are taken up from nodes that go
   * on with them, and again before these have caught up.
   */
  FALTER("falters, and then the others do"),
  /** It leaves in good order, and is started again. */
  LEAVE("leaves"),
  /** It and everybody else hear nothing of each other for 15 s. Its host must be its own. */
  CUT_OFF("is cut off from everybody for 15 s"),
  /** It and the other nodes hear nothing of each other for 15 s. Its host must be its own. */
  SPLIT_OFF("is cut off from the other nodes for 15 s");

  private final String words;

  NodeFault(String words) {
    this.words = words;
  }

  /** What the node does then. */
  String words() {
    return words;
  }
}
