package io.dragoman.session;

import io.dragoman.protocol.ServerMessage;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * What was committed of a session so far, to be read: the finals, and what was lost. Its JSON is
 * part of the protocol.
 *
 * @param startedAtMs when the session started, in milliseconds since the epoch
 * @param ended whether nothing more can come: its client ended it, or can resume it no more
 * @param complete whether it begins with the session: of a very long one the beginning is not kept
 * @param captions in the order in which they were committed
 * @param gaps the audio that nobody heard, or whose captions were lost
 */
record Transcript(
    String sessionId,
    long startedAtMs,
    boolean ended,
    boolean complete,
    List<Line> captions,
    List<Gap> gaps) {

  /** A final caption. */
  record Line(
      long seq,
      String seg,
      ServerMessage.Role role,
      String lang,
      String text,
      long startMs,
      long endMs) {}

  /** A stretch of audio that is lost. */
  record Gap(long fromMs, long toMs) {}

  /** Text to show for a while. */
  record Cue(long startMs, long endMs, String text) {}

  /**
   * @param wanted which captions
   * @param nowMs in milliseconds since the epoch, on the cluster's clock
   */
  static Transcript of(SessionRecord record, Predicate<Line> wanted, long nowMs) {
    CaptionWording wording =
        new CaptionWording(record.sid(), record.terms().sampleRate(), record.owner().epoch());
    List<Line> lines = new ArrayList<>();
    List<Gap> gaps = new ArrayList<>();
    for (SessionEvent event : record.events()) {
      switch (wording.event(event)) {
        case ServerMessage.Caption said -> lines.add(line(event.seq(), said));
        case ServerMessage.Gap(_, long from, long to) ->
            gaps.add(new Gap(wording.millis(from), wording.millis(to)));
        default -> {}
      }
    }
    return new Transcript(
        record.sid(),
        record.startedAtMs(),
        record.hasEnded() || nowMs > record.resumableUntilMs(),
        record.remembers(1),
        lines.stream().filter(wanted).toList(),
        gaps);
  }

  private static Line line(long seq, ServerMessage.Caption said) {
    String text = said.text();
    return new Line(
        seq,
        said.seg(),
        said.role(),
        said.lang(),
        text == null ? "" : text,
        said.startMs(),
        said.endMs());
  }

  /**
   * The captions as subtitles: one for each segment that has text, in the order of segments, none
   * before the last one's end. Of several captions of a segment the latest is taken: the corrected
   * one rather than what was said, the translation rather than both.
   */
  List<Cue> cues() {
    Map<String, Line> shown = new LinkedHashMap<>();
    for (Line line : captions) {
      shown.merge(
          line.seg(), line, (one, other) -> other.role().compareTo(one.role()) >= 0 ? other : one);
    }
    List<Line> lines =
        shown.values().stream().sorted(Comparator.comparingLong(Line::startMs)).toList();
    List<Cue> cues = new ArrayList<>();
    long end = 0;
    for (Line line : lines) {
      String text = line.text().strip().replaceAll("\\s+", " ");
      if (!text.isEmpty()) {
        long start = Math.max(line.startMs(), end);
        end = Math.max(line.endMs(), start + 1);
        cues.add(new Cue(start, end, text));
      }
    }
    return cues;
  }
}
