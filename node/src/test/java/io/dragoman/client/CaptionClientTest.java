package io.dragoman.client;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dragoman.protocol.ClientMessage;
import io.dragoman.protocol.ErrorCode;
import io.dragoman.protocol.ServerMessage;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(180)
class CaptionClientTest {
  private static final Duration SOON = Duration.ofSeconds(60);
  private static final ClientMessage.SessionStart START =
      new ClientMessage.SessionStart(
          "translation",
          new ClientMessage.Audio("pcm_s16le", 24_000, 1),
          List.of("en-US"),
          List.of(new ClientMessage.Target("es")),
          null,
          true,
          null);

  private record Heard(String raw, @Nullable ServerMessage message) {}

  private final Queue<Heard> heard = new ConcurrentLinkedQueue<>();

  private CaptionClient connect(SessionAddress address) throws Exception {
    return CaptionClient.connect(
        address, START, (raw, message) -> heard.add(new Heard(raw, message)));
  }

  @Test
  void aSessionFromItsStartToItsEnd() throws Exception {
    byte[] pcm = new byte[2_400];
    RandomGenerator.of("L64X128MixRandom").nextBytes(pcm);
    try (FakeNode node = new FakeNode(FakeNode::behaved);
        CaptionClient client = connect(node.address())) {
      assertEquals("n1", client.awaitStarted(SOON).node());
      client.sendAudio(pcm);
      client.send(new ClientMessage.SessionEnd());

      Ending ending = client.awaitEnd(SOON);

      assertNotNull(ending);
      assertTrue(ending.regular(), ending.describe());
      assertEquals(List.of(START, new ClientMessage.SessionEnd()), List.copyOf(node.received));
      assertArrayEquals(pcm, node.audio());
      assertEquals(
          List.of("session.started", "session.ended"),
          heard.stream()
              .filter(h -> !(h.message() instanceof ServerMessage.Heartbeat))
              .map(h -> h.raw().replaceAll(".*\"type\":\"([a-z.]+)\".*", "$1"))
              .toList());
    }
  }

  @Test
  void whatIsNotKnownReachesTheListenerAsItCame() throws Exception {
    String unknown = "{\"type\":\"surprise\",\"seq\":7,\"from_sample\":1,\"to_sample\":2}";
    try (FakeNode node =
            new FakeNode(
                (session, message) -> {
                  if (message instanceof ClientMessage.SessionStart) {
                    session.send(unknown.substring(0, 9), false);
                    session.send(unknown.substring(9), true);
                  }
                  FakeNode.behaved(session, message);
                });
        CaptionClient client = connect(node.address())) {
      client.awaitStarted(SOON);

      assertEquals(new Heard(unknown, null), heard.peek());
    }
  }

  @Test
  void aRefusalSaysWhy() throws Exception {
    try (FakeNode node =
            new FakeNode(
                (session, _) -> {
                  FakeNode.say(
                      session,
                      new ServerMessage.Failure(
                          ErrorCode.FULL,
                          true,
                          true,
                          500L,
                          null,
                          "This node carries 10 sessions."));
                  session.close(4429, "full");
                });
        CaptionClient client = connect(node.address())) {
      ClientException e = assertThrows(ClientException.class, () -> client.awaitStarted(SOON));

      assertEquals(
          "no session: the node closed the session with 4429: This node carries 10 sessions.",
          e.getMessage());
    }
  }

  @Test
  void whatIsNoMessageEndsTheSession() throws Exception {
    try (FakeNode node = new FakeNode((session, _) -> session.send("hello", true));
        CaptionClient client = connect(node.address())) {
      ClientException e = assertThrows(ClientException.class, () -> client.awaitStarted(SOON));

      assertTrue(e.getMessage().contains("not a message"), e.getMessage());
    }
  }

  @Test
  void nobodyThereIsASentence() throws Exception {
    SessionAddress address = SessionAddress.parse("ws://127.0.0.1:" + closedPort());

    ClientException e = assertThrows(ClientException.class, () -> connect(address));

    assertEquals("nothing answers at " + address.authority(), e.getMessage());
  }

  @Test
  void aServerWithoutSessionsIsASentence() throws Exception {
    try (FakeNode node = new FakeNode(FakeNode::behaved)) {
      SessionAddress elsewhere =
          SessionAddress.parse("ws://" + node.address().authority() + "/elsewhere");

      ClientException e = assertThrows(ClientException.class, () -> connect(elsewhere));

      assertEquals(elsewhere.authority() + " answered 404 instead of a session", e.getMessage());
    }
  }

  private static int closedPort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }
}
