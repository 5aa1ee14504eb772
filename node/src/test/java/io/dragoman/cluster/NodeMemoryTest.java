package io.dragoman.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dragoman.quota.HardState;
import io.dragoman.quota.Refresh.Bond;
import io.dragoman.quota.Voters;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a node remembers over a restart. */
final class NodeMemoryTest {
  private static final HardState STATE =
      new HardState(new Bond(7, -123_456_789L), new Voters(7, 2, List.of(1L, 5L, 9L)));

  @TempDir Path home;

  @Test
  void aNodeThatStartsForTheFirstTimeRemembersNothing() throws Exception {
    try (NodeMemory memory = NodeMemory.open(home.resolve("a/b"))) {
      assertEquals(HardState.NONE, memory.load());
    }
  }

  @Test
  void whatWasStoredLastIsThereAgain() throws Exception {
    HardState stranger = new HardState(new Bond(1, 2), null);
    try (NodeMemory memory = NodeMemory.open(home)) {
      memory.store(stranger);
      assertEquals(stranger, memory.load());
      memory.store(STATE);
    }
    try (NodeMemory memory = NodeMemory.open(home)) {
      assertEquals(STATE, memory.load());
    }
  }

  @Test
  void oneProcessOfANodeRunsAtATime() throws Exception {
    try (NodeMemory memory = NodeMemory.open(home)) {
      memory.store(STATE);
      IOException refused = assertThrows(IOException.class, () -> NodeMemory.open(home));
      assertEquals(
          "node.data: another process of this node has %s open; stop that one first"
              .formatted(home),
          refused.getMessage());
    }
    NodeMemory.open(home).close();
  }

  @Test
  void whatIsDamagedIsRefusedWithWhatToDo() throws Exception {
    Path file = home.resolve("quota.state");
    Files.write(file, new byte[0]);
    try (NodeMemory memory = NodeMemory.open(home)) {
      String told = String.valueOf(assertThrows(IOException.class, memory::load).getMessage());
      assertTrue(told.startsWith(file + ": this hard state is damaged: "), told);
      assertTrue(told.contains("; or remove it, where this node has been gone for"), told);
    }
  }

  @Test
  void aFolderThatCannotBeMadeIsNamed() throws Exception {
    Path file = Files.writeString(home.resolve("file"), "");
    String told =
        String.valueOf(
            assertThrows(IOException.class, () -> NodeMemory.open(file.resolve("data")))
                .getMessage());
    assertTrue(
        told.startsWith("node.data: %s cannot be written".formatted(file.resolve("data"))), told);
  }
}
