package io.dragoman.openai;

/** Is told how a call goes on; called on the thread that makes the call. */
public interface ChatListener {

  /**
   * The first byte of the response, of whatever status, is here: the upstream has counted the
   * request.
   */
  void onArrival();

  /** More of the answer's text. */
  void onText(String delta);
}
