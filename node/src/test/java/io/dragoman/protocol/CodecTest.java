package io.dragoman.protocol;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dragoman.protocol.Codec.BadMessageException;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class CodecTest {

  static Stream<ClientMessage> clientMessages() {
    return Stream.of(
        new ClientMessage.SessionStart(
            "translation",
            new ClientMessage.Audio("pcm_s16le", 24_000, 1),
            List.of("en-US"),
            List.of(new ClientMessage.Target("es")),
            new ClientMessage.Partials(true, "balanced"),
            true,
            new ClientMessage.Resume("token", 811, 4_392_000)),
        new ClientMessage.SessionUpdate(new ClientMessage.Partials(false, "fast")),
        new ClientMessage.Finalize(),
        new ClientMessage.Keepalive(),
        new ClientMessage.SessionEnd());
  }

  static Stream<ServerMessage> serverMessages() {
    return Stream.of(
        new ServerMessage.SessionStarted(
            "sid", 1, 0, "token", 60, new ServerMessage.Limits(1, 2, 3), "n1", List.of("openai")),
        new ServerMessage.Caption(
            815L,
            "session-for-tests.0",
            1,
            9,
            ServerMessage.Role.TRANSLATION,
            "es",
            true,
            null,
            null,
            "Hola",
            1,
            2),
        new ServerMessage.AudioAck(816, 4_392_000),
        new ServerMessage.SessionResumed(2, 4_392_000, "token", 60, "n2"),
        new ServerMessage.Gap(817, 4_392_000, 4_400_000),
        new ServerMessage.Heartbeat(4_401_000),
        new ServerMessage.Speech("start", 1_800),
        new ServerMessage.Status(
            "waiting", "quota.tokens", new ServerMessage.Share(44, 15_250), 900L),
        new ServerMessage.Status("waiting", "quota.no_majority", null, null),
        new ServerMessage.Failure(ErrorCode.SPEECH_UNAVAILABLE, false, true, 500L, 40_000L, "why"),
        new ServerMessage.SessionMoving(30_000),
        new ServerMessage.SessionEnded("client", new ServerMessage.Usage(1, 2, 3)));
  }

  @ParameterizedTest
  @MethodSource("clientMessages")
  void whatAClientSaysIsUnderstood(ClientMessage message) throws BadMessageException {
    assertEquals(message, Codec.decodeClient(Codec.encode(message)));
  }

  @ParameterizedTest
  @MethodSource("serverMessages")
  void whatANodeSaysIsUnderstood(ServerMessage message) throws BadMessageException {
    assertEquals(message, Codec.decodeServer(Codec.encode(message)));
  }

  @Test
  void aPartialHasTheFieldsOfTheProtocolAndNoOthers() {
    assertEquals(
        """
        {"type":"caption","seg":"s.0","epoch":1,"rev":7,"role":"translation","lang":"es","final":false,\
        "stable":"Hola,","tentative":" que","start_ms":1830,"end_ms":2510}""",
        Codec.encode(
            new ServerMessage.Caption(
                null,
                "s.0",
                1,
                7,
                ServerMessage.Role.TRANSLATION,
                "es",
                false,
                "Hola,",
                " que",
                null,
                1830,
                2510)));
  }

  @Test
  void aClientIgnoresWhatItDoesNotKnow() throws BadMessageException {
    assertNull(Codec.decodeServer("{\"type\":\"of.tomorrow\",\"seq\":1}"));
    assertEquals(
        new ServerMessage.Heartbeat(7),
        Codec.decodeServer("{\"type\":\"heartbeat\",\"received_sample\":7,\"of\":\"tomorrow\"}"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "null",
        "[]",
        "secret",
        "\"secret\"",
        "{\"type\":\"secret\"}",
        "{\"secret\":1}",
        "{\"type\":\"session.end\"",
        "{\"type\":\"session.start\",\"audio\":\"secret\"}",
        "{\"type\":\"keepalive\"} secret",
        "{\"type\":\"keepalive\"}{\"type\":\"keepalive\"}",
        "{\"type\":\"keepalive\",\"secret\":1,\"secret\":2}",
        "{\"type\":\"session.start\",\"audio\":{\"sample_rate\":\"24000\"}}",
        "{\"type\":\"session.start\",\"audio\":{\"sample_rate\":24000.5}}",
        "{\"type\":\"session.start\",\"audio\":{\"sample_rate\":1e400}}",
        "{\"type\":\"session.start\",\"audio\":{\"sample_rate\":99999999999999}}"
      })
  void aBadMessageIsRefusedWithoutQuotingIt(String json) {
    BadMessageException refused =
        assertThrows(BadMessageException.class, () -> Codec.decodeClient(json));
    assertFalse(refused.reason().contains("secret"), refused.reason());
    assertTrue(refused.reason().length() > 10);
  }

  static Stream<String> excesses() {
    return Stream.of(
        "{\"type\":\"keepalive\",\"deep\":" + "[".repeat(10_000) + "]".repeat(10_000) + "}",
        "{\"type\":\"session.start\",\"kind\":\"" + "x".repeat(5_000) + "\"}",
        "{\"type\":\"keepalive\",\"" + "x".repeat(1_000) + "\":1}",
        "{\"type\":\"keepalive\",\"number\":" + "9".repeat(1_000) + "}",
        "{\"type\":\"keepalive\",\"many\":[" + "1,".repeat(10_000) + "1]}");
  }

  @ParameterizedTest
  @MethodSource("excesses")
  void whatIsTooDeepOrTooLongIsRefused(String json) {
    BadMessageException refused =
        assertThrows(BadMessageException.class, () -> Codec.decodeClient(json));
    assertTrue(refused.reason().startsWith("the message is nested too deeply"), refused.reason());
  }
}
