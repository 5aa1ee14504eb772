package io.dragoman.cli.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class DemoRunTest {
  private static final int CLIPS = 4;
  private static final int LANGUAGES = 2;

  @Test
  void everyClipMeetsEveryLanguage() {
    // Session k speaks to language k % 2.
    long pairs =
        IntStream.range(0, CLIPS * LANGUAGES)
            .mapToObj(k -> List.of(DemoRun.clip(k, CLIPS), k % LANGUAGES))
            .distinct()
            .count();
    assertEquals(CLIPS * LANGUAGES, pairs);
  }

  @Test
  void everyRoundPlaysEveryClip() {
    assertEquals(
        List.of(0, 1, 2, 3, 1, 2, 3, 0),
        IntStream.range(0, 2 * CLIPS).mapToObj(k -> DemoRun.clip(k, CLIPS)).toList());
  }
}
