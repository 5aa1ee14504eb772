package io.dragoman.chaos;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.dragoman.client.CaptionClient;
import io.dragoman.client.Ending;
import io.dragoman.protocol.Codec;
import io.dragoman.protocol.ServerMessage;
import io.dragoman.protocol.ServerMessage.Caption;
import io.dragoman.protocol.ServerMessage.Role;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/** What one session's client was told, as it came on its connections. Thread-safe. */
final class Receipt implements CaptionClient.Listener {
  /** A final is the only one of its segment in its role and language. */
  private record Slot(String seg, Role role, String lang) {}

  private final List<Long> seqs = new ArrayList<>();
  private final List<Caption> finals = new ArrayList<>();
  private final List<ServerMessage> gaps = new ArrayList<>();
  private long heardSamples;
  private boolean toldToMove;
  private int resumptions;
  private Duration longestAway = Duration.ZERO;

  @Override
  public synchronized void onMessage(String raw, @Nullable ServerMessage message) {
    Codec.seq(raw).ifPresent(seqs::add);
    switch (message) {
      case Caption caption when caption.isFinal() -> finals.add(caption);
      case ServerMessage.Heartbeat heartbeat -> heardSamples = heartbeat.receivedSample();
      case ServerMessage.SessionMoving _ -> toldToMove = true;
      case ServerMessage.Gap gap -> gaps.add(gap);
      case null, default -> {}
    }
  }

  @Override
  public void onInterrupted(Ending why) {}

  @Override
  public synchronized void onResumed(Duration away) {
    resumptions++;
    longestAway = away.compareTo(longestAway) > 0 ? away : longestAway;
  }

  synchronized int resumptions() {
    return resumptions;
  }

  /** For how long nothing was heard at most, of interruptions that were made good. */
  synchronized Duration longestAway() {
    return longestAway;
  }

  /** How many finals came, of all roles and languages. */
  synchronized int finals() {
    return finals.size();
  }

  /** How much audio its node has, as it said last. */
  synchronized long heardSamples() {
    return heardSamples;
  }

  /** Whether it was told that the session should go on at another node. */
  synchronized boolean isToldToMove() {
    return toldToMove;
  }

  /** All that is numbered came, once and in order, and nothing is said to be lost. */
  synchronized void assertNoneMissing() {
    assertEquals(LongStream.rangeClosed(1, seqs.size()).boxed().toList(), seqs);
    assertEquals(List.of(), gaps);
  }

  /** No segment has a second final in a role and language. */
  synchronized void assertNoneTwice() {
    Set<Slot> taken = new HashSet<>();
    for (Caption caption : finals) {
      Slot slot = new Slot(caption.seg(), caption.role(), caption.lang());
      assertEquals(true, taken.add(slot), () -> "a second final of " + slot);
    }
  }

  /** The words of the finals in a role and language, in their order. */
  synchronized List<String> words(Role role, String lang) {
    return finals.stream()
        .filter(caption -> caption.role() == role && caption.lang().equals(lang))
        .flatMap(caption -> Arrays.stream(String.valueOf(caption.text()).split(" ")))
        .toList();
  }
}
