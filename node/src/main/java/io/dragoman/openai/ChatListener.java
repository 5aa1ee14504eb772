package io.dragoman.openai;

/**
 * Is told how a call goes on; called on the thread that makes the call, but for {@link #onSent}.
 */
public interface ChatListener {

  /** The request's head is written and its body follows. Called by a thread of the connection. */
  default void onSent() {}

  /**
   * The first byte of the response, of whatever status, is here: the upstream has counted the
   * request. Told once at most.
   *
   * @param limits what the response's headers say of the upstream's limits
   */
  void onArrival(RateLimitHeaders limits);

  /** More of the answer's text. */
  void onText(String delta);
}
