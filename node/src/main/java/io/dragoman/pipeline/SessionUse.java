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
 * @param brought whether these counts include what it did on another node before it moved
 * @param waitsFor why its next request waits, as clients are told; empty where none does
 * @param waitsMs how long that will still wait, about, in milliseconds; 0 where nobody can tell
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
    long tokensLastMinute,
    boolean brought,
    String waitsFor,
    long waitsMs) {

  /**
   * The same session's use in two places, or in two lives, together. Where one of them brought
   * along what was counted in the other, the two are not added.
   */
  public SessionUse plus(SessionUse other) {
    return new SessionUse(
        session,
        live || other.live,
        active || other.active,
        waiting + other.waiting,
        inFlight + other.inFlight,
        together(other, requests, other.requests),
        Math.max(lastRequestMs, other.lastRequestMs),
        together(other, requestsLastMinute, other.requestsLastMinute),
        together(other, tokensLastMinute, other.tokensLastMinute),
        brought || other.brought,
        waitsFor.isEmpty() ? other.waitsFor : waitsFor,
        Math.max(waitsMs, other.waitsMs));
  }

  private long together(SessionUse other, long here, long there) {
    return brought || other.brought ? Math.max(here, there) : here + there;
  }
}
