package io.dragoman.chaos;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The network falls silent between clients and their node in the middle of what is said: no word is
 * cut in two, and none is lost or comes twice.
 */
@Timeout(300)
final class SilentNetworkIT {
  private static final int SESSIONS = 4;

  /**
   * The node would fill in silence after 5 s without audio, and the recogniser end the sentence.
   */
  private static final Duration SILENCE = Duration.ofSeconds(9);

  @TempDir Path directory;

  @Test
  void noWordIsCutInTwo() throws Exception {
    try (LoneNode node = LoneNode.start(directory, Map.of());
        Link link = new Link(node.port())) {
      List<String> door = List.of("ws://" + link.address());
      JudgedSpeaker[] speakers = new JudgedSpeaker[SESSIONS];
      try {
        for (int number = 1; number <= SESSIONS; number++) {
          speakers[number - 1] = JudgedSpeaker.resuming(door, number);
        }
        for (JudgedSpeaker speaker : speakers) {
          await().until(() -> speaker.receipt().finals() > 0);
        }
        link.fallSilent();
        long mended = System.nanoTime() + SILENCE.toNanos();
        await().until(() -> System.nanoTime() - mended > 0);
        link.mend();
        for (JudgedSpeaker speaker : speakers) {
          await().until(() -> speaker.receipt().resumptions() > 0);
          int before = speaker.receipt().finals();
          await().until(() -> speaker.receipt().finals() > before + 3);
          speaker.finish();
        }
        for (JudgedSpeaker speaker : speakers) {
          speaker.assertWhole();
          assertTrue(speaker.receipt().resumptions() > 0);
        }
      } finally {
        for (JudgedSpeaker speaker : speakers) {
          if (speaker != null) {
            speaker.close();
          }
        }
      }
    }
  }
}
