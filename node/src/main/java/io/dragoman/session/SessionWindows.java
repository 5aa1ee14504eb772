package io.dragoman.session;

import io.dragoman.pipeline.SessionWindow;
import java.util.function.Consumer;

/** What sessions did lately on nodes that they have left. Thread-safe. */
public interface SessionWindows {

  /**
   * Tells what a session did elsewhere, once the cluster has answered; never, where it did nothing
   * or nobody answers. Never waits.
   */
  void recall(String sid, Consumer<SessionWindow> told);
}
