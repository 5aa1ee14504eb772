package io.dragoman.speech;

/** Is told what a stream hears: one event at a time, in order, on a thread of the recogniser's. */
@FunctionalInterface
public interface SpeechListener {
  void onEvent(SpeechEvent event);
}
