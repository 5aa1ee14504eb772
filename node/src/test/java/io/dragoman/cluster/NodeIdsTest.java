package io.dragoman.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Nodes' numbers, which every release must make in the same way. */
final class NodeIdsTest {

  @Test
  void aNodesNumberFollowsFromItsPlace() {
    assertEquals(1_349_396_449L, NodeIds.of("10.0.0.1:5701"));
    assertEquals(Map.of(1_349_396_449L, "10.0.0.1:5701"), NodeIds.of(List.of("10.0.0.1:5701")));
    assertEquals(List.of(1_349_396_449L), NodeIds.voters(List.of("10.0.0.1:5701")).nodes());
  }

  @Test
  void twoThatCannotBeToldApartAreRefused() {
    Exception refused =
        assertThrows(
            IllegalArgumentException.class,
            () -> NodeIds.of(List.of("10.0.47.208:5701", "10.0.197.5:5701")));
    assertEquals(
        "grid.members: 10.0.47.208:5701 and 10.0.197.5:5701 cannot be told apart; give one of them"
            + " another port",
        refused.getMessage());
  }
}
