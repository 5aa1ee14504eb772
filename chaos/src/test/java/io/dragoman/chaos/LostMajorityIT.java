package io.dragoman.chaos;

import static java.util.Objects.requireNonNull;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dragoman.client.CaptionClient;
import io.dragoman.client.ClientException;
import io.dragoman.client.Ending;
import io.dragoman.client.SessionAddress;
import io.dragoman.protocol.ErrorCode;
import io.dragoman.standin.Clip;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Two nodes of three are killed at once, and started again. */
@Timeout(400)
class LostMajorityIT {
  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final int THIRD = 2;

  @TempDir Path directory;

  private final List<JudgedSpeaker> speakers = new ArrayList<>();

  @Test
  void theThirdNodesSessionsGoOnAndAreWholeOnceTheOthersAreBack() throws Exception {
    // What the dead nodes may have used is held back for a minute and this.
    try (NodeCluster cluster = NodeCluster.start(directory, Map.of("openai.timeout_s", 5))) {
      JudgedSpeaker staying = JudgedSpeaker.staying(cluster.doors(THIRD), 1);
      List<JudgedSpeaker> atThird = new ArrayList<>(List.of(staying));
      for (int number = 2; number <= 3; number++) {
        atThird.add(JudgedSpeaker.resuming(cluster.doors(THIRD), number));
      }
      speakers.addAll(atThird);
      for (int number = 4; number <= 7; number++) {
        speakers.add(JudgedSpeaker.resuming(cluster.doors(number % 2), number));
      }
      await()
          .atMost(PATIENCE)
          .until(() -> speakers.stream().allMatch(speaker -> speaker.receipt().finals() >= 3));

      long killed = System.nanoTime();
      cluster.kill(0, 1);
      assertAdmissionIsClosed(cluster);
      Receipt heard = staying.receipt();
      await().atMost(PATIENCE).until(heard::isToldToMove);
      int finals = heard.finals();
      long samples = heard.heardSamples() + 2 * Clip.SAMPLE_RATE;
      await().atMost(PATIENCE).until(() -> heard.heardSamples() >= samples);
      assertEquals(finals, heard.finals(), "a final that no majority has");

      cluster.start(0, 1);
      await().atMost(PATIENCE).until(() -> cluster.readiness(THIRD).statusCode() == 200);
      System.out.printf("a majority again after %.1f s%n", (System.nanoTime() - killed) / 1e9);
      JudgedSpeaker late = admitted(cluster);
      atThird.add(late);
      speakers.add(late);
      speakers.forEach(JudgedSpeaker::finish);
      int lost = 0;
      for (JudgedSpeaker speaker : speakers) {
        if (atThird.contains(speaker)) {
          speaker.assertWhole();
        } else {
          lost += isWholeOrGone(speaker) ? 0 : 1;
        }
      }
      System.out.printf(
          "all were whole after %.1f s, but for %d sessions of the dead nodes%n",
          (System.nanoTime() - killed) / 1e9, lost);
    } finally {
      speakers.forEach(JudgedSpeaker::close);
    }
  }

  /** As whoever is told to try again later does, while the grid still makes copies. */
  private static JudgedSpeaker admitted(NodeCluster cluster) {
    return await()
        .atMost(PATIENCE)
        .ignoreExceptionsMatching(ClientException.class::isInstance)
        .until(() -> JudgedSpeaker.resuming(cluster.doors(THIRD), 8), Objects::nonNull);
  }

  private static void assertAdmissionIsClosed(NodeCluster cluster) throws Exception {
    await().atMost(PATIENCE).until(() -> cluster.readiness(THIRD).statusCode() == 503);
    HttpResponse<String> readiness = cluster.readiness(THIRD);
    assertTrue(readiness.body().contains("fewer than a majority"), readiness::body);
    SessionAddress third = SessionAddress.parse(cluster.doors(THIRD).getFirst());
    try (CaptionClient refused =
        CaptionClient.connect(third, JudgedSpeaker.start(), new Receipt())) {
      ClientException why =
          assertThrows(ClientException.class, () -> refused.awaitStarted(PATIENCE));
      assertTrue(why.getMessage().contains("does not reach a majority"), why::getMessage);
      assertEquals(ErrorCode.UNAVAILABLE, code(refused.awaitEnd()));
    }
  }

  /** False where both nodes that kept the session are dead: then its client is told so. */
  private static boolean isWholeOrGone(JudgedSpeaker speaker) throws InterruptedException {
    Ending ending = speaker.awaitEnd();
    if (ending.regular()) {
      speaker.assertWhole();
      return true;
    }
    assertEquals(ErrorCode.RESUME_UNAVAILABLE, code(ending));
    speaker.receipt().assertNoneTwice();
    return false;
  }

  private static ErrorCode code(Ending ending) {
    return requireNonNull(((Ending.Closed) ending).error()).code();
  }
}
