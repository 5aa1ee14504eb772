package io.dragoman.speech;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a recogniser says of a stream. All positions are the session's samples. */
public sealed interface SpeechEvent {

  /**
   * A guess at the utterance that is being spoken; a later one replaces it.
   *
   * @param stable the part that is not expected to change
   * @param tentative the part after it, which may
   * @param endSample up to where the audio was considered
   */
  record Interim(String stable, String tentative, long endSample) implements SpeechEvent {}

  /**
   * What was said in an utterance, for good. Finals come in order, cover the stream without
   * overlap, and are never empty.
   *
   * @param words with their positions; empty where the model gives none
   * @param startSample where its first word begins
   * @param endSample where its last word ends; the next utterance begins no earlier
   * @param settled the position before which this final, those before it, or silence cover
   *     everything: no word of it is heard again from there on
   */
  record Final(String text, List<Word> words, long startSample, long endSample, long settled)
      implements SpeechEvent {
    public Final {
      words = List.copyOf(words);
    }
  }

  /**
   * Finals, or silence, cover everything before a position: that audio is not needed any more.
   *
   * @param before the position, which only grows
   */
  record Settled(long before) implements SpeechEvent {}

  /** Somebody began or stopped to speak. */
  record Activity(boolean speaking, long sample) implements SpeechEvent {}

  /**
   * The service does not hear at present; audio is kept, and it is tried again after the pause.
   *
   * @param enduring for how long it goes on so, while audio comes in real time: until there is no
   *     room for more, or it is given up
   */
  record Interrupted(String reason, Duration retryAfter, Duration enduring)
      implements SpeechEvent {}

  /** The last event: {@code failure} is null when the stream was heard to its end. */
  record Ended(@Nullable Failure failure) implements SpeechEvent {}

  /** A word and where it was spoken. */
  record Word(String text, long startSample, long endSample) {}

  /** Why a stream could not go on. {@code message} is for operators, and holds nobody's words. */
  record Failure(String code, String message) {}
}
