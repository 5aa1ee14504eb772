package io.dragoman.speech;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * What one call was sent, in order: the session's audio, and silence filled in where none came. It
 * translates the call's time, in which both count, into the session's samples, in which the silence
 * takes no room. Used by one thread.
 */
final class Timeline {
  private static final double NANOS_PER_SECOND = 1e9;

  /** Filled-in silence; it began when the call had been sent {@code at} samples. */
  private record Silence(long at, long length) {
    long end() {
      return at + length;
    }
  }

  private final long from;
  private final int sampleRate;

  /** In order, and never two that touch, so an age limit on calls bounds it. */
  private final List<Silence> silences = new ArrayList<>();

  private long audio;
  private long silence;

  /**
   * @param from the session's position of the call's first sample
   */
  Timeline(long from, int sampleRate) {
    this.from = from;
    this.sampleRate = sampleRate;
  }

  void addAudio(int samples) {
    audio += samples;
  }

  void addSilence(int samples) {
    long at = length();
    if (!silences.isEmpty() && silences.getLast().end() == at) {
      at = silences.removeLast().at;
    }
    silences.add(new Silence(at, length() + samples - at));
    silence += samples;
  }

  /** How many samples the call was sent, silence included. */
  long length() {
    return audio + silence;
  }

  /** The session's position of the next audio. */
  long next() {
    return from + audio;
  }

  /**
   * The session's position of a sample of the call. Filled-in silence is at the position where it
   * was filled in; what lies beyond the audio is at its end.
   */
  long toSession(long sample) {
    long filled = 0;
    for (Silence each : silences) {
      if (each.at >= sample) {
        break;
      }
      filled += Math.min(each.length, sample - each.at);
    }
    return Math.clamp(from + sample - filled, from, next());
  }

  /** The session's position of a time of the call. */
  long toSession(Duration offset) {
    return toSession(Math.round(offset.toNanos() / NANOS_PER_SECOND * sampleRate));
  }
}
