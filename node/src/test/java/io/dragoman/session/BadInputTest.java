package io.dragoman.session;

import static io.dragoman.session.RawClient.BINARY;
import static io.dragoman.session.RawClient.CLOSE;
import static io.dragoman.session.RawClient.LAST;
import static io.dragoman.session.RawClient.PING;
import static io.dragoman.session.RawClient.START;
import static io.dragoman.session.RawClient.TEXT;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.dragoman.session.RawClient.Ending;
import java.io.IOException;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Whatever a client sends, it is told by an error what was wrong, then closed with the protocol's
 * code; nothing of it stays, nothing of it is logged, and a session beside it does not notice.
 */
@Timeout(180)
class BadInputTest {
  private static final String SID = "session-for-tests-1";
  private static final String RATE =
      """
      {"type":"session.start","kind":"translation","source":["en-US"],"targets":[],\
      "audio":{"encoding":"%s","sample_rate":%s,"channels":%s}}""";

  private final TestNode node = new TestNode.Limits().start();

  @AfterEach
  void stop() {
    node.close();
  }

  /** What a client does, and what it must be told. */
  private record Case(String name, Deed deed, String error, int close) {
    @Override
    public String toString() {
      return name;
    }
  }

  @FunctionalInterface
  private interface Deed {
    void on(RawClient client) throws IOException;
  }

  static Stream<Case> afterTheHandshake() {
    return Stream.of(
        said("not JSON", "hello", "bad_message", 4400),
        said("an empty message", "", "bad_message", 4400),
        said("an array", "[]", "bad_message", 4400),
        said("half an object", "{\"type\":\"session.start\"", "bad_message", 4400),
        said("two objects", "{\"type\":\"keepalive\"}{}", "bad_message", 4400),
        said("an unknown type", "{\"type\":\"session.stop\"}", "bad_message", 4400),
        said("no type", "{\"kind\":\"translation\"}", "bad_message", 4400),
        said("a type that is a number", "{\"type\":1}", "bad_message", 4400),
        said("deep nesting", "{\"type\":" + "[".repeat(30_000), "bad_message", 4400),
        said(
            "another kind", "{\"type\":\"session.start\",\"kind\":\"opera\"}", "unsupported", 4400),
        said("another encoding", RATE.formatted("mp3", "24000", "1"), "unsupported", 4400),
        said("a rate of zero", RATE.formatted("pcm_s16le", "0", "1"), "unsupported", 4400),
        said("a negative rate", RATE.formatted("pcm_s16le", "-1", "1"), "unsupported", 4400),
        said("a rate of 4 GHz", RATE.formatted("pcm_s16le", "4e9", "1"), "bad_message", 4400),
        said("two channels", RATE.formatted("pcm_s16le", "24000", "2"), "unsupported", 4400),
        said(
            "a language of 36 characters",
            START.replace("\"es\"", "\"es" + "-latn".repeat(6) + "-abc\""),
            "unsupported",
            4400),
        said("no start", "{\"type\":\"finalize\"}", "out_of_order", 4400),
        did("audio before start", c -> c.audio(480), "out_of_order", 4400),
        did(
            "an unmasked frame",
            c -> c.raw((byte) 0x81, (byte) 1, (byte) 'x'),
            "protocol_error",
            1002),
        did(
            "a reserved bit",
            c -> c.frame(LAST | 0x40 | TEXT, bytes("{}")),
            "protocol_error",
            1002),
        did("a reserved opcode", c -> c.frame(LAST | 3, bytes("{}")), "protocol_error", 1002),
        did(
            "a reserved control opcode",
            c -> c.frame(LAST | 11, bytes("")),
            "protocol_error",
            1002),
        did("a ping in fragments", c -> c.frame(PING, bytes("")), "protocol_error", 1002),
        did("a long ping", c -> c.frame(LAST | PING, new byte[126]), "protocol_error", 1002),
        did("a continuation of nothing", c -> c.frame(LAST, bytes("{}")), "protocol_error", 1002),
        did("a message inside a message", BadInputTest::nestMessages, "protocol_error", 1002),
        did("a length in too many bytes", BadInputTest::longLength, "protocol_error", 1002),
        did("a negative length", BadInputTest::negativeLength, "protocol_error", 1002),
        did("a close of one byte", c -> c.frame(LAST | CLOSE, new byte[1]), "protocol_error", 1002),
        did("a close with 1005", c -> c.close(1005), "protocol_error", 1002),
        did("a close with 1006", c -> c.close(1006), "protocol_error", 1002),
        did("a close with 999", c -> c.close(999), "protocol_error", 1002),
        did("a close with 5000", c -> c.close(5000), "protocol_error", 1002),
        did(
            "a close with a bad reason",
            c -> c.frame(LAST | CLOSE, new byte[] {3, (byte) 0xe8, (byte) 0xff}),
            "invalid_utf8",
            1007),
        did(
            "text that is not UTF-8",
            c -> c.frame(LAST | TEXT, new byte[] {(byte) 0xc3, 0x28}),
            "invalid_utf8",
            1007),
        did(
            "a surrogate in UTF-8",
            c -> c.frame(LAST | TEXT, new byte[] {(byte) 0xed, (byte) 0xa0, (byte) 0x80}),
            "invalid_utf8",
            1007),
        did("half a code point, in fragments", BadInputTest::halfCodePoint, "invalid_utf8", 1007),
        did("a message too big", c -> c.frame(LAST | TEXT, new byte[65_537]), "too_big", 4413),
        did("a message said to be huge", BadInputTest::hugeLength, "too_big", 4413),
        did("fragments too big together", BadInputTest::bigFragments, "too_big", 4413),
        did("endless fragments of nothing", BadInputTest::endlessFragments, "too_big", 4413));
  }

  static Stream<Case> afterTheStart() {
    return Stream.of(
        said("a second start", START, "out_of_order", 4400),
        did("half a sample", c -> c.audio(481), "bad_message", 4400),
        did("audio too big", c -> c.audio(65_538), "too_big", 4413),
        did("audio after the end", BadInputTest::audioAfterEnd, "out_of_order", 4400));
  }

  @ParameterizedTest
  @MethodSource("afterTheHandshake")
  void isRefused(Case bad) throws IOException {
    try (RawClient client = RawClient.connect(node.port(), SID)) {
      assertRefused(bad, client);
    }
  }

  @ParameterizedTest
  @MethodSource({"afterTheHandshake", "afterTheStart"})
  void endsARunningSessionOnlyForItself(Case bad) throws IOException {
    try (Logs logs = new Logs();
        RawClient beside = RawClient.started(node.port(), "session-beside-it-1");
        RawClient client = RawClient.started(node.port(), SID)) {
      node.recognizer.quiet = true;
      if (bad.name().equals("no start") || bad.name().equals("audio before start")) {
        client.close(1000);
        assertEquals(1000, client.end(false).closeCode());
      } else if (bad.error().equals("unsupported")) {
        assertRefused(new Case(bad.name(), bad.deed(), "out_of_order", 4400), client);
      } else {
        assertRefused(bad, client);
      }
      node.recognizer.quiet = false;
      beside.audio(4_800);
      beside.text("{\"type\":\"session.end\"}");
      Ending ending = beside.end();
      assertEquals(1000, ending.closeCode());
      assertEquals(
          List.of("2400 samples", "2400 SAMPLES", "2400 SAMPLES"),
          ending.of("caption").stream()
              .filter(caption -> caption.path("final").asBoolean())
              .map(caption -> caption.path("text").asText())
              .sorted()
              .toList()
              .reversed());
      assertEquals(List.of(), logs.lines());
    }
  }

  @Test
  void anUpdateToAnUnknownStabilityIsRefused() throws IOException {
    try (RawClient client = RawClient.started(node.port(), SID)) {
      client.text("{\"type\":\"session.update\",\"partials\":{\"stability\":\"fast\"}}");
      client.text("{\"type\":\"session.update\",\"partials\":{\"stability\":\"wobbly\"}}");
      Ending ending = client.end();
      assertEquals("unsupported", ending.errorCode());
      assertEquals(4400, ending.closeCode());
    }
  }

  @Test
  void aBadSidIsRefused() throws IOException {
    for (String sid :
        List.of("", "short", "x".repeat(65), "session%00for-tests-1", "session.for.tests")) {
      try (RawClient client = RawClient.connect(node.port(), sid)) {
        Ending ending = client.end();
        assertEquals("bad_message", ending.errorCode(), sid);
        assertEquals(4400, ending.closeCode());
      }
    }
    await().until(node::isEmpty);
  }

  @Test
  void aCodePointMayBeSplit() throws IOException {
    try (RawClient client = RawClient.connect(node.port(), SID)) {
      byte[] message = START.replace("}]", "}],\"note\":\"ж𝄞\"").getBytes(UTF_8);
      client.frame(TEXT, new byte[] {message[0]});
      for (int i = 1; i < message.length - 1; i++) {
        client.frame(0, new byte[] {message[i]});
        client.frame(LAST | PING, new byte[] {(byte) i});
      }
      client.frame(LAST, new byte[] {message[message.length - 1]});
      assertNotNull(client.await("session.started"));
    }
  }

  private void assertRefused(Case bad, RawClient client) throws IOException {
    bad.deed().on(client);
    Ending ending = client.end();
    assertEquals(bad.error(), ending.errorCode());
    assertEquals(bad.close(), ending.closeCode());
    assertEquals(bad.error(), ending.closeReason());
    JsonNode error = ending.of("error").getLast();
    assertTrue(error.path("fatal").asBoolean());
    assertTrue(error.path("message").asText().length() > 10);
    assertEquals(error, ending.messages().getLast(), "the error is the last word");
    assertEquals(false, ending.reset());
  }

  private static Case said(String name, String message, String error, int close) {
    return new Case(name, client -> client.text(message), error, close);
  }

  private static Case did(String name, Deed deed, String error, int close) {
    return new Case(name, deed, error, close);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }

  private static void nestMessages(RawClient client) throws IOException {
    client.frame(TEXT, bytes("{"));
    client.frame(LAST | TEXT, bytes("}"));
  }

  private static void longLength(RawClient client) throws IOException {
    client.raw(
        (byte) 0x81, (byte) 0xfe, (byte) 0, (byte) 2, (byte) 0, (byte) 0, (byte) 0, (byte) 0);
    client.raw((byte) '{', (byte) '}');
  }

  private static void negativeLength(RawClient client) throws IOException {
    client.raw((byte) 0x82, (byte) 0xff, (byte) 0xff);
    client.raw(new byte[11]);
    // What follows cannot be framed any more, so it is not answered with a close but ended.
    client.halfClose();
  }

  private static void halfCodePoint(RawClient client) throws IOException {
    client.frame(TEXT, new byte[] {'"', (byte) 0xf0});
    client.frame(0, new byte[] {(byte) 0x9d});
    client.frame(LAST, new byte[] {'"'});
  }

  private static void hugeLength(RawClient client) throws IOException {
    client.raw((byte) 0x82, (byte) 0xff, (byte) 0x40);
    client.raw(new byte[11]);
    client.halfClose();
  }

  private static void bigFragments(RawClient client) throws IOException {
    client.frame(BINARY, new byte[40_000]);
    client.frame(0, new byte[40_000]);
  }

  private static void endlessFragments(RawClient client) throws IOException {
    client.frame(TEXT, new byte[0]);
    for (int i = 0; i < 1_000; i++) {
      client.frame(0, new byte[0]);
    }
  }

  private static void audioAfterEnd(RawClient client) throws IOException {
    // Without a final there is nothing to wait for, so the end must not come first.
    client.raw(
        concat(
            RawClient.masked(LAST | TEXT, bytes("{\"type\":\"session.end\"}")),
            RawClient.masked(LAST | BINARY, new byte[2])));
  }

  private static byte[] concat(byte[] first, byte[] second) {
    byte[] both = java.util.Arrays.copyOf(first, first.length + second.length);
    System.arraycopy(second, 0, both, first.length, second.length);
    return both;
  }
}
