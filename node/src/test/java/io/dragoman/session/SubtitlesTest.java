package io.dragoman.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dragoman.protocol.ServerMessage.Role;
import io.dragoman.session.Transcript.Line;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Files that players take, whatever was said. */
final class SubtitlesTest {

  @Test
  void cuesAreInOrderDoNotOverlapAndHaveText() {
    Transcript transcript =
        transcript(
            true,
            line("s.0", Role.SOURCE, "first", 0, 1_000),
            line("s.3", Role.SOURCE, "late", 3_000, 3_661_001),
            line("s.1", Role.SOURCE, "overlaps", 900, 2_000),
            line("s.2", Role.SOURCE, "took\n no\t time ", 2_000, 2_000),
            line("s.4", Role.SOURCE, " ", 3_661_001, 3_662_000),
            line("s.5", Role.SOURCE, "is within", 3_600_000, 3_600_100));
    assertEquals(
        """
        1
        00:00:00,000 --> 00:00:01,000
        first

        2
        00:00:01,000 --> 00:00:02,000
        overlaps

        3
        00:00:02,000 --> 00:00:02,001
        took no time

        4
        00:00:03,000 --> 01:01:01,001
        late

        5
        01:01:01,001 --> 01:01:01,002
        is within

        """,
        Subtitles.srt(transcript));
  }

  @Test
  void ofASegmentTheBestCaptionIsShown() {
    Transcript transcript =
        transcript(
            true,
            line("s.0", Role.SOURCE, "i goes", 0, 1_000),
            line("s.1", Role.SOURCE, "yes", 1_000, 2_000),
            line("s.0", Role.CORRECTED, "I go", 0, 1_000));
    assertEquals(
        List.of("I go", "yes"), transcript.cues().stream().map(Transcript.Cue::text).toList());
  }

  @Test
  void whatWouldBeMarkupIsText() {
    Transcript transcript = transcript(true, line("s.0", Role.SOURCE, "a --> b <i> & c", 0, 1_000));
    assertEquals(
        "WEBVTT\n\n00:00:00.000 --> 00:00:01.000\na --&gt; b &lt;i&gt; &amp; c\n\n",
        Subtitles.vtt(transcript));
    assertTrue(Subtitles.srt(transcript).contains("\na → b <i> & c\n"));
  }

  @Test
  void aBeginningThatIsNotKeptIsSaid() {
    Transcript transcript = transcript(false, line("s.9", Role.SOURCE, "last", 9_000, 10_000));
    assertTrue(
        Subtitles.vtt(transcript)
            .startsWith(
                "WEBVTT\n\nNOTE The beginning of this transcript is not kept.\n\n00:00:09"));
    assertTrue(
        Subtitles.srt(transcript)
            .startsWith(
                "1\n00:00:00,000 --> 00:00:09,000\n[The beginning of this transcript is not kept.]\n\n2\n"));
  }

  private static Transcript transcript(boolean complete, Line... lines) {
    return new Transcript("s", 0, true, complete, List.of(lines), List.of());
  }

  private static Line line(String segment, Role role, String text, long startMs, long endMs) {
    return new Line(2, segment, role, "en", text, startMs, endMs);
  }
}
