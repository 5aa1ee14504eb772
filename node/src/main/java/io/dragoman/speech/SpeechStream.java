package io.dragoman.speech;

/**
 * One live stream of audio on its way to a recogniser. One thread offers; the others may be called
 * from any thread.
 */
public interface SpeechStream extends AutoCloseable {

  /**
   * Takes the next audio without ever blocking.
   *
   * @param pcm whole samples, in order; not changed afterwards by either side
   * @return false when the bounded buffer has no room or the stream takes no more, and then nothing
   *     of it was taken
   */
  boolean offer(byte[] pcm);

  /**
   * Says that the client is there, though it sends no audio: it is silent, and what it said last
   * may become final. As long as it is not known, it may be cut off in the middle of a word, of
   * which the rest comes later.
   */
  void present();

  /**
   * Asks for the final of what was said so far; audio may go on. Asked for more than once in a
   * second, finals may come late, and as one.
   */
  void flush();

  /**
   * Says that no audio follows: the rest is heard to its end, then comes {@link SpeechEvent.Ended}.
   */
  void finish();

  /** Abandons the stream at once. No event follows. */
  @Override
  void close();
}
