package io.dragoman.speech;

import java.util.Optional;

/** A speech recognition service that hears any number of live streams. Thread-safe. */
public interface SpeechRecognizer extends AutoCloseable {

  /**
   * Starts to hear one stream.
   *
   * @param request what is spoken, and where its samples are counted from
   * @param listener is told what is heard, one event at a time, until {@link SpeechEvent.Ended}
   */
  SpeechStream open(SpeechRequest request, SpeechListener listener);

  /** What keeps the service from hearing; empty while nothing is known to. */
  default Optional<Trouble> trouble() {
    return Optional.empty();
  }

  /** Releases the connections to the service; streams still open end with a failure. */
  @Override
  void close();
}
