package io.dragoman.speech;

import java.util.List;

/**
 * What a stream will carry: mono 16-bit little-endian PCM.
 *
 * @param languages what may be spoken, as BCP 47 tags, the likeliest first; at least one
 * @param sampleRate in hertz, 8,000 to 48,000
 * @param fromSample the session's position of the stream's first sample
 */
public record SpeechRequest(List<String> languages, int sampleRate, long fromSample) {
  public SpeechRequest {
    languages = List.copyOf(languages);
    if (languages.isEmpty()) {
      throw new IllegalArgumentException("languages: at least one is needed");
    }
    if (sampleRate < 8_000 || sampleRate > 48_000) {
      throw new IllegalArgumentException("sampleRate: " + sampleRate + " is not in 8000..48000");
    }
    if (fromSample < 0) {
      throw new IllegalArgumentException("fromSample: " + fromSample + " is negative");
    }
  }
}
