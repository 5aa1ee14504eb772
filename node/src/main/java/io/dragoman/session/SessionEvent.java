package io.dragoman.session;

import io.dragoman.pipeline.Caption;

/**
 * Something that a client must hear exactly once: it is committed before it is said, and said again
 * to a client that missed it.
 */
public sealed interface SessionEvent {

  /** Its place among the session's events, without holes. 1 is the session's start. */
  long seq();

  /**
   * A caption that stands for good.
   *
   * @param epoch that of the owner who made it
   */
  record Said(long seq, int epoch, Caption.Final caption) implements SessionEvent {}

  /** Finals, or silence, cover the audio before {@code sample}. */
  record Covered(long seq, long sample) implements SessionEvent {}

  /** The audio between two samples is lost, or captions of it are. */
  record Gap(long seq, long fromSample, long toSample) implements SessionEvent {}
}
