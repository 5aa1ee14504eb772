package io.dragoman.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SessionAddressTest {

  @Test
  void aHostAndPortAreEnough() throws ClientException {
    String uri = SessionAddress.parse("ws://127.0.0.1:8080").uris().getFirst().toString();

    assertTrue(uri.matches("ws://127\\.0\\.0\\.1:8080/v1/session\\?sid=[A-Za-z0-9_-]{16,64}"), uri);
  }

  @Test
  void aPathOfItsOwnIsKept() throws ClientException {
    assertEquals(
        "/de/v1/session",
        SessionAddress.parse("wss://host/de/v1/session").uris().getFirst().getPath());
  }

  @Test
  void everySessionHasItsOwnName() throws ClientException {
    assertNotEquals(SessionAddress.parse("ws://host:1"), SessionAddress.parse("ws://host:1"));
  }

  @Test
  void allDoorsLeadToTheSameSession() throws ClientException {
    SessionAddress address = SessionAddress.parse("ws://a:1", "wss://b:2");

    assertEquals(address.uris().getFirst().getQuery(), address.uris().getLast().getQuery());
    assertEquals("b:2", address.uris().getLast().getAuthority());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "host:8080", "http://host:8080", "ws://", "ws://h?sid=x", "ws://a b"})
  void anythingElseIsRefused(String url) {
    assertThrows(ClientException.class, () -> SessionAddress.parse(url));
  }
}
