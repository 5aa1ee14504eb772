package io.dragoman.standin;

import com.google.cloud.speech.v2.SpeechRecognitionAlternative;
import com.google.cloud.speech.v2.StreamingRecognitionResult;
import com.google.cloud.speech.v2.StreamingRecognizeResponse;
import com.google.cloud.speech.v2.StreamingRecognizeResponse.SpeechEventType;
import com.google.cloud.speech.v2.WordInfo;
import com.google.protobuf.Duration;
import com.google.protobuf.util.Durations;
import io.dragoman.standin.SpeechResult.Begin;
import io.dragoman.standin.SpeechResult.End;
import io.dragoman.standin.SpeechResult.Final;
import io.dragoman.standin.SpeechResult.Heard;
import io.dragoman.standin.SpeechResult.Interim;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;

/** Puts one stream's results into Google's words. Not thread-safe. */
final class SpeechReplies {
  private static final float STABLE = 0.9f;
  private static final float TENTATIVE = 0.1f;
  private static final float CONFIDENCE = 0.95f;

  /** Offsets of results come in steps of so many milliseconds. */
  private static final int STEP_MS = 10;

  private final StreamSetup setup;
  private final String requestId = UUID.randomUUID().toString();

  /** As in the real service, the transcript's parts are made to be concatenated. */
  private boolean first = true;

  SpeechReplies(StreamSetup setup) {
    this.setup = setup;
  }

  /**
   * The response that says it; empty when the client did not ask for such.
   *
   * @param received the stream's samples so far
   */
  Optional<StreamingRecognizeResponse> reply(SpeechResult result, long received) {
    var response = StreamingRecognizeResponse.newBuilder();
    switch (result) {
      case Begin begin -> event(response, SpeechEventType.SPEECH_ACTIVITY_BEGIN, begin.sample());
      case End end -> event(response, SpeechEventType.SPEECH_ACTIVITY_END, end.sample());
      case Interim interim -> interim(response, interim);
      case Final utterance -> utterance(response, utterance, received);
    }
    if (response.getResultsCount() == 0
        && response.getSpeechEventType() == SpeechEventType.SPEECH_EVENT_TYPE_UNSPECIFIED) {
      return Optional.empty();
    }
    var metadata = response.getMetadataBuilder().setRequestId(requestId);
    if (result instanceof Final) {
      long seconds = Math.ceilDiv(received, setup.sampleRate());
      metadata.setTotalBilledDuration(Durations.fromSeconds(seconds));
    }
    return Optional.of(response.build());
  }

  private void event(
      StreamingRecognizeResponse.Builder response, SpeechEventType type, long sample) {
    if (setup.events()) {
      response.setSpeechEventType(type).setSpeechEventOffset(before(sample));
    }
  }

  private void interim(StreamingRecognizeResponse.Builder response, Interim interim) {
    if (setup.interims()) {
      String space = first ? "" : " ";
      if (!interim.stable().isEmpty()) {
        String text = space + String.join(" ", interim.stable());
        response.addResults(part(text, STABLE, interim));
        space = " ";
      }
      String text = space + String.join(" ", interim.tentative());
      response.addResults(part(text, TENTATIVE, interim));
    }
  }

  private StreamingRecognitionResult part(String text, float stability, Interim interim) {
    return StreamingRecognitionResult.newBuilder()
        .addAlternatives(SpeechRecognitionAlternative.newBuilder().setTranscript(text))
        .setStability(stability)
        .setResultEndOffset(before(interim.endSample()))
        .setLanguageCode(setup.language())
        .build();
  }

  private void utterance(
      StreamingRecognizeResponse.Builder response, Final utterance, long received) {
    List<Heard> words = utterance.words();
    String text = words.stream().map(Heard::text).collect(Collectors.joining(" "));
    var alternative =
        SpeechRecognitionAlternative.newBuilder()
            .setTranscript(first ? text : " " + text)
            .setConfidence(CONFIDENCE);
    if (setup.offsets()) {
      for (Heard word : words) {
        alternative.addWords(
            WordInfo.newBuilder()
                .setWord(word.text())
                .setStartOffset(before(word.startSample()))
                .setEndOffset(after(word.endSample(), received))
                .setConfidence(CONFIDENCE));
      }
    }
    response.addResults(
        StreamingRecognitionResult.newBuilder()
            .addAlternatives(alternative)
            .setIsFinal(true)
            .setResultEndOffset(after(utterance.endSample(), received))
            .setLanguageCode(setup.language()));
    first = false;
  }

  /** The step at or before a sample. */
  private Duration before(long sample) {
    return Durations.fromMillis(sample * 1_000 / setup.sampleRate() / STEP_MS * STEP_MS);
  }

  /**
   * The step at or after a sample, so that audio that follows it holds nothing of the word; but
   * nothing ends after what was received.
   */
  private Duration after(long sample, long received) {
    long ms = Math.ceilDiv(sample * 1_000, (long) setup.sampleRate() * STEP_MS) * STEP_MS;
    return Durations.fromMillis(Math.min(ms, received * 1_000 / setup.sampleRate()));
  }
}
