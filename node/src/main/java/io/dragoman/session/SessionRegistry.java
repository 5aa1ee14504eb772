package io.dragoman.session;

import java.time.Duration;
import java.util.concurrent.CompletionStage;

/** The records of all sessions, across the cluster. Thread-safe. */
public interface SessionRegistry {

  /**
   * Whoever carries a session changes its record so often, so that one that was lost is soon back.
   */
  Duration RENEWAL = Duration.ofSeconds(10);

  /**
   * Changes one session's record, without waiting for it. The answer fails where the cluster did
   * not answer in time, or not for certain: then the change may be made, not be made, or be made
   * later, and may be asked for again.
   *
   * <p>An interrupted session may be resumed for a while after its last change, and for half as
   * long again where its owner has not left it. From then on, or from its end, what was said is
   * kept for as long as transcripts are; then the record goes by itself.
   */
  CompletionStage<SessionAnswer> change(String sid, SessionChange change);

  /** The time, in milliseconds since the epoch, on a clock that is nearly the same on all nodes. */
  long nowMs();

  /**
   * Whether this node sees as many of the cluster's nodes as any change needs: more than half.
   * Without, every change fails.
   */
  boolean hasMajority();

  /**
   * Whether the cluster's nodes have been the same for a while. Before, a session that is not
   * known, or not by its newest token, may be known in a moment: once what two parts of the cluster
   * kept is merged, or its owner has brought it back.
   */
  boolean isSettled();
}
