package io.dragoman;

import io.dragoman.openai.OpenAi;
import io.dragoman.ops.Trouble;
import io.dragoman.quota.Dispatch;
import io.dragoman.speech.SpeechRecognizer;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Which services do not serve the node, or not as usual, in the words of its report. */
final class Troubles {
  static final String SPEECH = "speech";
  static final String LANGUAGE_MODEL = "language_model";

  private Troubles() {}

  static List<Trouble> now(SpeechRecognizer recognizer, OpenAi openAi, Dispatch dispatch) {
    return Stream.of(
            recognizer
                .trouble()
                .map(
                    it ->
                        trouble(SPEECH, it.refused(), it.reason(), it.lasting(), it.sinceTried())),
            openAi
                .trouble()
                .map(
                    it ->
                        trouble(
                            LANGUAGE_MODEL,
                            it.refused(),
                            it.reason(),
                            it.lasting(),
                            it.sinceTried())),
            limited(dispatch))
        .flatMap(Optional::stream)
        .toList();
  }

  private static Trouble trouble(
      String service, boolean refused, String reason, Duration lasting, Duration sinceTried) {
    return new Trouble(
        service, refused ? "refused" : "away", reason, lasting.toMillis(), sinceTried.toMillis());
  }

  /** The language model answers, but takes less than is configured. */
  private static Optional<Trouble> limited(Dispatch dispatch) {
    Duration lasting = dispatch.limited();
    return lasting.isZero()
        ? Optional.empty()
        : Optional.of(
            new Trouble(
                LANGUAGE_MODEL,
                "limited",
                "it refused a call (429) or names a lower limit, so %d calls at once"
                    .formatted(dispatch.most()),
                lasting.toMillis(),
                0));
  }
}
