package io.dragoman.cli.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class DemoCommandTest {
  private static final int CLIPS = 4;

  @Test
  void everyClipIsTranslatedIntoEveryLanguage() {
    for (int clip = 0; clip < CLIPS; clip++) {
      assertEquals(
          Set.of("es", "de"),
          Stream.of(clip, clip + CLIPS)
              .map(session -> DemoCommand.target(session, CLIPS))
              .collect(Collectors.toSet()));
    }
  }

  @Test
  void theLanguagesAreSharedEvenly() {
    List<String> six =
        IntStream.range(0, 6).mapToObj(session -> DemoCommand.target(session, CLIPS)).toList();

    assertEquals(List.of("es", "de", "es", "de", "de", "es"), six);
  }
}
