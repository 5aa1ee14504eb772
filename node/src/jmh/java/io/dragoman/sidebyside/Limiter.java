package io.dragoman.sidebyside;

/** One process's part in a limit that the cluster shares. Thread-safe. */
interface Limiter {

  /** A session begins in this process. */
  Session open();

  /** Whether this process holds what the cluster's decisions are made from. */
  boolean isOwner();

  /** A session, which asks for leave to send requests. Thread-safe. */
  interface Session {

    /**
     * Waits until a request may be sent.
     *
     * @return to be run when its answer has come
     */
    Runnable await() throws InterruptedException;

    /** Decides about one request that is then not sent. False where it must wait. */
    boolean decide() throws InterruptedException;
  }
}
