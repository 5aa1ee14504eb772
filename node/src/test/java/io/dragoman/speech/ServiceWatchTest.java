package io.dragoman.speech;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.api.gax.rpc.StatusCode.Code;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ServiceWatchTest {
  private long now = 1_000_000_000_000L;
  private final ServiceWatch watch = new ServiceWatch(() -> now);

  @Test
  void oneBrokenCallIsACoincidenceThreeInARowAreTrouble() {
    watch.broke(Code.UNAVAILABLE, "gone");
    pass(1);
    watch.broke(Code.UNAVAILABLE, "gone");
    assertEquals(Optional.empty(), watch.trouble());
    pass(1);
    watch.broke(Code.UNAVAILABLE, "gone");
    pass(5);
    assertEquals(
        Optional.of(
            new Trouble(false, "UNAVAILABLE, gone", Duration.ofSeconds(7), Duration.ofSeconds(5))),
        watch.trouble());
  }

  @Test
  void anAnswerToALaterCallEndsItAndBeginsTheCountAnew() {
    watch.broke(Code.INTERNAL, "x");
    watch.broke(Code.INTERNAL, "x");
    watch.broke(Code.INTERNAL, "x");
    long before = now - 1;
    pass(1);
    watch.works(before);
    assertTrue(watch.trouble().isPresent(), "a call that began before proves nothing");
    watch.works(now);
    assertEquals(Optional.empty(), watch.trouble());
    watch.broke(Code.INTERNAL, "x");
    watch.broke(Code.INTERNAL, "x");
    assertEquals(Optional.empty(), watch.trouble());
  }

  @ParameterizedTest
  @EnumSource(
      value = Code.class,
      names = {"UNAUTHENTICATED", "PERMISSION_DENIED"})
  void refusedCredentialsAreTroubleAtOnce(Code code) {
    watch.broke(code, "no");
    assertTrue(watch.trouble().orElseThrow().refused());
  }

  @Test
  void whatASingleClientMayBeToBlameForIsTroubleOnlyInARow() {
    watch.broke(Code.INVALID_ARGUMENT, "a language");
    assertFalse(watch.trouble().isPresent());
  }

  private void pass(int seconds) {
    now += seconds * 1_000_000_000L;
  }
}
