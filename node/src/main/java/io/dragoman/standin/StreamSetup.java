package io.dragoman.standin;

import com.google.cloud.speech.v2.ExplicitDecodingConfig;
import com.google.cloud.speech.v2.RecognitionConfig;
import com.google.cloud.speech.v2.StreamingRecognizeRequest;
import io.grpc.Status;
import io.grpc.StatusException;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What a stream's first request asks for, checked.
 *
 * @param language of its results
 * @param interims whether interim results are wanted
 * @param events whether voice activity events are wanted
 * @param offsets whether finals say where each word was spoken
 * @param punctuation whether the text is punctuated
 */
record StreamSetup(
    int sampleRate,
    String language,
    boolean interims,
    boolean events,
    boolean offsets,
    boolean punctuation) {
  private static final Pattern RECOGNIZER =
      Pattern.compile("projects/[^/]+/locations/[^/]+/recognizers/[^/]+");

  /** Google's models that are of use for live English; all of them hear the same here. */
  private static final List<String> MODELS =
      List.of("long", "short", "latest_long", "latest_short", "telephony", "chirp_2", "chirp_3");

  /** The form of BCP 47 tags: a language, and what narrows it. */
  private static final Pattern LANGUAGE = Pattern.compile("[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*");

  /**
   * Reads the first request.
   *
   * @throws StatusException as the real service ends the stream; INVALID_ARGUMENT
   */
  static StreamSetup of(StreamingRecognizeRequest first) throws StatusException {
    require(
        first.hasStreamingConfig(),
        "Malordered Data Received. Expected streaming_config but received "
            + (first.hasAudio() ? "audio" : "none")
            + ". Send exactly one config, followed by audio data.");
    require(
        RECOGNIZER.matcher(first.getRecognizer()).matches(),
        "Invalid resource field value in the request. Expected a recognizer"
            + " projects/{project}/locations/{location}/recognizers/{recognizer}.");
    RecognitionConfig config = first.getStreamingConfig().getConfig();
    var features = first.getStreamingConfig().getStreamingFeatures();
    if (first.getRecognizer().endsWith("/_")) {
      // Any other recogniser has defaults of its own.
      require(!config.getModel().isEmpty(), "config.model: is required with recognizers/_.");
      require(
          config.getLanguageCodesCount() > 0,
          "config.language_codes: is required with recognizers/_.");
    }
    require(
        config.getModel().isEmpty() || MODELS.contains(config.getModel()),
        "config.model: \"%s\" is none that this stand-in knows, which are %s."
            .formatted(config.getModel(), String.join(", ", MODELS)));
    require(
        !features.hasVoiceActivityTimeout(),
        "streaming_features.voice_activity_timeout: this stand-in does not know it.");
    return new StreamSetup(
        sampleRate(config),
        language(config),
        features.getInterimResults(),
        features.getEnableVoiceActivityEvents(),
        config.getFeatures().getEnableWordTimeOffsets(),
        config.getFeatures().getEnableAutomaticPunctuation());
  }

  private static int sampleRate(RecognitionConfig config) throws StatusException {
    ExplicitDecodingConfig decoding = config.getExplicitDecodingConfig();
    require(
        decoding.getEncoding() == ExplicitDecodingConfig.AudioEncoding.LINEAR16,
        "config.explicit_decoding_config: this stand-in hears LINEAR16 only.");
    int rate = decoding.getSampleRateHertz();
    require(
        rate >= 8_000 && rate <= 48_000,
        "config.explicit_decoding_config.sample_rate_hertz: " + rate + " is not in 8000-48000.");
    require(
        decoding.getAudioChannelCount() == 1,
        "config.explicit_decoding_config.audio_channel_count: this stand-in hears 1 only.");
    return rate;
  }

  /** The clips are English, so the first English that is offered. */
  private static String language(RecognitionConfig config) throws StatusException {
    List<String> codes = config.getLanguageCodesList();
    for (String code : codes) {
      require(
          LANGUAGE.matcher(code).matches(),
          "config.language_codes: \"" + code + "\" is not a BCP 47 language tag such as en-US.");
    }
    Optional<String> english = codes.stream().filter(StreamSetup::isEnglish).findFirst();
    require(
        english.isPresent() || codes.isEmpty(),
        "config.language_codes: this stand-in hears English only, and %s holds none."
            .formatted(codes));
    return english.orElse("en-US");
  }

  private static boolean isEnglish(String tag) {
    return tag.split("-", 2)[0].equalsIgnoreCase("en");
  }

  private static void require(boolean holds, String otherwise) throws StatusException {
    if (!holds) {
      throw Status.INVALID_ARGUMENT.withDescription(otherwise).asException();
    }
  }
}
