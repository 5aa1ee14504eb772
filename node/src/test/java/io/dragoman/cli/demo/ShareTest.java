package io.dragoman.cli.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.dragoman.protocol.ServerMessage.Usage;
import java.util.List;
import org.junit.jupiter.api.Test;

class ShareTest {

  @Test
  void aShareIsTheLargerOfRequestsAndTokensAndIsTakenByTheMinute() {
    Usage requests = new Usage(60_000, 90, 1_000);
    Usage tokens = new Usage(30_000, 10, 9_000);
    Usage twiceAsLong = new Usage(120_000, 180, 2_000);

    assertEquals(
        new Share(0.1, 0.1, 0.1, 1),
        Share.of(List.of(requests, tokens, twiceAsLong), 900, 180_000));
  }

  @Test
  void oneThatHasEverythingIsSeen() {
    Share share =
        Share.of(List.of(new Usage(60_000, 0, 0), new Usage(60_000, 450, 0)), 900, 180_000);

    assertEquals(new Share(0, 0.5, 0.5, 0.5), share);
  }

  @Test
  void whereNobodyUsedAnythingThereIsNone() {
    assertNull(Share.of(List.of(), 900, 180_000));
    assertNull(Share.of(List.of(new Usage(60_000, 0, 0)), 900, 180_000));
    assertNull(Share.of(List.of(new Usage(0, 3, 400)), 900, 180_000));
  }
}
