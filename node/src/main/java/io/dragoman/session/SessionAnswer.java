package io.dragoman.session;

/** What becomes of a {@link SessionChange}. */
public sealed interface SessionAnswer {

  /**
   * It is done, now or when it was asked for before.
   *
   * @param seq the place of the last event that is committed
   */
  record Done(long seq) implements SessionAnswer {}

  /** Whoever asks carries the session, which stands so. */
  record Held(SessionRecord record) implements SessionAnswer {}

  /**
   * It is not done. Some reasons may pass: where nodes have come or gone, a record that is {@code
   * UNKNOWN}, {@code BEHIND} or by a {@code WRONG_TOKEN} may yet be brought back or merged; and an
   * attempt to resume that was {@code TAKEN_OVER} only because two nodes' clocks differed is the
   * newest when it is made again. For any other reason it would not be done either if it were asked
   * for again.
   */
  record Refused(Reason reason) implements SessionAnswer {}

  /** Why a change is refused. The places are part of how it travels. */
  enum Reason {
    /** There is a session with this id. */
    IN_USE,
    /** There is no session with this id, or not any more. */
    UNKNOWN,
    /** Another owner carries the session. */
    TAKEN_OVER,
    /** What is kept lacks events that were committed before: copies of it were lost. */
    BEHIND,
    /** The token is none that resumes this session. */
    WRONG_TOKEN,
    /** Events that the client missed are not kept any more. */
    FORGOTTEN,
    /** The session began on other terms. */
    OTHER_TERMS,
    /** The session has ended for good. */
    ENDED
  }
}
