package io.dragoman.speech;

import com.google.cloud.speech.v2.SpeechRecognitionAlternative;
import com.google.cloud.speech.v2.StreamingRecognitionResult;
import com.google.cloud.speech.v2.StreamingRecognizeResponse;
import com.google.cloud.speech.v2.StreamingRecognizeResponse.SpeechEventType;
import com.google.cloud.speech.v2.WordInfo;
import com.google.protobuf.Duration;
import com.google.protobuf.util.Durations;
import io.dragoman.speech.SpeechEvent.Word;
import java.util.List;

/** Google's responses, in few words. Positions are samples of the call. */
final class Responses {
  private Responses() {}

  static StreamingRecognizeResponse of(StreamingRecognitionResult... results) {
    return StreamingRecognizeResponse.newBuilder().addAllResults(List.of(results)).build();
  }

  static StreamingRecognizeResponse activity(boolean begins, long sample) {
    return StreamingRecognizeResponse.newBuilder()
        .setSpeechEventType(
            begins ? SpeechEventType.SPEECH_ACTIVITY_BEGIN : SpeechEventType.SPEECH_ACTIVITY_END)
        .setSpeechEventOffset(offset(sample))
        .build();
  }

  static StreamingRecognitionResult interim(String text, double stability, long end) {
    return result(text).setStability((float) stability).setResultEndOffset(offset(end)).build();
  }

  /** A final with the positions of its words. */
  static StreamingRecognitionResult last(List<Word> words, long end) {
    var alternative =
        SpeechRecognitionAlternative.newBuilder()
            .setTranscript(String.join(" ", words.stream().map(Word::text).toList()));
    for (Word word : words) {
      alternative.addWords(
          WordInfo.newBuilder()
              .setWord(word.text())
              .setStartOffset(offset(word.startSample()))
              .setEndOffset(offset(word.endSample())));
    }
    return StreamingRecognitionResult.newBuilder()
        .addAlternatives(alternative)
        .setIsFinal(true)
        .setResultEndOffset(offset(end))
        .build();
  }

  /** A final of a model that gives no words. */
  static StreamingRecognitionResult last(String text, long end) {
    return result(text).setIsFinal(true).setResultEndOffset(offset(end)).build();
  }

  static StreamingRecognitionResult.Builder result(String text) {
    return StreamingRecognitionResult.newBuilder()
        .addAlternatives(SpeechRecognitionAlternative.newBuilder().setTranscript(text));
  }

  private static Duration offset(long samples) {
    return Durations.fromNanos(samples * (1_000_000_000L / Speech.RATE));
  }
}
