package io.dragoman.session;

import java.util.concurrent.CompletionStage;

/** The records of all sessions, across the cluster. Thread-safe. */
public interface SessionRegistry {

  /**
   * Changes one session's record, without waiting for it. The answer fails where the cluster did
   * not answer in time, or not for certain: then the change may be made, not be made, or be made
   * later, and may be asked for again.
   *
   * <p>A record goes by itself when nothing has changed it for the time in which an interrupted
   * session may be resumed, and for half as long again where its owner has not left it.
   */
  CompletionStage<SessionAnswer> change(String sid, SessionChange change);

  /**
   * Whether this node sees as many of the cluster's nodes as any change needs: more than half.
   * Without, every change fails.
   */
  boolean hasMajority();
}
