package io.dragoman.speech;

/** A speech recognition service that hears any number of live streams. Thread-safe. */
public interface SpeechRecognizer extends AutoCloseable {

  /**
   * Starts to hear one stream.
   *
   * @param request what is spoken, and where its samples are counted from
   * @param listener is told what is heard, one event at a time, until {@link SpeechEvent.Ended}
   */
  SpeechStream open(SpeechRequest request, SpeechListener listener);

  /** Releases the connections to the service; streams still open end with a failure. */
  @Override
  void close();
}
