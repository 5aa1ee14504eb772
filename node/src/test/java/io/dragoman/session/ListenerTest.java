package io.dragoman.session;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dragoman.session.RawClient.Ending;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The handshake, and what a client may do before it. */
@Timeout(180)
class ListenerTest extends NodeFixture {
  private static final String TARGET = "/v1/session?sid=" + SID;

  @Test
  void theHandshakeIsAnsweredAsTheStandardSays() throws IOException {
    try (RawClient client =
        RawClient.connect(
            node.port(),
            SID,
            "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits")) {
      assertTrue(
          client.answer.contains("\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"));
      assertFalse(client.answer.contains("Sec-WebSocket-Extensions"), client.answer);
      assertFalse(client.answer.contains("Sec-WebSocket-Protocol"), client.answer);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          dragoman.v1               | true
          dragoman.v1, ticket.abc   | true
          chat,dragoman.v1          | true
          chat                      | false
          """)
  void theSubprotocolIsEchoedOnlyWhenAskedFor(String offered, boolean echoed) throws IOException {
    try (RawClient client =
        RawClient.connect(node.port(), SID, "Sec-WebSocket-Protocol: " + offered)) {
      assertEquals(echoed, client.answer.contains("\r\nSec-WebSocket-Protocol: dragoman.v1\r\n"));
      assertEquals(echoed, client.answer.contains("Sec-WebSocket-Protocol"));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"WebSocket", "WEBSOCKET", "websocket ", "h2c, WebSocket"})
  void theUpgradeIsUnderstoodInAnyCase(String upgrade) throws IOException {
    String handshake = RawClient.handshake(node.port(), TARGET);
    try (RawClient client =
        RawClient.request(
            node.port(), handshake.replace("Upgrade: websocket", "Upgrade: " + upgrade))) {
      assertTrue(client.answer.startsWith("HTTP/1.1 101 "), client.answer);
    }
  }

  @Test
  void bytesThatComeWithTheHandshakeAreRead() throws IOException {
    String start = new String(RawClient.masked(0x81, RawClient.START.getBytes()), "ISO-8859-1");
    try (RawClient client =
        RawClient.request(node.port(), RawClient.handshake(node.port(), TARGET) + start)) {
      client.await("session.started");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Upgrade: websocket\r\n",
        "Connection: Upgrade\r\n",
        "Sec-WebSocket-Version: 13\r\n",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
      })
  void aRequestThatIsNoHandshakeIsToldSo(String missing) throws IOException {
    try (Logs logs = new Logs();
        RawClient client =
            RawClient.request(
                node.port(),
                RawClient.handshake(node.port(), TARGET, "X-Close: now")
                    .replace(missing, missing.startsWith("Conn") ? "Connection: close\r\n" : ""))) {
      assertTrue(client.answer.startsWith("HTTP/1.1 426 "), client.answer);
      assertTrue(client.answer.contains("Sec-WebSocket-Version: 13\r\n"), client.answer);
      client.halfClose();
      assertTrue(client.body().contains("WebSocket"));
      assertEquals(List.of(), logs.lines());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"not base64!", "c2hvcnQ=", "\"\""})
  void aBadKeyIsToldSo(String key) throws IOException {
    try (Logs logs = new Logs();
        RawClient client =
            RawClient.request(
                node.port(),
                RawClient.handshake(node.port(), TARGET)
                    .replace("dGhlIHNhbXBsZSBub25jZQ==", key))) {
      assertTrue(client.answer.startsWith("HTTP/1.1 4"), client.answer);
      assertEquals(List.of(), logs.lines());
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      nullValues = "none",
      textBlock =
          """
          none                        | false | true
          none                        | true  | false
          http://127.0.0.1:PORT       | true  | true
          https://127.0.0.1:PORT      | false | true
          https://talks.example.org   | false | true
          HTTPS://Talks.Example.org   | false | true
          https://evil.example.org    | false | false
          http://127.0.0.1            | false | false
          null                        | false | false
          https://talks.example.org.evil.com | false | false
          """)
  void onlyKnownPagesMayConnect(String origin, boolean required, boolean admitted)
      throws IOException {
    limits.origins = List.of("https://talks.example.org");
    limits.requireOrigin = required;
    restart();
    String[] headers =
        origin == null
            ? new String[0]
            : new String[] {"Origin: " + origin.replace("PORT", "" + node.port())};
    try (RawClient client = RawClient.connect(node.port(), SID, headers)) {
      if (admitted) {
        client.text(RawClient.START);
        client.await("session.started");
      } else {
        Ending ending = client.end();
        assertEquals("origin_not_allowed", ending.errorCode());
        assertEquals(4403, ending.closeCode());
      }
    }
  }

  @Test
  void anOriginThatIsNoneIsRefusedInASentence() {
    for (String bad : List.of("talks.example.org", "https://talks.example.org/", "*", "null")) {
      try {
        new Origins(List.of(bad), false);
        throw new AssertionError(bad + " was taken");
      } catch (IllegalArgumentException e) {
        assertTrue(e.toString().contains(": sessions.origins: "), e.toString());
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "GET ",
        "GET /hello HTTP/1.1\r\nHost: here\r\nX-Slow: ",
        "GET /hello HTTP/1.1\r\n"
      })
  void aSlowHeadIsCutOff(String begun) throws IOException {
    limits.firstHead = Duration.ofMillis(400);
    restart();
    try (Logs logs = new Logs();
        Socket slow = RawClient.socket(node.port())) {
      slow.setSoTimeout(60_000);
      slow.getOutputStream().write(begun.getBytes());
      assertEquals(-1, readOrReset(slow.getInputStream()));
      assertEquals(List.of(), logs.lines());
    }
  }

  @Test
  void aSlowSecondHeadIsCutOff() throws IOException {
    limits.nextHead = Duration.ofSeconds(2);
    restart();
    try (RawClient client =
        RawClient.request(node.port(), "GET /hello HTTP/1.1\r\nHost: here\r\n\r\n")) {
      assertTrue(client.answer.startsWith("HTTP/1.1 200 "), client.answer);
      client.raw("GET /hello HTTP/1.1\r\nHost: he".getBytes());
      assertEquals("hello\n", client.body());
    }
  }

  @Test
  void aSessionIsNotHeldToTheLimitsOfHttp() throws Exception {
    limits.firstHead = Duration.ofSeconds(2);
    limits.nextHead = Duration.ofSeconds(2);
    restart();
    try (RawClient client = RawClient.started(node.port(), SID)) {
      for (int seconds = 0; seconds < 3; seconds++) {
        client.await("heartbeat");
      }
    }
  }

  @Test
  void aClientThatLeavesInTheMiddleOfAHeadIsNotLogged() throws Exception {
    try (Logs logs = new Logs()) {
      for (boolean reset : List.of(true, false)) {
        Socket socket = RawClient.socket(node.port());
        socket.getOutputStream().write("GET /hello HTTP/1.1\r\nHost: here\r\nX-".getBytes());
        socket.setSoLinger(reset, 0);
        socket.close();
      }
      try (RawClient after =
          RawClient.request(node.port(), "GET /hello HTTP/1.1\r\nHost: here\r\n\r\n")) {
        assertTrue(after.answer.startsWith("HTTP/1.1 200 "));
      }
      assertEquals(List.of(), logs.lines());
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "G\u0001T /hello HTTP/1.1\r\nHost: here\r\n\r\n",
        "GET /hello HTTP/1.1\r\n\r\n",
        "\r\n\r\n\r\n",
        "\u0016\u0003\u0001\r\n\r\n"
      })
  void whatIsNotHttpIsToldSoAndNotLogged(String request) throws IOException {
    try (Logs logs = new Logs();
        RawClient client = RawClient.request(node.port(), request)) {
      assertTrue(client.answer.startsWith("HTTP/1.1 400 "), client.answer);
      assertFalse(client.body().contains("Exception"));
      assertEquals(List.of(), logs.lines());
    }
  }

  @Test
  void anAnswerThatNobodyTakesIsNotLogged() throws Exception {
    try (Logs logs = new Logs()) {
      for (int i = 0; i < 50; i++) {
        Socket socket = RawClient.socket(node.port());
        String request = "GET /hello HTTP/1.1\r\nHost: here\r\n\r\n".repeat(5);
        socket.getOutputStream().write(request.getBytes());
        socket.setSoLinger(true, 0);
        socket.close();
      }
      RawClient.started(node.port(), SID).close();
      await().until(node::isEmpty);
      assertEquals(List.of(), logs.lines());
    }
  }

  @Test
  void aHeadThatIsTooLongIsRefused() throws IOException {
    limits.headBytes = 2_048;
    restart();
    try (Logs logs = new Logs();
        RawClient headers =
            RawClient.request(
                node.port(), RawClient.handshake(node.port(), TARGET, "X: " + "x".repeat(3_000)));
        RawClient line =
            RawClient.request(
                node.port(), RawClient.handshake(node.port(), TARGET + "x".repeat(5_000)))) {
      assertTrue(headers.answer.startsWith("HTTP/1.1 400 "), headers.answer);
      assertTrue(line.answer.startsWith("HTTP/1.1 414 "), line.answer);
      assertEquals(List.of(), logs.lines());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"Content-Length: 1000000000", "Transfer-Encoding: chunked"})
  void aBodyThatIsTooLongIsRefused(String length) throws IOException {
    try (Logs logs = new Logs();
        Socket socket = RawClient.socket(node.port())) {
      socket.setSoTimeout(60_000);
      String head = "GET /hello HTTP/1.1\r\nHost: here\r\n%s\r\n\r\n".formatted(length);
      socket.getOutputStream().write(head.getBytes());
      String chunk = "2000\r\n" + "x".repeat(0x2000) + "\r\n";
      int sent = 0;
      try {
        for (; sent < 1_000; sent++) {
          socket.getOutputStream().write(chunk.getBytes());
        }
      } catch (SocketException e) {
        // Cut off.
      }
      assertTrue(sent < 1_000, "eight megabytes were taken");
      assertEquals(List.of(), logs.lines());
    }
  }

  @Test
  void aLongAnswerMayTakeItsTime() throws Exception {
    limits.nextHead = Duration.ofSeconds(2);
    restart();
    try (RawClient client =
        RawClient.request(node.port(), "GET /long HTTP/1.1\r\nHost: here\r\n\r\n")) {
      InputStream in = client.socket.getInputStream();
      long begun = System.nanoTime();
      byte[] piece = new byte[65_536];
      for (int i = 0; i < 10; i++) {
        assertEquals(piece.length, in.readNBytes(piece, 0, piece.length));
        Thread.sleep(450);
      }
      assertTrue(System.nanoTime() - begun > limits.nextHead.multipliedBy(2).toNanos());
      assertTrue(in.readAllBytes().length > 250_000);
    }
  }

  @Test
  void anAnswerThatIsNotTakenIsCutOff() throws Exception {
    limits.nextHead = Duration.ofMillis(400);
    restart();
    try (Logs logs = new Logs();
        RawClient client =
            RawClient.request(node.port(), "GET /long HTTP/1.1\r\nHost: here\r\n\r\n")) {
      await("the node's reset").until(() -> isBroken(client));
      int taken = 0;
      try {
        taken = client.body().length();
      } catch (SocketException e) {
        // Cut off.
      }
      assertTrue(taken < TestNode.LONG_ANSWER, taken + " bytes were taken");
      assertEquals(List.of(), logs.lines());
    }
  }

  /** Whether the other side has closed; only what is sent to it tells who does not read. */
  private static boolean isBroken(RawClient client) {
    try {
      client.raw((byte) '\n');
      return false;
    } catch (IOException e) {
      return true;
    }
  }

  private static int readOrReset(InputStream in) throws IOException {
    try {
      return in.read();
    } catch (EOFException | SocketException e) {
      return -1;
    }
  }
}
