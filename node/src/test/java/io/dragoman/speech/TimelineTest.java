package io.dragoman.speech;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class TimelineTest {

  /** Positive steps are audio, negative ones silence; the model is the position of each sample. */
  @Property
  void placesEverySampleWhereTheSessionCountedIt(
      @ForAll @LongRange(min = 0, max = 1L << 40) long from,
      @ForAll @Size(max = 30) List<@IntRange(min = -20, max = 20) Integer> steps) {
    Timeline timeline = new Timeline(from, 8_000);
    List<Long> model = new ArrayList<>();
    long next = from;
    for (int step : steps) {
      for (int i = 0; i < Math.abs(step); i++) {
        model.add(next);
        next += step > 0 ? 1 : 0;
      }
      if (step > 0) {
        timeline.addAudio(step);
      } else if (step < 0) {
        timeline.addSilence(-step);
      }
    }
    assertEquals(model.size(), timeline.length());
    assertEquals(next, timeline.next());
    for (int sample = 0; sample < model.size(); sample++) {
      assertEquals(model.get(sample), timeline.toSession(sample), "sample " + sample);
    }
    assertEquals(next, timeline.toSession(model.size()));
    assertEquals(next, timeline.toSession(model.size() + 1_000L));
  }

  @Test
  void understandsTimes() {
    Timeline timeline = new Timeline(100, 8_000);
    timeline.addAudio(8_000);
    timeline.addSilence(4_000);
    timeline.addAudio(8_000);
    assertEquals(100 + 4_000, timeline.toSession(Duration.ofMillis(500)));
    assertEquals(100 + 8_000, timeline.toSession(Duration.ofMillis(1_250)));
    assertEquals(100 + 12_000, timeline.toSession(Duration.ofSeconds(2)));
  }
}
