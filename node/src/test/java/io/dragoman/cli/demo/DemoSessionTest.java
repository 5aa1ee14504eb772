package io.dragoman.cli.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dragoman.client.FakeNode;
import io.dragoman.protocol.ClientMessage;
import io.dragoman.protocol.ServerMessage.Role;
import io.dragoman.standin.Clips;
import io.helidon.websocket.WsSession;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(180)
class DemoSessionTest {
  private static final Track TRACK = new Track(Clips.shipped().getFirst(), "es", 3);

  @Test
  void itSpeaksAWholeSentenceAndWaitsForItsFinals() throws Exception {
    try (FakeNode node = new FakeNode(DemoSessionTest::knowAll)) {
      DemoSession session = session(node, 1);
      session.run();

      assertNull(session.fault());
      assertEquals(DemoSession.State.ENDED, session.state());
      assertEquals(List.of(TRACK.utterance(0)), session.spoken());
      assertEquals(TRACK.stopAfter(Track.SAMPLE_RATE), node.audio().length / 2);
      assertEquals(List.of(1L, 2L, 3L, 4L), session.receipt().seqs());
      assertTrue(judge(session).good(), judge(session).toString());
    }
  }

  @Test
  void aStopLetsItFinishTheSentence() throws Exception {
    try (FakeNode node = new FakeNode(DemoSessionTest::knowAll)) {
      DemoSession session = session(node, null);
      session.stop();
      session.run();

      assertEquals(DemoSession.State.ENDED, session.state());
      assertEquals(1, session.spoken().size());
    }
  }

  @Test
  void aNodeThatIsGoneIsAFault() throws Exception {
    FakeNode node = new FakeNode(FakeNode::behaved);
    DemoSession session = session(node, 1);
    node.close();
    session.run();

    assertEquals(DemoSession.State.FAILED, session.state());
    String fault = session.fault();
    assertNotNull(fault);
    assertTrue(fault.startsWith("s1: nothing answers at 127.0.0.1:"), fault);
  }

  @Test
  void whateverIsThrownIsAFault() throws Exception {
    try (FakeNode node = new FakeNode(FakeNode::behaved)) {
      DemoSession session =
          session(node, 1, new Disturbance.Repeat(TRACK, new Track.Stretch(20, 10)));
      session.run();

      assertEquals(DemoSession.State.FAILED, session.state());
      String fault = session.fault();
      assertNotNull(fault);
      assertTrue(fault.startsWith("s1: a bug: java.lang.NegativeArraySizeException"), fault);
    }
  }

  @Test
  void anEndThatNeverComesIsAFault() throws Exception {
    try (FakeNode node =
        new FakeNode(
            (connection, message) -> {
              if (message instanceof ClientMessage.SessionStart) {
                FakeNode.behaved(connection, message);
              }
            })) {
      DemoSession session =
          new DemoSession(plan(node, 1, new Disturbance.None()), true, Duration.ofSeconds(2));
      session.run();

      assertEquals(DemoSession.State.FAILED, session.state());
      assertEquals("s1: its node said nothing that counts for 2 s", session.fault());
    }
  }

  @Test
  void aSessionThatHasNotEndedIsAFault() throws Exception {
    try (FakeNode node = new FakeNode(FakeNode::behaved)) {
      assertEquals("s1: it never ended: it is still connecting", session(node, 1).fault());
    }
  }

  /** Has the finals of the first sentence ready when the session is to end. */
  private static void knowAll(WsSession session, ClientMessage message) {
    if (message instanceof ClientMessage.SessionEnd) {
      Utterance said = TRACK.utterance(0);
      FakeNode.say(session, Fixtures.last(2, "a", Role.SOURCE, "en-US", said.source()));
      FakeNode.say(session, Fixtures.last(3, "a", Role.CORRECTED, "en-US", said.corrected()));
      FakeNode.say(session, Fixtures.last(4, "a", Role.TRANSLATION, "es", said.translation()));
    }
    FakeNode.behaved(session, message);
  }

  private static DemoSession session(FakeNode node, @Nullable Integer seconds) throws Exception {
    return session(node, seconds, new Disturbance.None());
  }

  private static DemoSession session(
      FakeNode node, @Nullable Integer seconds, Disturbance disturbance) throws Exception {
    return new DemoSession(plan(node, seconds, disturbance), true);
  }

  private static DemoSession.Plan plan(
      FakeNode node, @Nullable Integer seconds, Disturbance disturbance) throws Exception {
    return new DemoSession.Plan(
        "s1", List.of(node.address().authority()), TRACK, disturbance, Duration.ZERO, seconds);
  }

  private static Verdict judge(DemoSession session) {
    return new Judge("s1", "es", true)
        .judge(session.spoken(), session.receipt().finals(), session.receipt().seqs());
  }
}
