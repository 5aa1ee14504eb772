package io.dragoman.client;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dragoman.protocol.ClientMessage;
import java.time.Duration;
import java.util.Objects;
import org.junit.jupiter.api.Test;

final class ResumptionTest {
  private final Resumption resumption = new Resumption(FakeNode.START);

  @Test
  void itOutlivesABugNowAndThen() {
    resumption.carried(0, "token", 60);

    assertTrue(outlives(1_000));
    assertFalse(outlives(1_059));
    assertTrue(outlives(1_119));
  }

  @Test
  void whatANodeMayAskForIsNotForgottenWhileItIsAsked() {
    resumption.carried(0, "token", 60);
    for (int second = 0; second < 120; second++) {
      speakASecond();
      resumption.next();
    }
    ClientMessage.Resume asked = Objects.requireNonNull(resumption.start().resume());
    speakASecond();

    assertTrue(resumption.carried(asked.oldestSample(), "token 2", 60));
  }

  private void speakASecond() {
    resumption.say(new byte[2 * FakeNode.START.audio().sampleRate()]);
  }

  private boolean outlives(long atSecond) {
    return resumption.outlives(Duration.ofSeconds(atSecond).toNanos());
  }
}
