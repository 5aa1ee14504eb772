package io.dragoman.speech;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class RotationTest {
  private final Rotation rotation =
      new Rotation(Duration.ofMinutes(4), Duration.ofSeconds(285), 1_000);

  @Test
  void waitsForAQuietMomentAsLongAsItCan() {
    assertFalse(rotation.isDue(Duration.ofSeconds(239), true, 0, false));
    assertFalse(rotation.isDue(Duration.ofSeconds(284), false, 999, false));
    assertTrue(rotation.isDue(Duration.ofMinutes(4), true, 0, false));
    assertTrue(rotation.isDue(Duration.ofSeconds(285), false, 0, false));
  }

  @Test
  void doesNotLetTheBufferRunFull() {
    assertTrue(rotation.isDue(Duration.ofSeconds(1), false, 1_000, false));
  }

  @Test
  void inAPauseWhenItMayCatchUpNoFurther() {
    assertFalse(rotation.isDue(Duration.ofSeconds(30), false, 0, true));
    assertTrue(rotation.isDue(Duration.ofSeconds(30), true, 0, true));
  }
}
