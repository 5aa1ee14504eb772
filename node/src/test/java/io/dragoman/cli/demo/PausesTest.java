package io.dragoman.cli.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.dragoman.standin.Clips;
import org.junit.jupiter.api.Test;

final class PausesTest {
  private static final Track TRACK = new Track(Clips.shipped().getFirst(), "es", 0);
  private static final long START = 1_000_000_000_000L;

  private final Pauses pauses = new Pauses(TRACK);

  private static long at(long sample) {
    return START + sample * 1_000_000_000L / Track.SAMPLE_RATE;
  }

  @Test
  void onlySpeechCounts() {
    Utterance first = TRACK.utterance(0);
    Utterance second = TRACK.utterance(1);
    pauses.begin(START);
    pauses.arrived(at(first.endSample() - 2_400));
    pauses.interrupted();
    pauses.arrived(at(second.startSample() + 4_800));
    assertEquals(300, pauses.longestMillis(), 1);
  }

  @Test
  void whatIsNotInterruptedDoesNotPause() {
    pauses.begin(START);
    pauses.arrived(at(TRACK.utterance(3).endSample()));
    assertEquals(0, pauses.longestMillis());
  }
}
