package io.dragoman.session;

import io.dragoman.pipeline.CaptionPlan;
import io.dragoman.protocol.ClientMessage.Audio;
import io.dragoman.protocol.ClientMessage.Partials;
import io.dragoman.protocol.ClientMessage.SessionStart;
import io.dragoman.protocol.ClientMessage.Target;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * What a client asked for, checked.
 *
 * @param sampleRate in hertz
 */
record SessionPlan(String kind, int sampleRate, List<String> source, CaptionPlan captions) {
  private static final Pattern LANGUAGE = Pattern.compile("[a-zA-Z]{2,3}(-[a-zA-Z0-9]{2,8})*");
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
    List<String> targets =
        start.targets() == null ? List.of() : start.targets().stream().map(Target::lang).toList();
    require(targets.size() <= MOST_TARGETS, "targets: at most " + MOST_TARGETS + " languages");
    require(
        Set.copyOf(new HashSet<>(targets)).size() == targets.size(),
        "targets: a language is named twice");
    for (String language : source) {
      requireLanguage(language, "source");
    }
    for (String language : targets) {
      requireLanguage(language, "targets");
    }
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
            partials.translate(),
            stability(partials.stability())));
  }

  private static CaptionPlan.Stability stability(String name) throws UnsupportedException {
    return switch (name == null ? "balanced" : name.toLowerCase(Locale.ROOT)) {
      case "fast" -> CaptionPlan.Stability.FAST;
      case "balanced" -> CaptionPlan.Stability.BALANCED;
      case "steady" -> CaptionPlan.Stability.STEADY;
      default ->
          throw new UnsupportedException("partials.stability: must be fast, balanced or steady");
    };
  }

  private static void requireLanguage(String language, String field) throws UnsupportedException {
    require(
        language != null && LANGUAGE.matcher(language).matches(),
        field + ": a language is not a BCP 47 tag such as en-US");
  }

  private static void require(boolean holds, String message) throws UnsupportedException {
    if (!holds) {
      throw new UnsupportedException(message);
    }
  }
}
