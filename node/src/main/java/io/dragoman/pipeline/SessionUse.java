package io.dragoman.pipeline;

/**
 * What a session makes of a node and of the quota.
 *
 * @param live whether the session still goes on
 * @param active whether it had a request permitted within the last five minutes
 * @param waiting how many utterances wait to be translated or corrected
 * @param inFlight how many of its calls are under way
 * @param requests how many requests it had permitted so far
 * @param lastRequestMs when the last one was, in milliseconds since the epoch; 0 before the first
 * @param requestsLastMinute how many of them in the last minute
 * @param tokensLastMinute what the quota was charged for those
 */
public record SessionUse(
    String session,
    boolean live,
    boolean active,
    int waiting,
    int inFlight,
    long requests,
    long lastRequestMs,
    long requestsLastMinute,
    long tokensLastMinute) {

  /** The same session's use in two places, or in two lives, together. */
  public SessionUse plus(SessionUse other) {
    return new SessionUse(
        session,
        live || other.live,
        active || other.active,
        waiting + other.waiting,
        inFlight + other.inFlight,
        requests + other.requests,
        Math.max(lastRequestMs, other.lastRequestMs),
        requestsLastMinute + other.requestsLastMinute,
        tokensLastMinute + other.tokensLastMinute);
  }
}
