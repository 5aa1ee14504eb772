package io.dragoman.session;

import io.dragoman.pipeline.CaptionPlan;
import io.dragoman.protocol.ClientMessage.Audio;
import io.dragoman.protocol.ClientMessage.Partials;
import io.dragoman.protocol.ClientMessage.SessionStart;
import io.dragoman.protocol.ClientMessage.Target;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a client asked for, checked.
 *
 * @param sampleRate in hertz
 */
record SessionPlan(String kind, int sampleRate, List<String> source, CaptionPlan captions) {
  private static final Pattern LANGUAGE = Pattern.compile("[a-zA-Z]{2,3}(-[a-zA-Z0-9]{2,8})*");

  /** As RFC 5646 (4.4.1) wants it; the tag goes into each prompt and each caption. */
  private static final int LANGUAGE_CHARS = 35;

  private static final int MOST_TARGETS = 8;
  private static final int MOST_SOURCES = 3;

  /** The client asked for something that cannot be done; the message says what can. */
  static final class UnsupportedException extends Exception {
    private static final long serialVersionUID = 1L;
    private final String reason;

    UnsupportedException(String reason) {
      super(reason);
      this.reason = reason;
    }

    /** A sentence for the client. */
    String reason() {
      return reason;
    }
  }

  /** What holds for as long as the session lives, wherever it goes on. */
  SessionTerms terms() {
    return new SessionTerms(kind, sampleRate, source, captions.targets(), captions.correct());
  }

  static SessionPlan of(SessionStart start) throws UnsupportedException {
    require("translation".equals(start.kind()), "kind: only \"translation\" is known");
    Audio audio = start.audio();
    require(audio != null, "audio: is missing");
    require("pcm_s16le".equals(audio.encoding()), "audio.encoding: only \"pcm_s16le\" is known");
    require(audio.channels() == 1, "audio.channels: only 1 is known");
    require(
        audio.sampleRate() >= 8_000 && audio.sampleRate() <= 48_000,
        "audio.sample_rate: must be 8000..48000 Hz");
    List<String> source = start.source() == null ? List.of() : start.source();
    require(
        !source.isEmpty() && source.size() <= MOST_SOURCES, "source: 1 to 3 languages are needed");
    for (String language : source) {
      requireLanguage(language, "source");
    }
    List<String> targets = targets(start.targets() == null ? List.of() : start.targets());
    Partials partials =
        start.partials() == null ? new Partials(true, "balanced") : start.partials();
    return new SessionPlan(
        start.kind(),
        audio.sampleRate(),
        source,
        new CaptionPlan(
            source.getFirst(),
            targets,
            start.correct(),
            !Boolean.FALSE.equals(partials.translate()),
            stability(partials.stability())));
  }

  private static List<String> targets(List<Target> asked) throws UnsupportedException {
    require(asked.size() <= MOST_TARGETS, "targets: at most " + MOST_TARGETS + " languages");
    List<String> languages = new ArrayList<>();
    for (Target target : asked) {
      String language = target == null ? null : target.lang();
      requireLanguage(language, "targets");
      require(!languages.contains(language), "targets: a language is named twice");
      languages.add(language);
    }
    return languages;
  }

  /** How soon text is to count as stable; balanced where the client does not say. */
  static CaptionPlan.Stability stability(@Nullable String name) throws UnsupportedException {
    return switch (name == null ? "balanced" : name.toLowerCase(Locale.ROOT)) {
      case "fast" -> CaptionPlan.Stability.FAST;
      case "balanced" -> CaptionPlan.Stability.BALANCED;
      case "steady" -> CaptionPlan.Stability.STEADY;
      default ->
          throw new UnsupportedException("partials.stability: must be fast, balanced or steady");
    };
  }

  private static void requireLanguage(@Nullable String language, String field)
      throws UnsupportedException {
    require(
        language != null
            && language.length() <= LANGUAGE_CHARS
            && LANGUAGE.matcher(language).matches(),
        field
            + ": a language is not a BCP 47 tag such as en-US, of at most "
            + LANGUAGE_CHARS
            + " characters");
  }

  private static void require(boolean holds, String message) throws UnsupportedException {
    if (!holds) {
      throw new UnsupportedException(message);
    }
  }
}
