package io.dragoman.client;

import static io.dragoman.client.FakeNode.START;
import static io.dragoman.client.FakeNode.STARTED;
import static io.dragoman.client.FakeNode.say;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dragoman.client.CaptionClient.Patience;
import io.dragoman.protocol.ClientMessage;
import io.dragoman.protocol.ClientMessage.Resume;
import io.dragoman.protocol.ClientMessage.SessionStart;
import io.dragoman.protocol.ErrorCode;
import io.dragoman.protocol.ServerMessage;
import io.helidon.websocket.WsSession;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A client goes on with its session by itself, whatever befalls its connection. */
@Timeout(180)
final class ResumingClientTest {
  private static final Duration SOON = Duration.ofSeconds(60);

  /** Java's WebSocket does not tell of every end, so this long a test may take for one. */
  private static final Patience PATIENT =
      new Patience(Duration.ofSeconds(10), Duration.ofSeconds(10));

  private static final ServerMessage.SessionEnded BYE =
      new ServerMessage.SessionEnded("client", new ServerMessage.Usage(100, 0, 0));

  private final byte[] pcm = new byte[2_400];
  private final Story story = new Story();

  /** What a client is told beside messages. */
  private static final class Story implements CaptionClient.Listener {
    private final Queue<ServerMessage> messages = new ConcurrentLinkedQueue<>();
    private final Queue<Ending> interruptions = new ConcurrentLinkedQueue<>();
    private final Queue<Duration> absences = new ConcurrentLinkedQueue<>();

    @Override
    public void onMessage(String raw, @Nullable ServerMessage message) {
      if (message != null) {
        messages.add(message);
      }
    }

    @Override
    public void onInterrupted(Ending why) {
      interruptions.add(why);
    }

    @Override
    public void onResumed(Duration away) {
      absences.add(away);
    }
  }

  @BeforeEach
  void speak() {
    RandomGenerator.of("L64X128MixRandom").nextBytes(pcm);
  }

  /** Takes an interrupted session up at a sample; else it is a node like any other. */
  private static void resuming(WsSession session, ClientMessage message, long fromSample) {
    if (message instanceof SessionStart start && start.resume() != null) {
      say(session, new ServerMessage.SessionResumed(2, fromSample, "token 2", 60, "n2"));
    } else {
      FakeNode.behaved(session, message);
    }
  }

  private static List<Resume> resumes(FakeNode node) {
    return node.received.stream()
        .filter(SessionStart.class::isInstance)
        .map(message -> ((SessionStart) message).resume())
        .filter(resume -> resume != null)
        .toList();
  }

  private static byte[] both(byte[] before, byte[] after) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    all.writeBytes(before);
    all.writeBytes(after);
    return all.toByteArray();
  }

  @Test
  void aCutConnectionIsReplacedAndTheRestIsSaidAgain() throws Exception {
    try (FakeNode node = new FakeNode((session, message) -> resuming(session, message, 500));
        Relay line = new Relay(node.address());
        CaptionClient client = CaptionClient.connect(line.address(), START, story, PATIENT)) {
      client.awaitStarted(SOON);
      client.sendAudio(pcm);
      await().until(() -> node.audio().length == pcm.length);

      line.cut();
      await().until(() -> !story.absences.isEmpty());
      client.send(new ClientMessage.SessionEnd());

      assertTrue(client.awaitEnd().regular());
      assertEquals(List.of(new Resume("token", 1, 0)), resumes(node));
      assertArrayEquals(both(pcm, Arrays.copyOfRange(pcm, 1_000, 2_400)), node.audio());
      assertEquals(1, story.interruptions.size());
    }
  }

  @Test
  void whatIsSaidWhileNobodyHearsIsSentLater() throws Exception {
    AtomicInteger refused = new AtomicInteger();
    try (FakeNode node =
            new FakeNode(
                (session, message) -> {
                  if (message instanceof SessionStart start
                      && start.resume() != null
                      && refused.incrementAndGet() < 3) {
                    say(session, failure(ErrorCode.UNAVAILABLE, true));
                    session.close(4429, "unavailable");
                  } else {
                    resuming(session, message, 0);
                  }
                });
        Relay line = new Relay(node.address());
        CaptionClient client = CaptionClient.connect(line.address(), START, story, PATIENT)) {
      client.awaitStarted(SOON);
      line.cut();
      await().until(() -> !story.interruptions.isEmpty());

      client.sendAudio(pcm);
      client.send(new ClientMessage.SessionEnd());

      assertTrue(client.awaitEnd().regular());
      assertArrayEquals(pcm, node.audio());
      assertEquals(3, resumes(node).size());
      assertEquals(1, story.interruptions.size());
    }
  }

  @Test
  void theEndIsAskedForAgain() throws Exception {
    AtomicInteger ends = new AtomicInteger();
    try (FakeNode node =
            new FakeNode(
                (session, message) -> {
                  if (!(message instanceof ClientMessage.SessionEnd)
                      || ends.incrementAndGet() > 1) {
                    resuming(session, message, 1_200);
                  }
                });
        Relay line = new Relay(node.address());
        CaptionClient client = CaptionClient.connect(line.address(), START, story, PATIENT)) {
      client.awaitStarted(SOON);
      client.sendAudio(pcm);
      client.send(new ClientMessage.SessionEnd());
      await().until(() -> ends.get() == 1);

      line.cut();

      assertTrue(client.awaitEnd().regular());
      assertArrayEquals(pcm, node.audio());
    }
  }

  @Test
  void aNodeThatLeavesSendsItsClientToTheNext() throws Exception {
    try (FakeNode leaving =
            new FakeNode(
                (session, message) -> {
                  FakeNode.behaved(session, message);
                  if (message instanceof ClientMessage.Finalize) {
                    say(session, new ServerMessage.SessionMoving(1_000));
                  }
                });
        FakeNode next = new FakeNode((session, message) -> resuming(session, message, 0))) {
      SessionAddress doors =
          SessionAddress.parse(
              "ws://" + leaving.address().authority(), "ws://" + next.address().authority());
      try (CaptionClient client = CaptionClient.connect(doors, START, story, PATIENT)) {
        client.awaitStarted(SOON);
        client.sendAudio(pcm);
        client.send(new ClientMessage.Finalize());
        await().until(() -> !story.absences.isEmpty());
        client.send(new ClientMessage.SessionEnd());

        assertTrue(client.awaitEnd().regular());
        assertArrayEquals(pcm, next.audio());
      }
    }
  }

  @Test
  void aSilentNodeIsLeftAndAnIdleOneIsNot() throws Exception {
    Duration patience = Duration.ofSeconds(3);
    try (FakeNode silent = new FakeNode((session, message) -> resuming(session, message, 0));
        FakeNode idle = new FakeNode((session, message) -> resuming(session, message, 0));
        CaptionClient left =
            CaptionClient.connect(silent.address(), START, story, new Patience(SOON, patience));
        CaptionClient kept =
            CaptionClient.connect(
                idle.address(), START, (raw, message) -> {}, new Patience(SOON, patience))) {
      left.awaitStarted(SOON);
      kept.awaitStarted(SOON);
      silent.fallSilent();

      await().until(() -> !story.absences.isEmpty());

      assertEquals(
          silent.address().authority() + " fell silent", story.interruptions.element().describe());
      assertTrue(story.absences.element().compareTo(patience) >= 0);
      assertEquals(List.of(), resumes(idle));
    }
  }

  @Test
  void theLastTokenAndNumberAreTold() throws Exception {
    try (FakeNode node =
            new FakeNode(
                (session, message) -> {
                  if (message instanceof SessionStart start && start.resume() == null) {
                    say(session, STARTED);
                    session.send("{\"type\":\"surprise\",\"seq\":2}", true);
                    say(session, new ServerMessage.AudioAck(3, 1_200));
                  } else {
                    resuming(session, message, 1_200);
                  }
                });
        Relay line = new Relay(node.address());
        CaptionClient client = CaptionClient.connect(line.address(), START, story, PATIENT)) {
      client.awaitStarted(SOON);
      await()
          .until(() -> story.messages.stream().anyMatch(ServerMessage.AudioAck.class::isInstance));
      client.sendAudio(pcm);
      await().until(() -> node.audio().length == pcm.length);
      client.send(new ClientMessage.SessionUpdate(new ClientMessage.Partials(false, null)));
      for (int lost = 1; lost <= 2; lost++) {
        int times = lost;
        line.cut();
        await().until(() -> story.absences.size() == times);
      }

      assertEquals("token", resumes(node).getFirst().token());
      assertEquals(3, resumes(node).getFirst().lastSeq());
      assertEquals("token 2", resumes(node).getLast().token());
      SessionStart again =
          (SessionStart)
              node.received.stream()
                  .filter(SessionStart.class::isInstance)
                  .reduce((before, after) -> after)
                  .orElseThrow();
      assertEquals(new ClientMessage.Partials(false, null), again.partials());
    }
  }

  @Test
  void aSessionThatIsNotKeptAnyMoreEnds() throws Exception {
    try (FakeNode node =
            new FakeNode(
                (session, message) -> {
                  if (message instanceof SessionStart start && start.resume() != null) {
                    say(session, failure(ErrorCode.RESUME_UNAVAILABLE, false));
                    session.close(4404, "resume_unavailable");
                  } else {
                    FakeNode.behaved(session, message);
                  }
                });
        Relay line = new Relay(node.address());
        CaptionClient client = CaptionClient.connect(line.address(), START, story, PATIENT)) {
      client.awaitStarted(SOON);
      line.cut();

      assertEquals("the node ended the session: It is said why.", client.awaitEnd().describe());
      assertThrows(ClientException.class, () -> client.sendAudio(pcm));
    }
  }

  @Test
  void anErrorThatWasNotFatalSaysNothingOfALaterClose() throws Exception {
    ServerMessage.Failure passing =
        new ServerMessage.Failure(
            ErrorCode.SPEECH_UNAVAILABLE, false, true, 600_000L, 10_000L, "Speech fails.");
    try (FakeNode node =
            new FakeNode(
                (session, message) -> {
                  resuming(session, message, 0);
                  if (message instanceof ClientMessage.Finalize) {
                    say(session, passing);
                  } else if (message instanceof ClientMessage.Keepalive) {
                    session.close(1012, "moving");
                  }
                });
        CaptionClient client = CaptionClient.connect(node.address(), START, story, PATIENT)) {
      client.awaitStarted(SOON);
      client.send(new ClientMessage.Finalize());
      await().until(() -> story.messages.contains(passing));
      client.send(new ClientMessage.Keepalive());
      await().until(() -> !story.absences.isEmpty());

      String why = story.interruptions.element().describe();
      assertFalse(why.contains("Speech fails."), why);
    }
  }

  @Test
  void aBugThatComesAgainEndsIt() throws Exception {
    try (FakeNode node =
            new FakeNode(
                (session, message) -> {
                  resuming(session, message, 0);
                  if (message instanceof SessionStart) {
                    say(session, failure(ErrorCode.INTERNAL, true));
                    session.close(4500, "internal");
                  }
                });
        CaptionClient client = CaptionClient.connect(node.address(), START, story, PATIENT)) {
      assertEquals(
          "a bug came again soon after another one: the node ended the session: It is said why.",
          client.awaitEnd().describe());
      assertEquals(1, resumes(node).size());
      assertEquals(1, story.interruptions.size());
    }
  }

  @Test
  void nobodyIsAskedForLongerThanTheSessionIsKept() throws Exception {
    try (FakeNode node =
        new FakeNode(
            (session, message) -> {
              if (message instanceof SessionStart start && start.resume() == null) {
                say(
                    session,
                    new ServerMessage.SessionStarted(
                        "s1", 1, 0, "token", 1, STARTED.limits(), "n1", List.of()));
              }
            })) {
      Relay line = new Relay(node.address());
      try (CaptionClient client = CaptionClient.connect(line.address(), START, story, PATIENT)) {
        client.awaitStarted(SOON);
        line.close();

        Ending ending = client.awaitEnd();

        assertFalse(ending.regular());
        assertTrue(
            ending.describe().startsWith("no node took the session up again within 1 s"),
            ending.describe());
      }
    }
  }

  @Test
  void aLastWordIsEnough() throws Exception {
    try (FakeNode node =
            new FakeNode(
                (session, message) -> {
                  if (message instanceof ClientMessage.SessionEnd) {
                    say(session, BYE);
                  } else {
                    FakeNode.behaved(session, message);
                  }
                });
        Relay line = new Relay(node.address());
        CaptionClient client = CaptionClient.connect(line.address(), START, story, PATIENT)) {
      client.awaitStarted(SOON);
      client.send(new ClientMessage.SessionEnd());
      await().until(() -> story.messages.contains(BYE));

      line.cut();

      assertTrue(client.awaitEnd().regular());
      assertEquals(0, story.interruptions.size());
    }
  }

  @Test
  void whoGivesUpIsLeftInPeace() throws Exception {
    try (FakeNode node = new FakeNode((session, message) -> resuming(session, message, 0));
        CaptionClient client = CaptionClient.connect(node.address(), START, story, PATIENT)) {
      client.awaitStarted(SOON);
      client.close();

      assertFalse(client.awaitEnd().regular());
      assertEquals(0, story.interruptions.size());
      assertThrows(ClientException.class, () -> client.send(new ClientMessage.Keepalive()));
    }
  }

  private static ServerMessage.Failure failure(ErrorCode code, boolean later) {
    return new ServerMessage.Failure(code, true, later, later ? 1L : null, null, "It is said why.");
  }
}
