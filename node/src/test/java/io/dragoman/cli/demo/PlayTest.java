package io.dragoman.cli.demo;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dragoman.cli.CommandException;
import io.dragoman.client.FakeNode;
import io.dragoman.standin.Clips;
import java.io.OutputStream;
import java.io.PrintStream;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Sessions that would speak for ever come to their end, whatever is the matter. */
@Timeout(180)
class PlayTest {
  private static final Track TRACK = new Track(Clips.shipped().getFirst(), "es", 3);
  private static final Board BOARD =
      new Board(new PrintStream(OutputStream.nullOutputStream()), false);

  private static DemoSession endless(FakeNode node) throws Exception {
    return new DemoSession(
        new DemoSession.Plan(
            "s1",
            List.of(node.address().authority()),
            TRACK,
            new Disturbance.None(),
            Duration.ZERO,
            null),
        true);
  }

  @Test
  void theyEndWhenWhatWasToHappenCannot() throws Exception {
    try (FakeNode node = new FakeNode(FakeNode::behaved)) {
      DemoSession session = endless(node);

      String trouble = new Play(List.of(session), BOARD).run(_ -> "a fault could not be made");

      assertEquals("a fault could not be made", trouble);
      assertEquals(DemoSession.State.ENDED, session.state());
    }
  }

  @Test
  void theyEndWhenWhatIsToHappenMeetsABug() throws Exception {
    try (FakeNode node = new FakeNode(FakeNode::behaved)) {
      DemoSession session = endless(node);

      String trouble =
          new Play(List.of(session), BOARD)
              .run(
                  _ -> {
                    throw new IllegalStateException("of a test");
                  });

      assertEquals(
          "what was to happen on the way met a bug: java.lang.IllegalStateException: of a test",
          trouble);
      assertEquals(DemoSession.State.ENDED, session.state());
    }
  }

  /** A node that acknowledges nothing. */
  @Test
  void nobodyIsWaitedForWithoutEnd() throws Exception {
    try (FakeNode node = new FakeNode(FakeNode::behaved)) {
      DemoSession session = endless(node);
      Thread speaking = Thread.ofVirtual().start(session);
      await().until(() -> session.behind().compareTo(Duration.ofSeconds(1)) > 0);

      CommandException e =
          assertThrows(
              CommandException.class,
              () ->
                  FaultInjection.awaitCaughtUp(
                      List.of(session), Duration.ofSeconds(1), Duration.ofSeconds(1)));

      assertTrue(
          e.getMessage().matches("s1 did not catch up within 1 s: it is \\d+ s behind"),
          e.getMessage());
      session.stop();
      speaking.join();
    }
  }
}
