package io.dragoman.cluster;

import static io.dragoman.cluster.TestGrid.TEN_A_SECOND;
import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dragoman.quota.BinaryForm;
import io.dragoman.quota.Charge;
import io.dragoman.quota.HardState;
import io.dragoman.quota.Ledger;
import io.dragoman.quota.Lessee;
import io.dragoman.quota.Moment;
import io.dragoman.quota.Refresh;
import io.dragoman.quota.Refresh.Bond;
import io.dragoman.quota.Rules;
import io.dragoman.quota.Voters;
import io.dragoman.quota.Wants;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
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
      assertEquals(HardState.NONE, memory.load().state());
    }
  }

  @Test
  void whatWasStoredLastIsThereAgain() throws Exception {
    HardState stranger = new HardState(new Bond(1, 2), null);
    try (NodeMemory memory = NodeMemory.open(home)) {
      memory.store(stranger);
      assertEquals(stranger, memory.load().state());
      memory.store(STATE);
    }
    try (NodeMemory memory = NodeMemory.open(home)) {
      assertEquals(STATE, memory.load().state());
    }
  }

  @Test
  void aSealedLedgerIsThereOnce() throws Exception {
    LedgerOwners owners =
        new LedgerOwners(
            7, Voters.configured(1), 1, Map.of("q", TEN_A_SECOND), new SystemMoments());
    owners.open();
    Rules rules = new Rules(TEN_A_SECOND.timing(1));
    Moment now = new SystemMoments().get();
    Refresh refresh =
        new Lessee(1, 1, STATE, rules, Charge.RESERVED, now).refresh(Wants.NOTHING, false, now);
    Ledger ledger = requireNonNull(owners.refresh("q", null, refresh)).ledger();
    try (NodeMemory memory = NodeMemory.open(home)) {
      assertNull(memory.load().sealed());
      memory.store(ledger);
      assertArrayEquals(
          BinaryForm.LEDGER.write(ledger),
          BinaryForm.LEDGER.write(requireNonNull(memory.load().sealed())));
      assertNull(memory.load().sealed());
      Files.write(home.resolve("quota.ledger"), new byte[] {1, 2, 3});
      assertNull(memory.load().sealed(), "what is damaged is as good as none");
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
