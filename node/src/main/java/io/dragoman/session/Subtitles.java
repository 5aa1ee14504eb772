package io.dragoman.session;

import java.util.List;

/** Subtitles as files: SubRip, which players know, and WebVTT, which browsers know. */
final class Subtitles {
  private Subtitles() {}

  /** What stands for a beginning that is not kept. */
  private static final String MISSING = "The beginning of this transcript is not kept.";

  private static final long HOUR_MS = 3_600_000;

  /** SubRip. It has no comments, so a beginning that is not kept is a subtitle. */
  static String srt(Transcript transcript) {
    List<Transcript.Cue> cues = transcript.cues();
    StringBuilder file = new StringBuilder();
    int number = 1;
    if (!transcript.complete() && !cues.isEmpty() && cues.getFirst().startMs() > 0) {
      append(file, number++, new Transcript.Cue(0, cues.getFirst().startMs(), "[" + MISSING + "]"));
    }
    for (Transcript.Cue cue : cues) {
      append(file, number++, cue);
    }
    return file.toString();
  }

  private static void append(StringBuilder file, int number, Transcript.Cue cue) {
    file.append(number).append('\n').append(span(cue, ',')).append('\n');
    // An arrow would begin another subtitle; nothing can be escaped.
    file.append(cue.text().replace("-->", "→")).append("\n\n");
  }

  /** WebVTT, as the W3C has it. */
  static String vtt(Transcript transcript) {
    StringBuilder file = new StringBuilder("WEBVTT\n\n");
    if (!transcript.complete()) {
      file.append("NOTE ").append(MISSING).append("\n\n");
    }
    for (Transcript.Cue cue : transcript.cues()) {
      file.append(span(cue, '.')).append('\n').append(escaped(cue.text())).append("\n\n");
    }
    return file.toString();
  }

  private static String escaped(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
  }

  private static String span(Transcript.Cue cue, char point) {
    return time(cue.startMs(), point) + " --> " + time(cue.endMs(), point);
  }

  private static String time(long ms, char point) {
    return "%02d:%02d:%02d%c%03d"
        .formatted(ms / HOUR_MS, ms / 60_000 % 60, ms / 1_000 % 60, point, ms % 1_000);
  }
}
