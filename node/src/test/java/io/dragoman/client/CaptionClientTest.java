package io.dragoman.client;

import static io.dragoman.client.FakeNode.START;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dragoman.protocol.ClientMessage;
import io.dragoman.protocol.ErrorCode;
import io.dragoman.protocol.ServerMessage;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Base64;
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
          "no session: the node ended the session: This node carries 10 sessions.", e.getMessage());
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

  /** As of a node that begins to leave in that moment. */
  @Test
  void aCloseThatComesWithTheHandshakeIsAnEnding() throws Exception {
    try (ServerSocket node = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Thread.ofVirtual().start(() -> closeAtOnce(node));
      SessionAddress address = SessionAddress.parse("ws://127.0.0.1:" + node.getLocalPort());
      try (CaptionClient client = CaptionClient.connect(address, START, (raw, message) -> {})) {
        assertEquals("the node closed the session with 1012", client.awaitEnd().describe());
      }
    }
  }

  private static void closeAtOnce(ServerSocket node) {
    try (Socket client = node.accept()) {
      String key =
          new BufferedReader(new InputStreamReader(client.getInputStream(), ISO_8859_1))
              .lines()
              .filter(line -> line.startsWith("Sec-WebSocket-Key: "))
              .map(line -> line.substring("Sec-WebSocket-Key: ".length()))
              .findFirst()
              .orElseThrow();
      byte[] accept =
          MessageDigest.getInstance("SHA-1")
              .digest((key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").getBytes(ISO_8859_1));
      String head =
          "HTTP/1.1 101 .\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: "
              + Base64.getEncoder().encodeToString(accept)
              + "\r\n\r\n";
      String close = new String(new char[] {0x88, 2, 1012 >> 8, 1012 & 0xff});
      client.getOutputStream().write((head + close).getBytes(ISO_8859_1));
      client.getInputStream().transferTo(OutputStream.nullOutputStream());
    } catch (IOException | GeneralSecurityException e) {
      // The client is gone.
    }
  }
}
