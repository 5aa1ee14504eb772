package io.dragoman.websocket;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class LobbyTest {
  private final Lobby lobby = new Lobby("test", 4);
  private final List<String> cut = new ArrayList<>();

  @Test
  void nobodyGivesWayWhileThereIsRoom() {
    enterAll("10.0.0.1 a", "10.0.0.1 b", "10.0.0.1 c", "10.0.0.1 d");
    assertEquals(List.of(), cut);
  }

  @Test
  void theOldestGivesWayWhereAllHaveOneAddress() {
    enterAll("10.0.0.1 a", "10.0.0.1 b", "10.0.0.1 c", "10.0.0.1 d", "10.0.0.1 e", "10.0.0.1 f");
    assertEquals(List.of("a", "b"), cut);
  }

  @Test
  void anAddressCrowdsOnlyItselfOut() {
    enterAll("10.0.0.9 old", "10.0.0.1 a", "10.0.0.1 b", "10.0.0.8 other");
    enterAll("10.0.0.1 c", "10.0.0.1 d", "10.0.0.7 new", "10.0.0.1 e");
    assertEquals(List.of("a", "b", "c", "d"), cut);
  }

  @Test
  void ofManyAddressesTheOldestGivesWay() {
    enterAll("10.0.0.1 a", "10.0.0.2 b", "10.0.0.3 c", "10.0.0.4 d", "10.0.0.5 e");
    assertEquals(List.of("a"), cut);
  }

  @Test
  void aNetworkOfIpV6CountsAsOneAddress() {
    enterAll("10.0.0.1 old", "2001:db8::1 a", "2001:db8::2 b", "2001:db8:0:1::1 c");
    enterAll("2001:db8::3 d");
    assertEquals(List.of("a"), cut);
  }

  @Test
  void whoIsKeptNeverGivesWay() {
    Lobby.Place kept = enter("10.0.0.1 kept");
    kept.keep();
    enterAll("10.0.0.1 a", "10.0.0.1 b", "10.0.0.1 c", "10.0.0.1 d", "10.0.0.1 e");
    assertEquals(List.of("a", "b"), cut);
    kept.close();
    enterAll("10.0.0.1 f");
    assertEquals(List.of("a", "b"), cut);
  }

  @Test
  void aPlaceIsGivenBackOnce() {
    Lobby.Place place = enter("10.0.0.1 a");
    place.close();
    place.close();
    enterAll("10.0.0.1 b", "10.0.0.1 c", "10.0.0.1 d", "10.0.0.1 e");
    assertEquals(List.of(), cut);
    Lobby.Place last = enter("10.0.0.1 f");
    assertEquals(List.of("b"), cut);
    last.close();
    enterAll("10.0.0.1 g");
    assertEquals(List.of("b"), cut);
  }

  @Test
  void whoGaveWayKnows() {
    Lobby.Place first = enter("10.0.0.1 a");
    enterAll("10.0.0.1 b", "10.0.0.1 c", "10.0.0.1 d", "10.0.0.1 e");
    assertTrue(first.lost());
    first.close();
    enterAll("10.0.0.1 f");
    assertEquals(List.of("a", "b"), cut);
  }

  private void enterAll(String... all) {
    for (String one : all) {
      enter(one);
    }
  }

  /**
   * @param one an address and a name
   */
  private Lobby.Place enter(String one) {
    String[] parts = one.split(" ", 2);
    try {
      return lobby.enter(InetAddress.getByName(parts[0]), () -> cut.add(parts[1]));
    } catch (UnknownHostException e) {
      throw new AssertionError(e);
    }
  }
}
